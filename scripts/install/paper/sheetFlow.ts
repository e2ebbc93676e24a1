/** Down the pages of a sheet: where the next thing goes, and how a text is set in a column. */
import { FONT, type Pdf, points } from "#scripts/install/paper/pdf.ts";

export const PAGE = { widthMm: 210, heightMm: 297 } as const;
export const MARGIN_MM = 16;
export const WIDTH_MM = PAGE.widthMm - 2 * MARGIN_MM;
/** Nothing but the page's number stands below. */
export const BOTTOM_MM = PAGE.heightMm - 18;

export const COLOURS = { black: "#111111", grey: "#666666", line: "#bbbbbb" } as const;

/** A text that nobody meant to be so long is cut, lest it run off its page. */
const TEXT_MOST_MM = 80;

export interface Flow {
  readonly pdf: Pdf;
  /** From the top of the page. */
  yMm: number;
}

interface Look {
  readonly sizePt: number;
  readonly bold?: boolean;
  readonly colour?: string;
  readonly align?: "left" | "center";
}

export function newPage(flow: Flow): void {
  flow.pdf.addPage({ size: [points(PAGE.widthMm), points(PAGE.heightMm)], margin: 0 });
  flow.yMm = MARGIN_MM;
}

/** A new page where `neededMm` are not left on this one; says whether. */
export function room(flow: Flow, neededMm: number): boolean {
  if (flow.yMm + neededMm <= BOTTOM_MM) return false;
  newPage(flow);
  return true;
}

export function put(pdf: Pdf, text: string, place: { xMm: number; yMm: number; widthMm: number }, look: Look): void {
  const { colour = COLOURS.black, align = "left" } = look;
  choose(pdf, look);
  const options = { width: points(place.widthMm), height: points(TEXT_MOST_MM), ellipsis: true, align };
  pdf.fillColor(colour).text(text, points(place.xMm), points(place.yMm), options);
}

export function heightMm(pdf: Pdf, text: string, widthMm: number, look: Look): number {
  choose(pdf, look);
  return Math.min(TEXT_MOST_MM, pdf.heightOfString(text, { width: points(widthMm) }) / points(1));
}

function choose(pdf: Pdf, { bold = false, sizePt }: Look): void {
  pdf.font(bold ? FONT.bold : FONT.regular).fontSize(sizePt);
}
