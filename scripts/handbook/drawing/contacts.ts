/** Symbols of what switches: poles, contacts and what moves them. IEC 60617's manner, lying: current comes from the left. */
import { line, moved, type Part, type Point, type Shape, text } from "#scripts/handbook/drawing/shapes.ts";

const NAME = 3;
const NAME_EN = 2.4;
const PIN = 2.2;

type ContactKind = "make" | "break" | "breaker" | "contactor";

/** One contact from (0, y) to (width, y). A make contact is drawn open, a break contact closed, as without power and untouched. */
function contact(kind: ContactKind, y: number, width: number): Shape[] {
  const [fixed, hinge] = [width * 0.34, width * 0.68];
  const ends = [line([0, y], [fixed, y]), line([hinge, y], [width, y])];
  if (kind === "break") return [...ends, line([fixed, y], [fixed, y - 2.6]), line([hinge, y], [fixed - 0.8, y - 2.3])];
  return [...ends, line([hinge, y], [fixed + 0.3, y - 3]), ...poleMark(kind, [fixed, y])];
}

function poleMark(kind: ContactKind, [x, y]: Point): Shape[] {
  if (kind === "breaker") return [line([x - 0.9, y - 0.9], [x + 0.9, y + 0.9]), line([x - 0.9, y + 0.9], [x + 0.9, y - 0.9])];
  if (kind !== "contactor") return [];
  const halfCircle = [0, 30, 60, 90, 120, 150, 180].map((degrees): Point => {
    const angle = (degrees * Math.PI) / 180;
    return [x - 1.1 + 1.1 * Math.cos(angle), y - 1.1 * Math.sin(angle)];
  });
  return [line(...halfCircle)];
}

function pinLabels(left: string, right: string, y: number, width: number): Shape[] {
  return [text([0.4, y - 1], left, PIN, "start"), text([width - 0.4, y - 1], right, PIN, "end")];
}

function named(name: string, en: string, at: Point): Shape[] {
  return [text(at, name, NAME), text([at[0], at[1] + 3.2], en, NAME_EN)];
}

/** Poles `1`–`2`, `3`–`4` … */
function poles(kind: ContactKind, count: number, pitch: number, width: number): Pick<Part, "shapes" | "terminals"> {
  const rows = Array.from({ length: count }, (_, index) => ({ y: index * pitch, from: `${2 * index + 1}`, to: `${2 * index + 2}` }));
  return {
    shapes: rows.flatMap(({ y, from, to }) => [...contact(kind, y, width), ...pinLabels(from, to, y, width)]),
    terminals: Object.fromEntries(
      rows.flatMap(({ y, from, to }): [string, Point][] => [
        [from, [0, y]],
        [to, [width, y]],
      ]),
    ),
  };
}

const dashed = (...points: Point[]): Shape => ({ is: "line", points, dashed: true });

export function breaker(count: number, pitch: number, name: string): Part {
  const width = 18;
  const { shapes, terminals } = poles("breaker", count, pitch, width);
  const last = (count - 1) * pitch;
  const link = count > 1 ? [dashed([9.4, -1.6], [9.4, last - 1.6])] : [];
  return {
    shapes: [...shapes, ...link, ...named(name, "breaker", [width / 2, -8])],
    terminals,
    body: { x: 0, y: -4, width, height: last + 5 },
  };
}

