import { expect } from "vitest";
import { presenceAmps } from "#agent/core/metering/limits.ts";
import type { RecordingSpec, Row } from "#scripts/recordings/generate.ts";
import { meterAll, settingsOf } from "#test/metering/arcsOf.ts";
import { windowsOf } from "#test/metering/windower.ts";
import { type Truth, truthOfRows } from "#test/recordings/reference.ts";

export function truthOf(rows: readonly Row[], spec: RecordingSpec): Truth {
  const settings = settingsOf(spec, 100);
  return truthOfRows(rows, settings.arcMinAmps, { presenceAmps: presenceAmps(settings), alternating: settings.alternating });
}

/** The product's promise: the count exact, the seconds within 2 % or 0.3 s, whichever is larger; a freeze is a fault. */
export function expectMetered(rows: readonly Row[], spec: RecordingSpec, truth: Truth, windowMs: number, label: string): void {
  const settings = settingsOf(spec, windowMs);
  const { arcs, totals, facts } = meterAll(windowsOf(rows, settings), settings);
  const originS = rows[0]?.tS ?? 0;
  const spansS = arcs.map((arc) => [arc.startMs / 1000 + originS, arc.endMs / 1000 + originS]);
  const truthS = truth.arcs.map((arc) => [arc.startS, arc.endS]);
  expect(arcs.length, `${label}: arcs ${JSON.stringify(spansS)} of ${JSON.stringify(truthS)}`).toBe(truth.arcs.length);
  const spanSeconds = arcs.reduce((total, arc) => total + arc.endMs - arc.startMs, 0) / 1000;
  expectWithin(totals.arcMs / 1000, truth.arcSeconds, `${label}: arc seconds`);
  expectWithin(spanSeconds, truth.spanSeconds, `${label}: seconds from edge to edge`);
  const stuckFacts = facts.filter((fact) => fact.type === "stuckElectrode");
  expect(stuckFacts.length, `${label}: stuck electrodes`).toBe(truth.stuck);
  expectWithin(totals.stuckMs / 1000, truth.stuckSeconds, `${label}: stuck seconds`);
  const frozenFacts = facts.filter((fact) => fact.type === "frozenReading");
  expect(frozenFacts.length, `${label}: frozen stretches`).toBe(truth.frozen.length);
  frozenFacts.forEach((fact, i) => {
    expect(Math.abs(fact.startMs / 1000 + originS - (truth.frozen[i]?.startS ?? 0)), `${label}: freeze begins`).toBeLessThan(0.25);
    expect(Math.abs(fact.endMs / 1000 + originS - (truth.frozen[i]?.endS ?? 0)), `${label}: freeze ends`).toBeLessThan(0.25);
  });
}

function expectWithin(measured: number, truth: number, label: string): void {
  expect(Math.abs(measured - truth), `${label}: ${measured} for ${truth}`).toBeLessThanOrEqual(Math.max(0.02 * truth, 0.3));
}
