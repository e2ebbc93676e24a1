/** What a drawing is made of, in millimetres on an A4 sheet that lies on its side. */

export type Point = readonly [x: number, y: number];

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface TextShape {
  is: "text";
  at: Point;
  text: string;
  size: number;
  anchor?: "start" | "middle" | "end";
  bold?: boolean;
}

export type Shape =
  | { is: "line"; points: readonly Point[]; width?: number; dashed?: boolean; closed?: boolean; filled?: boolean }
  | { is: "rect"; box: Box; fill?: string; dashed?: boolean }
  | { is: "circle"; at: Point; radius: number; filled?: boolean }
  | TextShape;

/** A part of the diagram before it has its place: its shapes and terminals count from its own corner. */
export interface Part {
  shapes: readonly Shape[];
  terminals: Readonly<Record<string, Point>>;
  /** No wire may run through it. */
  body: Box;
}

export function line(...points: Point[]): Shape {
  return { is: "line", points };
}

export function text(at: Point, value: string, size = 2.6, anchor: "start" | "middle" | "end" = "middle"): TextShape {
  return { is: "text", at, text: value, size, anchor };
}

export function moved(shape: Shape, [dx, dy]: Point): Shape {
  const shift = ([x, y]: Point): Point => [x + dx, y + dy];
  switch (shape.is) {
    case "line":
      return { ...shape, points: shape.points.map(shift) };
    case "rect":
      return { ...shape, box: movedBox(shape.box, [dx, dy]) };
    case "circle":
    case "text":
      return { ...shape, at: shift(shape.at) };
  }
}

export function movedBox(box: Box, [dx, dy]: Point): Box {
  return { ...box, x: box.x + dx, y: box.y + dy };
}

/** Where ink of the text may be: rather too large than too small, for fonts differ. */
export function textBox({ at: [x, y], text: value, size, anchor = "start", bold }: TextShape): Box {
  const width = textWidth(value, size) * (bold ? 1.06 : 1);
  const left = anchor === "start" ? x : anchor === "middle" ? x - width / 2 : x - width;
  return { x: left, y: y - size * 0.85, width, height: size * 1.05 };
}

function textWidth(value: string, size: number): number {
  return [...value].reduce((sum, sign) => sum + size * signWidth(sign), 0);
}

function signWidth(sign: string): number {
  if ((sign.codePointAt(0) ?? 0) >= 0x2000) return 1;
  if (/[A-Z@%&mwMW+=<>~]/.test(sign)) return 0.72;
  return /[ iljtfrI.,:;'|()/-]/.test(sign) ? 0.36 : 0.58;
}
