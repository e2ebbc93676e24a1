/** Findings of detection, as events of the dictionary. */
import type { Finding } from "#agent/core/detection/finding.ts";
import type { EventDraft } from "#agent/core/machine/state.ts";

/** Three decimals are finer than any sensor here. */
const round = (value: number) => Math.round(value * 1000) / 1000;

export function findingDraft({ found, toldMs, evidence }: Finding, session: number | null, chipNowMs: number): EventDraft {
  const at = { session, agoMs: Math.max(0, chipNowMs - toldMs) };
  if (!("measure" in found)) return { name: found.name, ...at, payload: { evidence } };
  const { atMs, forMs, quantity, measured, threshold } = found.measure;
  const measure = { atMs: round(atMs), forMs: round(forMs), quantity, measured: round(measured), threshold: round(threshold), evidence };
  switch (found.name) {
    case "suspectedModifiedWelder":
      return { name: found.name, ...at, payload: { reason: found.reason, ...measure } };
    case "abnormalOperation":
      return { name: found.name, ...at, payload: { reason: found.reason, ...measure } };
    case "sensorShorted":
      return { name: found.name, ...at, payload: { reason: found.reason, ...measure } };
    default:
      return { name: found.name, ...at, payload: measure };
  }
}
