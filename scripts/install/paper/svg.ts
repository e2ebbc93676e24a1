import type { Drawing, Fill, Text } from "#scripts/install/paper/drawing.ts";

/** The first that the computer has; each of them has simplified Chinese. */
const FONTS =
  "'Noto Sans SC','Noto Sans CJK SC','Noto Sans Hans','Source Han Sans SC','Microsoft YaHei','PingFang SC','WenQuanYi Micro Hei',sans-serif";

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

export function svgOf(drawing: Drawing): string {
  const { widthMm, heightMm, shapes } = drawing;
  const size = `width="${widthMm}mm" height="${heightMm}mm" viewBox="0 0 ${widthMm} ${heightMm}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="${FONTS}" xml:lang="zh-CN">`,
    `<rect width="${widthMm}" height="${heightMm}" fill="#fff"/>`,
    ...shapes.map((shape) => (shape.kind === "fill" ? path(shape) : text(shape))),
    "</svg>\n",
  ].join("\n");
}

function path({ boxes }: Fill): string {
  const steps = boxes.map(({ xMm, yMm, widthMm, heightMm }) => `M${mm(xMm)} ${mm(yMm)}h${mm(widthMm)}v${mm(heightMm)}h${mm(-widthMm)}z`);
  return `<path d="${steps.join("")}"/>`;
}

function text(shape: Text): string {
  const { xMm, baselineMm, sizeMm, bold = false, anchor = "start", ink = "black", cellMm } = shape;
  const look = [
    ...[`font-size="${mm(sizeMm)}"`, bold ? 'font-weight="700"' : "", ink === "white" ? 'fill="#fff"' : ""],
    anchor === "middle" || cellMm !== undefined ? 'text-anchor="middle"' : "",
  ].filter(Boolean);
  const content = cellMm === undefined ? escaped(shape.text) : cells(shape.text, xMm, cellMm);
  return `<text x="${mm(xMm)}" y="${mm(baselineMm)}" ${look.join(" ")}>${content}</text>`;
}

function cells(characters: string, xMm: number, cellMm: number): string {
  return Array.from(characters, (character, at) => `<tspan x="${mm(xMm + (at + 0.5) * cellMm)}">${escaped(character)}</tspan>`).join("");
}

function escaped(raw: string): string {
  return raw.replaceAll(/[&<>"]/g, (character) => ESCAPES[character] ?? "");
}

/** To a micrometre. */
function mm(value: number): string {
  return String(Math.round(value * 1_000) / 1_000);
}