/** Main poles, the coil (A2 left, A1 right) and the mirror contact 21–22, moved by one armature. */
export function contactor(count: number, pitch: number): Part {
  const width = 22;
  const { shapes, terminals } = poles("contactor", count, pitch, width);
  const last = (count - 1) * pitch;
  const [coilY, mirrorY] = [last + 11, last + 22];
  const coil: Shape[] = [
    { is: "rect", box: { x: 7, y: coilY - 2.5, width: 8, height: 5 } },
    ...[line([0, coilY], [7, coilY]), line([15, coilY], [width, coilY])],
    ...pinLabels("A2", "A1", coilY, width),
  ];
  const mirror: Shape[] = [
    ...contact("break", mirrorY, width),
    { is: "circle", at: [width * 0.68, mirrorY], radius: 0.7, filled: true },
    ...pinLabels("21", "22", mirrorY, width),
  ];
  const links = [dashed([11, -1.6], [11, coilY - 2.5]), dashed([11, coilY + 2.5], [11, mirrorY - 1.2])];
  return {
    shapes: [...shapes, ...coil, ...mirror, ...links, ...named("KM 接触器", "contactor", [width / 2, -8])],
    terminals: { ...terminals, A2: [0, coilY], A1: [width, coilY], "21": [0, mirrorY], "22": [width, mirrorY] },
    body: { x: 0, y: -4, width, height: mirrorY + 5 },
  };
}

/** A mushroom head that latches, with one or two break contacts: 11–12 for the coil, 21–22 for the chip. */
export function emergencyStop(contacts: 1 | 2): Part {
  const width = 20;
  const pitch = 14;
  const second = contacts === 2;
  const dome = [180, 150, 120, 90, 60, 30, 0].map((degrees): Point => {
    const angle = (degrees * Math.PI) / 180;
    return [10 + 4 * Math.cos(angle), -7 - 3 * Math.sin(angle)];
  });
  return {
    shapes: [
      ...contact("break", 0, width),
      ...pinLabels("11", "12", 0, width),
      ...(second ? [...contact("break", pitch, width), ...pinLabels("21", "22", pitch, width)] : []),
      { is: "line", points: dome, closed: true },
      dashed([10, -7], [10, second ? pitch - 1.2 : -1.2]),
      ...named("SB1 急停", "emergency stop", [10, -15.5]),
    ],
    terminals: { "11": [0, 0], "12": [width, 0], ...(second ? { "21": [0, pitch], "22": [width, pitch] } : {}) },
    body: { x: 0, y: -10.5, width, height: second ? pitch + 12 : 12 },
  };
}

/** Springs back; 13–14 closes while it is pressed. */
export function startButton(): Part {
  return actuated("SB2 启动按钮", "start button", [line([7, -7], [13, -7]), line([7, -7], [7, -5.8]), line([13, -7], [13, -5.8])]);
}

/** Held closed by the cover; 13–14 opens when the cover comes off. */
export function coverSwitch(): Part {
  return actuated("SQ 外壳开关", "enclosure switch", [
    {
      is: "line",
      points: [
        [7.5, -5.5],
        [12.5, -5.5],
        [10, -8.5],
      ],
      closed: true,
    },
  ]);
}

function actuated(name: string, en: string, head: readonly Shape[]): Part {
  const width = 20;
  return {
    shapes: [
      ...contact("make", 0, width),
      ...pinLabels("13", "14", 0, width),
      ...head,
      dashed([10, -5.8], [10, -1.6]),
      ...named(name, en, [10, -14]),
    ],
    terminals: { "13": [0, 0], "14": [width, 0] },
    body: { x: 0, y: -9, width, height: 10 },
  };
}

/** The relay's contact inside the chip, between two of its terminals. */
export function relayBetween(from: number, to: number, y: number): Shape[] {
  const width = 16;
  const left = (from + to - width) / 2;
  const leads = left > from ? [line([from, y], [left, y]), line([left + width, y], [to, y])] : [];
  return [...contact("make", 0, width).map((shape) => moved(shape, [left, y])), ...leads];
}

/** The contactor's coil alone, where its contacts are on another sheet. */
export function coil(): Part {
  const width = 20;
  return {
    shapes: [
      { is: "rect", box: { x: 6, y: -3, width: 8, height: 6 } },
      ...[line([0, 0], [6, 0]), line([14, 0], [width, 0])],
      ...pinLabels("A1", "A2", 0, width),
      ...named("KM 线圈", "coil", [width / 2, -7.8]),
    ],
    terminals: { A1: [0, 0], A2: [width, 0] },
    body: { x: 0, y: -3, width, height: 6 },
  };
}
