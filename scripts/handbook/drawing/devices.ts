/** Symbols of everything that does not switch: supply, boxes with terminals, sensors, fuses, lamps, resistors, earth. */
import { type Box, line, type Part, type Point, type Shape, text } from "#scripts/handbook/drawing/shapes.ts";

const PIN_RADIUS = 0.9;

/** A terminal's key, where it is along the side, and what is written at it: the key, where nothing else is said; nothing, for "". */
export type Pin = readonly [key: string, at: number, label?: string];

export interface Unit {
  zh: string;
  en: string;
  size: readonly [width: number, height: number];
  left?: readonly Pin[];
  right?: readonly Pin[];
  top?: readonly Pin[];
  bottom?: readonly Pin[];
  /** Where the name stands; the middle, if nothing is said. */
  nameAt?: Point;
  inner?: readonly Shape[];
  fill?: string;
}

/** A box with terminals on its sides: chip, module, power supply, meter, relay board, welding machine. */
export function unit({ zh, en, size: [width, height], left, right, top, bottom, nameAt, inner = [], fill = "#f7f7f2" }: Unit): Part {
  const sides = [
    ...(left ?? []).map(([key, at, label = key]) => ({ key, at: [0, at] as Point, text: text([2, at + 0.9], label, 2.5, "start") })),
    ...(right ?? []).map(([key, at, label = key]) => ({
      key,
      at: [width, at] as Point,
      text: text([width - 2, at + 0.9], label, 2.5, "end"),
    })),
    ...(top ?? []).map(([key, at, label = key]) => ({ key, at: [at, 0] as Point, text: text([at, 4], label, 2.5) })),
    ...(bottom ?? []).map(([key, at, label = key]) => ({ key, at: [at, height] as Point, text: text([at, height - 2], label, 2.5) })),
  ];
  const [x, y] = nameAt ?? [width / 2, height / 2];
  const box: Box = { x: 0, y: 0, width, height };
  return {
    shapes: [
      { is: "rect", box, fill },
      ...inner,
      { ...text([x, y], zh, 3.4), bold: true },
      text([x, y + 3.8], en, 2.6),
      ...sides.flatMap((side): Shape[] => [
        { is: "circle", at: side.at, radius: PIN_RADIUS },
        ...(side.text.text === "" ? [] : [side.text]),
      ]),
    ],
    terminals: Object.fromEntries(sides.map(({ key, at }) => [key, at])),
    body: box,
  };
}

/** Where the supply comes in: a row of terminals with their names to the left. */
export function mains(rows: readonly Pin[]): Part {
  const lowest = Math.max(...rows.map(([, at]) => at));
  return {
    shapes: rows.flatMap(([key, at, label = key]): Shape[] => [
      ...(label === "" ? [] : [text([9.5, at + 1], label, 3, "end")]),
      { is: "circle", at: [12, at], radius: PIN_RADIUS },
    ]),
    terminals: Object.fromEntries(rows.map(([key, at]) => [key, [12, at] as Point])),
    body: { x: 0, y: 0, width: 12, height: lowest },
  };
}

export function fuse(name: string): Part {
  return {
    shapes: [{ is: "rect", box: { x: 3, y: -1.4, width: 8, height: 2.8 } }, line([0, 0], [14, 0]), text([7, -2.4], name, 2.5)],
    terminals: { a: [0, 0], b: [14, 0] },
    body: { x: 0, y: -1.4, width: 14, height: 2.8 },
  };
}

/** Two heavy terminals in the welding circuit, two screws for the pair to the chip. */
export function shunt(): Part {
  const heavy = (from: number, to: number): Shape => ({
    is: "line",
    points: [
      [from, 0],
      [to, 0],
    ],
    width: 1.5,
  });
  return {
    shapes: [
      heavy(0, 5),
      heavy(21, 26),
      { is: "rect", box: { x: 5, y: -3.5, width: 16, height: 7 }, fill: "#ffffff" },
      text([13, 0.9], "75 mV", 2.5),
      line([8, 3.5], [8, 6]),
      line([18, 3.5], [18, 6]),
      { is: "circle", at: [8, 6], radius: PIN_RADIUS },
      { is: "circle", at: [18, 6], radius: PIN_RADIUS },
      text([13, -8.2], "RS 分流器", 3),
      text([13, -5], "shunt", 2.4),
    ],
    terminals: { a: [0, 0], b: [26, 0], s1: [8, 6], s2: [18, 6] },
    body: { x: 0, y: -3.5, width: 26, height: 9 },
  };
}

