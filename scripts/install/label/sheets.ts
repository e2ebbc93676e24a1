/** Many labels on A4: three by seven, edge to edge, so that one cut parts two. Marks for the knife stand in the margin, on no label. */
import { LABEL, type Label } from "#scripts/install/label/layout.ts";
import { type Box, type Drawing, moved, type Shape } from "#scripts/install/paper/drawing.ts";

const A4 = { widthMm: 210, heightMm: 297 } as const;
const COLUMNS = Math.floor(A4.widthMm / LABEL.widthMm);
const ROWS = Math.floor(A4.heightMm / LABEL.heightMm);
const LEFT_MM = (A4.widthMm - COLUMNS * LABEL.widthMm) / 2;
const TOP_MM = (A4.heightMm - ROWS * LABEL.heightMm) / 2;

export const LABELS_A_SHEET = COLUMNS * ROWS;

/** From the labels, and long; printers leave the outer 4 mm white. */
const MARK = { awayMm: 0.8, longMm: 3, wideMm: 0.15 } as const;

export function sheetsOf(labels: readonly Label[]): Drawing[] {
  const sheets: Drawing[] = [];
  for (let from = 0; from < labels.length; from += LABELS_A_SHEET) {
    const shapes = labels.slice(from, from + LABELS_A_SHEET).flatMap((label, at): Shape[] => {
      const { xMm, yMm } = placeOf(at);
      return moved(label.shapes, xMm, yMm);
    });
    sheets.push({ ...A4, shapes: [{ kind: "fill", boxes: cutMarks() }, ...shapes] });
  }
  return sheets;
}

/** The upper left corner of the sheet's label `at`, counted along the rows. */
export function placeOf(at: number): { xMm: number; yMm: number } {
  return { xMm: LEFT_MM + (at % COLUMNS) * LABEL.widthMm, yMm: TOP_MM + Math.floor(at / COLUMNS) * LABEL.heightMm };
}

function cutMarks(): Box[] {
  const { awayMm, longMm, wideMm } = MARK;
  const [rightMm, bottomMm] = [A4.widthMm - LEFT_MM, A4.heightMm - TOP_MM];
  const columns = Array.from({ length: COLUMNS + 1 }, (_, at) => LEFT_MM + at * LABEL.widthMm - wideMm / 2);
  const rows = Array.from({ length: ROWS + 1 }, (_, at) => TOP_MM + at * LABEL.heightMm - wideMm / 2);
  return [
    ...columns.flatMap((xMm) =>
      [TOP_MM - awayMm - longMm, bottomMm + awayMm].map((yMm) => ({ xMm, yMm, widthMm: wideMm, heightMm: longMm })),
    ),
    ...rows.flatMap((yMm) => [LEFT_MM - awayMm - longMm, rightMm + awayMm].map((xMm) => ({ xMm, yMm, widthMm: longMm, heightMm: wideMm }))),
  ];
}
