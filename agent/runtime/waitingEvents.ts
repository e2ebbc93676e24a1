/** Events that could not be committed wait for room; how many, and which go first. */
import type { EventDraft } from "#agent/core/machine/state.ts";
import { DICTIONARY } from "#protocol/events/dictionary.ts";

const UNCOMMITTED_MAX = 1_000;
/** Telemetry that waits while only legal events are let in; ten minutes of welding. It is kept in the checkpoint. */
const TELEMETRY_WAITING_MAX = 60;

/** When the journal takes legal events alone: those, and the latest of the telemetry. */
export function onlyLegal(drafts: readonly EventDraft[]): { legal: EventDraft[]; waiting: EventDraft[] } {
  return { legal: drafts.filter(isLegal), waiting: drafts.filter((draft) => !isLegal(draft)).slice(-TELEMETRY_WAITING_MAX) };
}

/** Telemetry goes first, the oldest of it before the rest. */
export function bounded(drafts: readonly EventDraft[]): EventDraft[] {
  let excess = drafts.length - UNCOMMITTED_MAX;
  return drafts.filter((draft) => isLegal(draft) || excess-- <= 0).slice(-UNCOMMITTED_MAX);
}

function isLegal(draft: EventDraft): boolean {
  return DICTIONARY[draft.name].lane === "legal";
}
