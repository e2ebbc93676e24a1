/** PDF by pdfkit, with Noto Sans in it (SIL Open Font Licence): only the characters that occur, so that it prints anywhere. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { fonts } from "@embedpdf/fonts-sc";
import PDFDocument from "pdfkit";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { Drawing, Fill, Text } from "#scripts/install/paper/drawing.ts";

const POINTS_PER_MM = 72 / 25.4;

export type Pdf = PDFKit.PDFDocument;

export const FONT = { regular: "regular", bold: "bold" } as const;

export function points(mm: number): number {
  return mm * POINTS_PER_MM;
}

/** Without a page; both fonts are there. Throws `label.noFont`. */
export function newPdf(title: string, madeAt: Date): Pdf {
  const info = { Title: title, Creator: "arcgate", CreationDate: madeAt };
  // Without a font of pdfkit's own, whose files a bundle does not have.
  const pdf = new PDFDocument({ font: "", autoFirstPage: false, bufferPages: true, margin: 0, lang: "zh-CN", info });
  pdf.registerFont(FONT.regular, fontFile(400));
  pdf.registerFont(FONT.bold, fontFile(700));
  return pdf;
}

/** Ends the document. */
export async function bytesOf(pdf: Pdf): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    pdf.on("data", (chunk: Buffer) => chunks.push(chunk));
    pdf.on("end", resolve);
    pdf.on("error", reject);
  });
  pdf.end();
  await ended;
  return Buffer.concat(chunks);
}

/** One page a drawing, each of its own size. */
export async function pdfOf(title: string, pages: readonly Drawing[]): Promise<Uint8Array> {
  // Always the same date: the same facts give the same file.
  const pdf = newPdf(title, new Date(0));
  for (const { widthMm, heightMm, shapes } of pages) {
    pdf.addPage({ size: [points(widthMm), points(heightMm)], margin: 0 });
    for (const shape of shapes) {
      if (shape.kind === "fill") fill(pdf, shape);
      else text(pdf, shape);
    }
  }
  return await bytesOf(pdf);
}

/** Boxes as one path. */
export function fill(pdf: Pdf, { boxes }: Fill): void {
  for (const { xMm, yMm, widthMm, heightMm } of boxes) pdf.rect(points(xMm), points(yMm), points(widthMm), points(heightMm));
  pdf.fill("black");
}

function text(pdf: Pdf, shape: Text): void {
  const { xMm, baselineMm, sizeMm, bold = false, anchor = "start", ink = "black", cellMm } = shape;
  pdf
    .font(bold ? FONT.bold : FONT.regular)
    .fontSize(points(sizeMm))
    .fillColor(ink);
  const put = (characters: string, atMm: number, isMiddle: boolean) => {
    const x = points(atMm) - (isMiddle ? pdf.widthOfString(characters) / 2 : 0);
    pdf.text(characters, x, points(baselineMm), { lineBreak: false, baseline: "alphabetic" });
  };
  if (cellMm === undefined) put(shape.text, xMm, anchor === "middle");
  else for (const [at, character] of Array.from(shape.text).entries()) put(character, xMm + (at + 0.5) * cellMm, true);
}

function fontFile(weight: number): string {
  const file = fonts.find((font) => font.weight === weight)?.file ?? "";
  const path = fileURLToPath(new URL(`../fonts/${file}`, import.meta.resolve("@embedpdf/fonts-sc")));
  if (file === "" || !existsSync(path)) throw new CodedError("label.noFont", path);
  return path;
}
