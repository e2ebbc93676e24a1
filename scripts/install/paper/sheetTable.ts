import { points } from "#scripts/install/paper/pdf.ts";
import { COLOURS, type Flow, heightMm, MARGIN_MM, put, room, WIDTH_MM } from "#scripts/install/paper/sheetFlow.ts";

export interface SheetRow {
  zh: string;
  en: string;
  measured: string;
  wanted: string;
  verdict: "pass" | "fail" | "skipped";
}

const PAD_MM = 1.6;
const SIZE = { zh: { sizePt: 9.5, bold: true }, en: { sizePt: 7, colour: COLOURS.grey }, cell: { sizePt: 9 } } as const;

/** From the sheet's left edge. */
const COLUMNS = {
  number: { xMm: 0, widthMm: 9, head: "#" },
  what: { xMm: 9, widthMm: 66, head: "项目 Item" },
  measured: { xMm: 75, widthMm: 41, head: "实测 Measured" },
  wanted: { xMm: 116, widthMm: 41, head: "要求 Required" },
  verdict: { xMm: 157, widthMm: 21, head: "结论 Verdict" },
} as const;
type Column = keyof typeof COLUMNS;

/** Words beside the colours: a black printer and an eye that sees no red tell them apart as well. */
const VERDICTS: Readonly<Record<SheetRow["verdict"], { zh: string; en: string; ink: string; ground: string }>> = {
  pass: { zh: "合格", en: "pass", ink: "#1b7a36", ground: "#f1f8f2" },
  fail: { zh: "不合格", en: "FAIL", ink: "#b3181b", ground: "#fce8e8" },
  skipped: { zh: "未测", en: "not tested", ink: "#75622a", ground: "#f7f4ea" },
};

/** Rows do not part at the end of a page; the head stands on each. */
export function drawTable(flow: Flow, rows: readonly SheetRow[]): void {
  drawCounts(flow, rows);
  drawHead(flow);
  for (const [at, row] of rows.entries()) {
    const rowMm = heightOf(flow, row);
    if (room(flow, rowMm)) drawHead(flow);
    drawRow(flow, row, at + 1, rowMm);
    flow.yMm += rowMm;
  }
}

function drawCounts(flow: Flow, rows: readonly SheetRow[]): void {
  room(flow, 30);
  let xMm = MARGIN_MM;
  for (const verdict of ["pass", "fail", "skipped"] as const) {
    const { zh, en, ink } = VERDICTS[verdict];
    const count = rows.filter((row) => row.verdict === verdict).length;
    put(
      flow.pdf,
      `${zh} ${en} ${count}`,
      { xMm, yMm: flow.yMm, widthMm: 40 },
      { sizePt: 10.5, bold: true, colour: count > 0 ? ink : COLOURS.line },
    );
    xMm += 40;
  }
  flow.yMm += 7;
}

function drawHead(flow: Flow): void {
  const headMm = 6;
  ground(flow, headMm, "#333333");
  for (const column of Object.keys(COLUMNS) as Column[]) {
    const align = column === "verdict" ? "center" : "left";
    put(flow.pdf, COLUMNS[column].head, cell(flow, column, 1.5), {
      sizePt: column === "number" ? 5.5 : 7.5,
      bold: true,
      colour: "#ffffff",
      align,
    });
  }
  flow.yMm += headMm;
}

function drawRow(flow: Flow, row: SheetRow, number: number, rowMm: number): void {
  const { pdf } = flow;
  const { zh, en, ink, ground: colour } = VERDICTS[row.verdict];
  ground(flow, rowMm, colour);
  put(pdf, String(number), cell(flow, "number"), { ...SIZE.cell, colour: COLOURS.grey });
  const what = cell(flow, "what");
  put(pdf, row.zh, what, SIZE.zh);
  put(pdf, row.en, { ...what, yMm: what.yMm + heightMm(pdf, row.zh, what.widthMm, SIZE.zh) }, SIZE.en);
  put(pdf, row.measured, cell(flow, "measured"), SIZE.cell);
  put(pdf, row.wanted, cell(flow, "wanted"), SIZE.cell);
  const verdict = cell(flow, "verdict");
  put(pdf, zh, verdict, { ...SIZE.zh, colour: ink, align: "center" });
  put(
    pdf,
    en,
    { ...verdict, yMm: verdict.yMm + heightMm(pdf, zh, verdict.widthMm, SIZE.zh) },
    { ...SIZE.en, colour: ink, align: "center" },
  );
  // Inside the row: the next one's ground comes over whatever hangs out.
  const lineY = points(flow.yMm + rowMm - 0.25);
  pdf
    .moveTo(points(MARGIN_MM), lineY)
    .lineTo(points(MARGIN_MM + WIDTH_MM), lineY)
    .lineWidth(0.4)
    .stroke(COLOURS.line);
}

function heightOf({ pdf }: Flow, row: SheetRow): number {
  const of = (column: Column, text: string, look: (typeof SIZE)[keyof typeof SIZE]) =>
    heightMm(pdf, text, COLUMNS[column].widthMm - 2 * PAD_MM, look);
  const what = of("what", row.zh, SIZE.zh) + of("what", row.en, SIZE.en);
  const verdict = of("verdict", VERDICTS[row.verdict].zh, SIZE.zh) + of("verdict", VERDICTS[row.verdict].en, SIZE.en);
  return 2 * PAD_MM + Math.max(what, verdict, of("measured", row.measured, SIZE.cell), of("wanted", row.wanted, SIZE.cell));
}

function cell({ yMm }: Flow, column: Column, padMm = PAD_MM): { xMm: number; yMm: number; widthMm: number } {
  const { xMm, widthMm } = COLUMNS[column];
  return { xMm: MARGIN_MM + xMm + PAD_MM, yMm: yMm + padMm, widthMm: widthMm - 2 * PAD_MM };
}

function ground({ pdf, yMm }: Flow, heightOfRowMm: number, colour: string): void {
  pdf.rect(points(MARGIN_MM), points(yMm), points(WIDTH_MM), points(heightOfRowMm)).fill(colour);
}
