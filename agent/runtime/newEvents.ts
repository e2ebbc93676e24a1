/** Events of a machine on their way into the journal. */
import type { EventDraft, MachineNow } from "#agent/core/machine/state.ts";
import type { NewEvent } from "#agent/ports.ts";
import { DICTIONARY } from "#protocol/events/dictionary.ts";

/** Events that could not be committed and wait for room. */
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

export function newEvent(draft: EventDraft, device: string, { monoMs, time }: MachineNow): NewEvent {
  const entry = DICTIONARY[draft.name];
  const at = {
    monoMs: Math.max(0, Math.round(monoMs - draft.agoMs)),
    earliestMs: Math.max(0, Math.round(time.earliestMs - draft.agoMs)),
    latestMs: time.latestMs === null ? null : Math.round(time.latestMs - draft.agoMs),
  };
  return { device, lane: entry.lane, kind: entry.kind, session: draft.session, time: at, payload: draft.payload };
}

export function isLegal(draft: EventDraft): boolean {
  return DICTIONARY[draft.name].lane === "legal";
}
