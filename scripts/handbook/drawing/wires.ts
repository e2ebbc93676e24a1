/** Wires between terminals: what kind they are, how they run, and the colours that China prescribes or is used to. */
import type { Part, Point } from "#scripts/handbook/drawing/shapes.ts";

export interface WireStyle {
  zh: string;
  en: string;
  colour: string;
  width: number;
  /** A second colour in dashes over the first. */
  stripes?: string;
  /** A thin dark edge, without which a light colour is lost on paper. */
  edged?: boolean;
}

export const WIRES = {
  L1: { zh: "L1 黄", en: "yellow", colour: "#f5c400", width: 0.9, edged: true },
  L2: { zh: "L2 绿", en: "green", colour: "#1c9c3e", width: 0.9, edged: true },
  L3: { zh: "L3 红", en: "red", colour: "#d7191c", width: 0.9, edged: true },
  N: { zh: "N 淡蓝", en: "light blue", colour: "#7fc4ff", width: 0.9, edged: true },
  PE: { zh: "PE 黄绿双色", en: "green-yellow", colour: "#1c9c3e", width: 0.9, stripes: "#ffd800", edged: true },
  plus: { zh: "直流正 + 棕", en: "DC + brown", colour: "#8a4a12", width: 0.7 },
  minus: { zh: "直流负 − 蓝", en: "DC − blue", colour: "#1d3fa8", width: 0.7 },
  weld: { zh: "焊接回路（粗）", en: "welding circuit", colour: "#222222", width: 1.5 },
  control: { zh: "控制线（按线号）", en: "control, by number", colour: "#222222", width: 0.4 },
  signal: { zh: "信号双绞线", en: "signal, twisted pair", colour: "#8b2fa8", width: 0.5 },
  busA: { zh: "RS-485 A", en: "bus A", colour: "#d9730d", width: 0.6 },
  busB: { zh: "RS-485 B", en: "bus B", colour: "#0b7285", width: 0.6 },
  shield: { zh: "屏蔽层", en: "shield", colour: "#777777", width: 0.4, stripes: "#ffffff" },
} as const satisfies Readonly<Record<string, WireStyle>>;

export type WireKind = keyof typeof WIRES;

/** `part.terminal`, a point, or a run along one axis to a number or to where a terminal is. */
export type Step = string | Point | { readonly x: number | string } | { readonly y: number | string };

export interface Wire {
  kind: WireKind;
  path: readonly Step[];
}

export interface Placed {
  at: Point;
  part: Part;
}

/** The points of the wire. Throws when it names what is not there, or would run slantwise. */
export function route({ path }: Wire, parts: Readonly<Record<string, Placed>>): Point[] {
  const points: Point[] = [];
  for (const step of path) {
    const here = points.at(-1);
    const next = stepPoint(step, here, parts);
    if (here && here[0] !== next[0] && here[1] !== next[1])
      throw new Error(`the wire ${path.map((one) => JSON.stringify(one)).join(" ")} runs slantwise from ${here} to ${next}`);
    points.push(next);
  }
  return points;
}

function stepPoint(step: Step, here: Point | undefined, parts: Readonly<Record<string, Placed>>): Point {
  if (typeof step === "string") return terminalAt(step, parts);
  if ("x" in step || "y" in step) {
    if (!here) throw new Error("a wire begins at a terminal or a point");
    if ("x" in step) return [typeof step.x === "string" ? terminalAt(step.x, parts)[0] : step.x, here[1]];
    return [here[0], typeof step.y === "string" ? terminalAt(step.y, parts)[1] : step.y];
  }
  return step;
}

function terminalAt(name: string, parts: Readonly<Record<string, Placed>>): Point {
  const [part = "", terminal = ""] = name.split(".");
  const placed = parts[part];
  const point = placed?.part.terminals[terminal];
  if (!placed || !point) throw new Error(`there is no terminal ${name}`);
  return [round(placed.at[0] + point[0]), round(placed.at[1] + point[1])];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
