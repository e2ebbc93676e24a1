import { ARC_LEAST_MS } from "#agent/core/metering/limits.ts";
import type { Seen } from "#agent/core/metering/seen.ts";
import type { ArcRecord } from "#agent/core/metering/settings.ts";

/** Sums over arc and short-circuit time, from window means. */
interface Sums {
  ms: number;
  ampMs: number;
  voltMs: number;
  wattMs: number;
}

/** What has passed since the last arc edge: it becomes part of the arc if the arc comes back in time. */
export interface Gap {
  neitherMs: number;
  missingMs: number;
  shortMs: number;
  shorts: number;
}

/** Arc condition with its merged gaps, on its way to being an arc. */
export interface ArcRun {
  startMs: number;
  edgeMs: number;
  started: boolean;
  arcMs: number;
  shortMs: number;
  shorts: number;
  peakAmps: number;
  gap: Gap;
  /** Windows wholly inside: their means are the arc's own. */
  inside: Sums;
  /** The first window, whose means hold something of what came before. */
  edge: Sums;
  /** The newest window, of which only the next arc edge shows that it lay inside. */
  newest: Sums;
}

const noSums = (): Sums => ({ ms: 0, ampMs: 0, voltMs: 0, wattMs: 0 });
const noGap = (): Gap => ({ neitherMs: 0, missingMs: 0, shortMs: 0, shorts: 0 });

export function openRun(startMs: number): ArcRun {
  return {
    startMs,
    edgeMs: startMs,
    started: false,
    arcMs: 0,
    shortMs: 0,
    shorts: 0,
    peakAmps: 0,
    gap: noGap(),
    inside: noSums(),
    edge: noSums(),
    newest: noSums(),
  };
}

/** The arc came back within the gap it may have: the shorts in it were the arc's. */
export function mergeGap(run: ArcRun): void {
  run.shortMs += run.gap.shortMs;
  run.shorts += run.gap.shorts;
  run.gap = noGap();
}

/** Adds the window's share between its arc edges. */
export function addWindow(run: ArcRun, seen: Seen, innerShortMs: number): void {
  const { window } = seen;
  const first = run.newest.ms === 0 && run.edge.ms === 0;
  addSums(run.inside, run.newest);
  const ms = window.arcMs + window.shortMs;
  const sums = { ms, ampMs: Math.abs(seen.amps) * ms, voltMs: Math.abs(seen.volts) * ms, wattMs: Math.abs(seen.amps * seen.volts) * ms };
  run.newest = first ? noSums() : sums;
  if (first) run.edge = sums;
  run.arcMs += window.arcMs;
  run.shortMs += innerShortMs;
  run.shorts += window.shorts;
  run.peakAmps = Math.max(run.peakAmps, seen.peakAmps);
  run.edgeMs = seen.startMs + window.arcLastMs;
}

/** Takes away what lies after `atMs`; an arc that has been announced stays one. */
export function cutRun(run: ArcRun, atMs: number): void {
  const leastMs = run.started ? run.startMs + ARC_LEAST_MS : run.startMs;
  const edgeMs = Math.min(run.edgeMs, Math.max(atMs, leastMs));
  const cutMs = run.edgeMs - edgeMs;
  const arcCutMs = Math.min(run.arcMs, cutMs);
  run.arcMs -= arcCutMs;
  run.shortMs = Math.max(0, run.shortMs - (cutMs - arcCutMs));
  run.edgeMs = edgeMs;
}

export function recordOf(run: ArcRun, strikes: number, ending: ArcRecord["ending"]): ArcRecord {
  const outer = noSums();
  addSums(outer, run.edge);
  addSums(outer, run.newest);
  // The outer windows' means are diluted by what lay beyond the arc: they speak only for an arc that has no others.
  const sums = run.inside.ms > 0 ? run.inside : outer;
  const arcMs = run.arcMs + run.shortMs;
  const mean = (total: number) => (sums.ms > 0 ? total / sums.ms : 0);
  return {
    startMs: run.startMs,
    endMs: run.edgeMs,
    arcMs,
    meanAmps: mean(sums.ampMs),
    meanVolts: mean(sums.voltMs),
    peakAmps: run.peakAmps,
    strikes,
    shorts: run.shorts,
    shortMs: run.shortMs,
    chargeAmpereSeconds: (mean(sums.ampMs) * arcMs) / 1000,
    energyJoules: (mean(sums.wattMs) * arcMs) / 1000,
    ending,
  };
}

function addSums(to: Sums, from: Sums): void {
  to.ms += from.ms;
  to.ampMs += from.ampMs;
  to.voltMs += from.voltMs;
  to.wattMs += from.wattMs;
}
