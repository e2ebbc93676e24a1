/** What a recording came to, made only from the events that reached the platform. */
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import type { HeldEvent } from "#simulator/replay/observe.ts";

/** Seconds are the recording's own `t_s`, amperes and volts means over arc and short-circuit time. */
interface ReplayedArc {
  startS: number;
  endS: number;
  meanAmps: number;
  meanVolts: number;
}

interface ReplayedFault {
  /** Of the event dictionary. */
  name: string;
  kind: number;
  zh: string;
  en: string;
  /** Null where the event does not say. */
  startS: number | null;
  endS: number | null;
  [detail: string]: string | number | boolean | null;
}

export interface ReplayResult {
  arcs: ReplayedArc[];
  /** From first to last edge of each arc: shorts inside and merged gaps count. */
  arcSeconds: number;
  strikes: number;
  shorts: number;
  stuckSeconds: number;
  faults: ReplayedFault[];
}

/** Turns milliseconds of the chip's window clock into seconds of the recording. */
interface TimeBase {
  /** Window clock when the first row was played. */
  startMs: number;
  /** `t_s` of that row. */
  firstS: number;
  windowMs: number;
}

export function resultOf(events: readonly HeldEvent[], base: TimeBase): ReplayResult {
  const arcs = events.flatMap((event) => (event.name === "arc" ? [event.payload] : []));
  const ended = events.flatMap((event) => (event.name === "sessionEnded" ? [event.payload] : []));
  return {
    arcs: arcs.map(({ startMs, endMs, meanAmps, meanVolts }) => ({
      startS: secondsOf(startMs, base),
      endS: secondsOf(endMs, base),
      meanAmps: round(meanAmps, 1),
      meanVolts: round(meanVolts, 2),
    })),
    arcSeconds: round(sum(arcs.map(({ startMs, endMs }) => endMs - startMs)) / 1000, 3),
    strikes: sum(ended.map((totals) => totals.strikes)),
    shorts: sum(ended.map((totals) => totals.shorts)),
    stuckSeconds: round(sum(ended.map((totals) => totals.stuckMs)) / 1000, 3),
    faults: events.flatMap((event) => (isFault(event) ? [faultOf(event, base)] : [])),
  };
}

function isFault({ name }: HeldEvent): boolean {
  const { severity } = DICTIONARY[name];
  return severity === "warning" || severity === "alarm";
}

function faultOf({ name, kind, payload }: HeldEvent, base: TimeBase): ReplayedFault {
  const { zh, en } = DICTIONARY[name];
  return { name, kind, zh, en, ...spanOf(payload, base), ...detailsOf(payload) };
}

function spanOf(payload: object, base: TimeBase): { startS: number | null; endS: number | null } {
  if ("startMs" in payload && "endMs" in payload) {
    return { startS: secondsOf(Number(payload.startMs), base), endS: secondsOf(Number(payload.endMs), base) };
  }
  if ("atMs" in payload) {
    const atMs = Number(payload.atMs);
    return { startS: secondsOf(atMs, base), endS: "forMs" in payload ? secondsOf(atMs + Number(payload.forMs), base) : null };
  }
  if ("fromSeq" in payload && "count" in payload) {
    const fromMs = Number(payload.fromSeq) * base.windowMs;
    return { startS: secondsOf(fromMs, base), endS: secondsOf(fromMs + Number(payload.count) * base.windowMs, base) };
  }
  return { startS: null, endS: null };
}

/** Everything else that the event says; places on the window clock mean nothing outside it. */
function detailsOf(payload: object): Record<string, string | number | boolean> {
  const clock = new Set(["startMs", "endMs", "atMs", "forMs", "fromSeq"]);
  const plain = (value: unknown): value is string | number | boolean => ["string", "number", "boolean"].includes(typeof value);
  return Object.fromEntries(Object.entries(payload).filter(([name, value]) => !clock.has(name) && plain(value)));
}

function secondsOf(clockMs: number, { startMs, firstS }: TimeBase): number {
  return round(firstS + (clockMs - startMs) / 1000, 3);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
