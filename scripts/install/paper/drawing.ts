/** A page of black on white, in millimetres from its upper left corner: what an SVG and a PDF both draw, without a raster. */
export interface Drawing {
  readonly widthMm: number;
  readonly heightMm: number;
  readonly shapes: readonly Shape[];
}

export type Shape = Fill | Text;

export interface Box {
  readonly xMm: number;
  readonly yMm: number;
  readonly widthMm: number;
  readonly heightMm: number;
}

/** Boxes of one path: where they touch, no renderer leaves a seam. */
export interface Fill {
  readonly kind: "fill";
  readonly boxes: readonly Box[];
}

export interface Text {
  readonly kind: "text";
  readonly text: string;
  readonly xMm: number;
  readonly baselineMm: number;
  readonly sizeMm: number;
  readonly bold?: boolean;
  readonly anchor?: "start" | "middle";
  readonly ink?: "black" | "white";
  /** Each character in the middle of a cell of this width, the first from `xMm` on: the same with every font. */
  readonly cellMm?: number;
}

/** The same shapes at another place of a page. */
export function moved(shapes: readonly Shape[], byXMm: number, byYMm: number): Shape[] {
  return shapes.map((shape) => {
    if (shape.kind === "text") return { ...shape, xMm: shape.xMm + byXMm, baselineMm: shape.baselineMm + byYMm };
    return { ...shape, boxes: shape.boxes.map((box) => ({ ...box, xMm: box.xMm + byXMm, yMm: box.yMm + byYMm })) };
  });
}

/** A size at which `text` is at most `widthMm` wide, `sizeMm` where that fits. */
export function fittingSizeMm(text: string, sizeMm: number, widthMm: number): number {
  return Math.min(sizeMm, widthMm / widthEms(text));
}

/** No less than a sans serif face takes. */
function widthEms(text: string): number {
  let ems = 0;
  for (const character of text) {
    if (character > "\u2e7f") ems += 1;
    else if (/[MWmw]/.test(character)) ems += 0.93;
    else ems += /[\s.:,'|/-]/.test(character) ? 0.38 : 0.66;
  }
  return ems;
}