/** A ring round the conductor; the arrow is the direction in which current counts as positive. */
export function ring(zh: string, en: string, pins: readonly Pin[]): Part {
  const [width, top, bottom] = [28, -7, 12];
  return {
    shapes: [
      { is: "rect", box: { x: 2, y: top, width: width - 4, height: bottom - top }, fill: "#f7f7f2" },
      { is: "circle", at: [14, 0], radius: 3.6 },
      {
        is: "line",
        points: [
          [0, 0],
          [width, 0],
        ],
        width: 1.5,
      },
      {
        is: "line",
        points: [
          [6.4, -1.4],
          [8.8, 0],
          [6.4, 1.4],
        ],
        closed: true,
        filled: true,
      },
      text([6.5, -3.4], "P1", 2.3),
      text([21.5, -3.4], "P2", 2.3),
      ...pins.flatMap(([key, at, label = key]): Shape[] => [
        text([at, bottom - 2], label, 2.3),
        { is: "circle", at: [at, bottom], radius: PIN_RADIUS },
      ]),
      text([14, top - 4.6], zh, 3),
      text([14, top - 1.4], en, 2.4),
    ],
    terminals: { a: [0, 0], b: [width, 0], ...Object.fromEntries(pins.map(([key, at]) => [key, [at, bottom] as Point])) },
    body: { x: 0, y: top, width, height: bottom - top },
  };
}

export function resistor(name: string): Part {
  const dot = (y: number): Shape => ({ is: "circle", at: [0, y], radius: 1.1, filled: true });
  return {
    shapes: [
      ...[dot(0), line([0, 0], [0, 3]), line([0, 11], [0, 14]), dot(14)],
      { is: "rect", box: { x: -1.5, y: 3, width: 3, height: 8 } },
      text([2.6, 8], name, 2.5, "start"),
    ],
    terminals: { a: [0, 0], b: [0, 14] },
    body: { x: -1.5, y: 3, width: 3, height: 8 },
  };
}

export function lamp(name: string, en: string): Part {
  return {
    shapes: [
      ...[line([0, 0], [4, 0]), line([10, 0], [14, 0])],
      { is: "circle", at: [7, 0], radius: 3 },
      ...[line([4.9, -2.1], [9.1, 2.1]), line([4.9, 2.1], [9.1, -2.1])],
      text([7, -7.2], name, 2.8),
      text([7, -4.2], en, 2.3),
    ],
    terminals: { a: [0, 0], b: [14, 0] },
    body: { x: 0, y: -3, width: 14, height: 6 },
  };
}

export function buzzer(name: string, en: string): Part {
  const dome = [180, 150, 120, 90, 60, 30, 0].map((degrees): Point => {
    const angle = (degrees * Math.PI) / 180;
    return [7 + 3.4 * Math.cos(angle), 1 - 3.4 * Math.sin(angle)];
  });
  const shape: Shape = { is: "line", points: dome, closed: true };
  return {
    shapes: [shape, line([0, 0], [3.7, 0]), line([10.3, 0], [14, 0]), text([7, -7.2], name, 2.8), text([7, -4.2], en, 2.3)],
    terminals: { a: [0, 0], b: [14, 0] },
    body: { x: 0, y: -3, width: 14, height: 4 },
  };
}

export function earth(): Part {
  return {
    shapes: [line([0, 0], [0, 3]), line([-3, 3], [3, 3]), line([-2, 4.2], [2, 4.2]), line([-1, 5.4], [1, 5.4])],
    terminals: { t: [0, 0] },
    body: { x: -3, y: 2, width: 6, height: 4 },
  };
}
