import { flush, initialMeter, meterWindows, totals } from "#agent/core/metering/meter.ts";
import type { ArcRecord, MeterFact, MeterSettings } from "#agent/core/metering/settings.ts";
import type { Window } from "#protocol/chip/window.ts";
import type { RecordingSpec } from "#scripts/recordings/generate.ts";

export const SETTINGS: MeterSettings = {
  windowMs: 100,
  arcMinAmps: 15,
  alternating: false,
  ratedAmps: 400,
  ratedDutyCycle: 0.6,
  sensorRangeAmps: 500,
};

/** What the meter must know of the machine that a recording was made on. */
export function settingsOf(spec: RecordingSpec, windowMs: number): MeterSettings {
  return { ...SETTINGS, windowMs, arcMinAmps: spec.process === "tig" ? 5 : 15, alternating: spec.process === "ac" };
}

/** The whole of it in one call, and the session closed. */
export function meterAll(windows: readonly Window[], settings: MeterSettings) {
  const metered = meterWindows(initialMeter(), windows, settings);
  const ended = flush(metered.state, settings);
  const facts = [...metered.facts, ...ended.facts];
  return { facts, arcs: arcsIn(facts), totals: totals(ended.state), state: ended.state };
}

function arcsIn(facts: readonly MeterFact[]): ArcRecord[] {
  return facts.flatMap((fact) => (fact.type === "arcEnded" ? [fact.arc] : []));
}
