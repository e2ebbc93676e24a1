/** What makes a sheet unreadable: text over text or over a line, a wire through a part, wires upon each other, ink beyond the page. */
import { type Box, type Point, type Shape, type TextShape, textBox } from "#scripts/handbook/drawing/shapes.ts";
import type { WireKind } from "#scripts/handbook/drawing/wires.ts";

export interface Run {
  kind: WireKind;
  points: readonly Point[];
}

export interface Inked {
  page: Box;
  shapes: readonly Shape[];
  runs: readonly Run[];
  bodies: readonly Box[];
}

type Segment = readonly [Point, Point];

const TEXT_GAP = 0.15;

export function problemsOf({ page, shapes, runs, bodies }: Inked): string[] {
  const texts = shapes.filter((shape) => shape.is === "text");
  const wires = runs.flatMap(({ points }) => segments(points));
  const strokes = [...shapes.flatMap(strokesOf), ...wires];
  return [
    ...texts.filter((one) => !inside(textBox(one), page)).map(({ text }) => `“${text}” leaves the page`),
    ...pairs(texts)
      .filter(([a, b]) => overlap(textBox(a), textBox(b)))
      .map(([a, b]) => `“${a.text}” lies on “${b.text}”`),
    ...texts.flatMap((one) => struck(one, strokes)),
    ...wires.flatMap((wire) => bodies.filter((body) => passes(wire, shrunk(body))).map(() => `a wire runs through a part: ${wire}`)),
    ...runs.flatMap((run, index) => runs.slice(index + 1).flatMap((other) => upon(run, other))),
  ];
}

/** Ends of wires that lie within another: they are joined there, and a dot says so. */
export function joints(runs: readonly Run[]): Point[] {
  return runs.flatMap((run) => {
    const others = runs.filter((other) => other !== run).flatMap(({ points }) => segments(points));
    return [run.points[0], run.points.at(-1)].filter((end) => end !== undefined).filter((end) => others.some((one) => within(end, one)));
  });
}

function struck(one: TextShape, strokes: readonly Segment[]): string[] {
  const box = textBox(one);
  const grown = { x: box.x - TEXT_GAP, y: box.y - TEXT_GAP, width: box.width + 2 * TEXT_GAP, height: box.height + 2 * TEXT_GAP };
  return strokes.some((stroke) => passes(stroke, grown)) ? [`“${one.text}” is crossed by a line`] : [];
}

function upon(a: Run, b: Run): string[] {
  const shared = segments(a.points).some((one) => segments(b.points).some((other) => collinear(one, other)));
  return shared ? [`wires ${a.kind} and ${b.kind} lie upon each other near ${b.points[0]}`] : [];
}

/** More than a point in common. All segments of wires run along an axis. */
function collinear([a, b]: Segment, [c, d]: Segment): boolean {
  for (const axis of [0, 1] as const) {
    const other = axis === 0 ? 1 : 0;
    if (a[other] !== b[other] || c[other] !== d[other] || a[other] !== c[other]) continue;
    const from = Math.max(Math.min(a[axis], b[axis]), Math.min(c[axis], d[axis]));
    const to = Math.min(Math.max(a[axis], b[axis]), Math.max(c[axis], d[axis]));
    if (to - from > 0.01) return true;
  }
  return false;
}

function within([x, y]: Point, [[ax, ay], [bx, by]]: Segment): boolean {
  const isEnd = (x === ax && y === ay) || (x === bx && y === by);
  const between = (value: number, one: number, two: number) => value >= Math.min(one, two) && value <= Math.max(one, two);
  return !isEnd && between(x, ax, bx) && between(y, ay, by) && (ax === bx || ay === by);
}

function strokesOf(shape: Shape): Segment[] {
  if (shape.is === "line") {
    const [first] = shape.points;
    return segments(shape.closed && first ? [...shape.points, first] : shape.points);
  }
  if (shape.is === "rect") return outline(shape.box);
  if (shape.is === "circle") {
    const { at, radius: r } = shape;
    return outline({ x: at[0] - r * 0.8, y: at[1] - r * 0.8, width: r * 1.6, height: r * 1.6 });
  }
  return [];
}

function outline({ x, y, width, height }: Box): Segment[] {
  const corners: Point[] = [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ];
  return segments([...corners, [x, y]]);
}

function segments(points: readonly Point[]): Segment[] {
  return points.slice(1).map((point, index) => [points[index] ?? point, point]);
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function inside(a: Box, b: Box): boolean {
  return a.x >= b.x && a.y >= b.y && a.x + a.width <= b.x + b.width && a.y + a.height <= b.y + b.height;
}

function shrunk({ x, y, width, height }: Box): Box {
  return { x: x + 0.3, y: y + 0.3, width: width - 0.6, height: height - 0.6 };
}

/** Does the segment touch the box? Clipped against its four sides (Liang and Barsky). */
function passes([[ax, ay], [bx, by]]: Segment, { x, y, width, height }: Box): boolean {
  let from = 0;
  let to = 1;
  const [dx, dy] = [bx - ax, by - ay];
  const sides: Point[] = [
    [-dx, ax - x],
    [dx, x + width - ax],
    [-dy, ay - y],
    [dy, y + height - ay],
  ];
  for (const [p, q] of sides) {
    if (p === 0 && q < 0) return false;
    if (p < 0) from = Math.max(from, q / p);
    if (p > 0) to = Math.min(to, q / p);
  }
  return from <= to;
}

function pairs<T>(list: readonly T[]): [T, T][] {
  return list.flatMap((one, index) => list.slice(index + 1).map((other): [T, T] => [one, other]));
}
