import { STUCK_MS } from "#agent/core/metering/limits.ts";
import type { MeterFact } from "#agent/core/metering/settings.ts";

/** A short circuit that reaches the end of the newest window. */
export interface ShortRun {
  startMs: number;
  ms: number;
  ampMs: number;
}

export function extendShort(short: ShortRun | null, startMs: number, ms: number, amps: number): ShortRun {
  const before = short ?? { startMs, ms: 0, ampMs: 0 };
  return { startMs: before.startMs, ms: before.ms + ms, ampMs: before.ampMs + Math.abs(amps) * ms };
}

export function isStuck(short: ShortRun | null): short is ShortRun {
  return short !== null && short.ms > STUCK_MS;
}

export function stuckFact(short: ShortRun): MeterFact & { type: "stuckElectrode" } {
  return { type: "stuckElectrode", startMs: short.startMs, endMs: short.startMs + short.ms, meanAmps: short.ampMs / short.ms };
}
