/** Shapes and wires as SVG. The same drawing gives the same bytes. */
import type { Run } from "#scripts/handbook/drawing/legible.ts";
import type { Box, Point, Shape } from "#scripts/handbook/drawing/shapes.ts";
import { WIRES, type WireStyle } from "#scripts/handbook/drawing/wires.ts";

const FONTS = "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC','WenQuanYi Micro Hei',SimHei,sans-serif";
const INK = "#222222";
const EDGE_MM = 0.35;

export function svgPage({ width, height }: Box, title: string, body: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}mm" height="${height}mm" viewBox="0 0 ${width} ${height}" font-family="${FONTS}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...body,
    "</svg>",
    "",
  ].join("\n");
}

export function svgShape(shape: Shape): string {
  switch (shape.is) {
    case "line":
      return (
        `<${shape.closed ? "polygon" : "polyline"} points="${list(shape.points)}" fill="${shape.filled ? INK : "none"}" stroke="${INK}" ` +
        `stroke-width="${shape.width ?? 0.35}"${shape.dashed ? ' stroke-dasharray="1.2 0.9"' : ""} stroke-linejoin="round"/>`
      );
    case "rect": {
      const { x, y, width, height } = shape.box;
      return (
        `<rect x="${mm(x)}" y="${mm(y)}" width="${mm(width)}" height="${mm(height)}" fill="${shape.fill ?? "none"}" stroke="${INK}" ` +
        `stroke-width="0.35"${shape.dashed ? ' stroke-dasharray="1.6 1.1"' : ""}/>`
      );
    }
    case "circle":
      return (
        `<circle cx="${mm(shape.at[0])}" cy="${mm(shape.at[1])}" r="${mm(shape.radius)}" fill="${shape.filled ? INK : "#ffffff"}" ` +
        `stroke="${INK}" stroke-width="0.3"/>`
      );
    case "text":
      return (
        `<text x="${mm(shape.at[0])}" y="${mm(shape.at[1])}" font-size="${mm(shape.size)}" text-anchor="${shape.anchor ?? "start"}"` +
        `${shape.bold ? ' font-weight="bold"' : ""} fill="${INK}">${escaped(shape.text)}</text>`
      );
  }
}

export function svgRun({ kind, points }: Run): string[] {
  const style: WireStyle = WIRES[kind];
  const stroke = (colour: string, width: number, rest = "") =>
    `<polyline points="${list(points)}" fill="none" stroke="${colour}" stroke-width="${mm(width)}" stroke-linejoin="round"${rest}/>`;
  return [
    ...(style.edged ? [stroke(INK, style.width + EDGE_MM)] : []),
    stroke(style.colour, style.width),
    ...(style.stripes ? [stroke(style.stripes, style.width * 0.9, ' stroke-dasharray="1.6 1.6"')] : []),
  ];
}

export function svgJoint([x, y]: Point): string {
  return `<circle cx="${mm(x)}" cy="${mm(y)}" r="1.1" fill="${INK}"/>`;
}

function list(points: readonly Point[]): string {
  return points.map(([x, y]) => `${mm(x)},${mm(y)}`).join(" ");
}

function mm(value: number): string {
  return `${Math.round(value * 100) / 100}`;
}

function escaped(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
