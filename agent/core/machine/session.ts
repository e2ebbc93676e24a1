/** The interlock and the meter of one machine, moved together: a session's start and end concern both. */
import type { InterlockFact, InterlockInput, InterlockNow } from "#agent/core/interlock/state.ts";
import { interlock } from "#agent/core/interlock/transition.ts";
import { interlockDrafts, meterDraft } from "#agent/core/machine/drafts.ts";
import type { Draft, EventDraft, MachineNow, MachineSetup, MachineState } from "#agent/core/machine/state.ts";
import { sumsOf } from "#agent/core/machine/unaccounted.ts";
import { flush, startSession, totals } from "#agent/core/metering/meter.ts";
import type { MeterFact, MeterSettings } from "#agent/core/metering/settings.ts";

export function interlockNow(state: MachineState, now: MachineNow): InterlockNow {
  return { monoMs: now.monoMs, chipMs: state.nextSeq * (state.chip?.windowMs ?? 0) };
}

export function meterSettings(state: MachineState, setup: MachineSetup): MeterSettings {
  return { ...setup.meter, windowMs: state.chip?.windowMs ?? 100, sensorRangeAmps: state.chip?.sensorRangeAmps ?? 500 };
}

/** Runs the interlock and turns its facts into events; a session's start and end move the meter as well. */
export function applyInterlock(draft: Draft, input: InterlockInput, setup: MachineSetup, now: MachineNow): Draft {
  const step = interlock(draft.state.interlock, input, interlockNow(draft.state, now));
  let next: Draft = { ...draft, state: { ...draft.state, interlock: step.state } };
  for (const fact of step.facts) next = applyInterlockFact(next, fact, setup, now);
  return next;
}

function applyInterlockFact(draft: Draft, fact: InterlockFact, setup: MachineSetup, now: MachineNow): Draft {
  let { state, drafts } = draft;
  if (fact.type === "sessionStarted") {
    const { chipMs } = interlockNow(state, now);
    const relieved = state.meteredSession === null ? null : sumsOf(state.meteredSession, totals(state.meter));
    state = { ...state, meter: startSession(state.meter), meteredSession: fact.session.id, relieved, lastClosedChipMs: chipMs };
  }
  if (fact.type === "startExpired") state = { ...state, ...NO_LICENCE };
  if (fact.type === "sessionEnded") {
    const ended = flush(state.meter, meterSettings(state, setup));
    state = { ...state, ...NO_LICENCE, meter: ended.state };
    drafts = [...drafts, ...meterDrafts(ended.facts, state)];
  }
  return { state, drafts: [...drafts, ...interlockDrafts(fact, totals(state.meter), interlockNow(state, now).chipMs)] };
}

/** A session's end ends what it was granted on, and whoever stood guard for it. */
const NO_LICENCE = { licence: null, guardScan: null, waiting: null } as const;

export function meterDrafts(facts: readonly MeterFact[], state: MachineState): EventDraft[] {
  const chipNowMs = (state.status?.nextSeq ?? state.nextSeq) * (state.chip?.windowMs ?? 0);
  return facts.map((fact) => meterDraft(fact, state.meteredSession, chipNowMs)).filter((found) => found !== null);
}
