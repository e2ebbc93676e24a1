/** A report on A4 in both languages: facts, a table with a verdict a row, and what stands below it. */
import { bytesOf, FONT, fill, newPdf, type Pdf, points } from "#scripts/install/paper/pdf.ts";
import { qrFill } from "#scripts/install/paper/qrFill.ts";
import {
  BOTTOM_MM,
  COLOURS,
  type Flow,
  heightMm,
  MARGIN_MM,
  newPage,
  PAGE,
  put,
  room,
  WIDTH_MM,
} from "#scripts/install/paper/sheetFlow.ts";
import { drawTable, type SheetRow } from "#scripts/install/paper/sheetTable.ts";

export interface Sheet {
  titleZh: string;
  titleEn: string;
  facts: { zh: string; en: string; value: string }[];
  rows: SheetRow[];
  footer: string[];
  /** Text of a QR code in the upper right corner. */
  qr?: string;
}

const QR_MM = 32;
const FACT_COLUMNS = 3;
const GAP_MM = 4;
const FACT = { caption: { sizePt: 6.5, colour: COLOURS.grey }, value: { sizePt: 8.5, bold: true } } as const;
const FOOTER = { sizePt: 8 } as const;

/** The bytes of the PDF. Throws `label.noFont`. */
export async function writeSheet(sheet: Sheet): Promise<Uint8Array> {
  const pdf = newPdf(`${sheet.titleZh} ${sheet.titleEn}`, new Date());
  const flow: Flow = { pdf, yMm: 0 };
  newPage(flow);
  drawHead(flow, sheet);
  drawFacts(flow, sheet.facts, sheet.qr === undefined ? WIDTH_MM : WIDTH_MM - QR_MM - GAP_MM);
  if (sheet.qr !== undefined) flow.yMm = Math.max(flow.yMm, MARGIN_MM + QR_MM);
  flow.yMm += GAP_MM;
  drawTable(flow, sheet.rows);
  flow.yMm += GAP_MM;
  for (const line of sheet.footer) {
    const lineMm = heightMm(pdf, line, WIDTH_MM, FOOTER);
    room(flow, lineMm);
    put(pdf, line, { xMm: MARGIN_MM, yMm: flow.yMm, widthMm: WIDTH_MM }, FOOTER);
    flow.yMm += lineMm + 1;
  }
  numberPages(pdf, sheet);
  return await bytesOf(pdf);
}

function drawHead(flow: Flow, { titleZh, titleEn, qr }: Sheet): void {
  const { pdf } = flow;
  if (qr !== undefined) fill(pdf, qrFill(qr, { xMm: PAGE.widthMm - MARGIN_MM - QR_MM, yMm: MARGIN_MM - 2, sizeMm: QR_MM }).fill);
  const widthMm = qr === undefined ? WIDTH_MM : WIDTH_MM - QR_MM - GAP_MM;
  for (const [text, look] of [
    [titleZh, { sizePt: 19, bold: true }],
    [titleEn, { sizePt: 10, colour: COLOURS.grey }],
  ] as const) {
    put(pdf, text, { xMm: MARGIN_MM, yMm: flow.yMm, widthMm }, look);
    flow.yMm += heightMm(pdf, text, widthMm, look);
  }
  flow.yMm += 3;
}

function drawFacts(flow: Flow, facts: Sheet["facts"], widthMm: number): void {
  const { pdf } = flow;
  const columnMm = (widthMm - (FACT_COLUMNS - 1) * GAP_MM) / FACT_COLUMNS;
  for (let from = 0; from < facts.length; from += FACT_COLUMNS) {
    const line = facts.slice(from, from + FACT_COLUMNS).map(({ zh, en, value }) => {
      const caption = `${zh} ${en}`;
      const captionMm = heightMm(pdf, caption, columnMm, FACT.caption);
      return { caption, captionMm, value, valueMm: heightMm(pdf, value, columnMm, FACT.value) };
    });
    const captionMm = Math.max(...line.map((fact) => fact.captionMm));
    const lineMm = captionMm + Math.max(...line.map(({ valueMm }) => valueMm));
    room(flow, lineMm);
    for (const [at, { caption, value }] of line.entries()) {
      const xMm = MARGIN_MM + at * (columnMm + GAP_MM);
      put(pdf, caption, { xMm, yMm: flow.yMm, widthMm: columnMm }, FACT.caption);
      put(pdf, value, { xMm, yMm: flow.yMm + captionMm, widthMm: columnMm }, FACT.value);
    }
    flow.yMm += lineMm + 1.6;
  }
}

function numberPages(pdf: Pdf, { titleZh, titleEn }: Sheet): void {
  const { start, count } = pdf.bufferedPageRange();
  for (let page = 0; page < count; page++) {
    pdf.switchToPage(start + page);
    const text = `第 ${page + 1} 页 共 ${count} 页 · Page ${page + 1} of ${count}`;
    pdf.font(FONT.regular).fontSize(7).fillColor(COLOURS.grey);
    const y = points(BOTTOM_MM + 5);
    pdf.text(`${titleZh} ${titleEn}`, points(MARGIN_MM), y, { lineBreak: false });
    pdf.text(text, points(PAGE.widthMm - MARGIN_MM) - pdf.widthOfString(text), y, { lineBreak: false });
  }
}
