import { type ArcTrack, initialTrack, interrupt, trackWindow, withdrawFrom } from "#agent/core/metering/arcTrack.ts";
import { countDuty, type DutyCycle, initialDutyCycle } from "#agent/core/metering/dutyCycle.ts";
import { type Freeze, type FreezeStep, initialFreeze, offer, release } from "#agent/core/metering/freeze.ts";
import { ARC_LEAST_VOLTS, LOST_ARC_MS, RESTRIKE_WITHIN_MS } from "#agent/core/metering/limits.ts";
import { followLive, initialLive, type Live } from "#agent/core/metering/live.ts";
import { missingWindow, type Seen, see } from "#agent/core/metering/seen.ts";
import type { MeterFact, MeterSettings, SessionTotals } from "#agent/core/metering/settings.ts";
import { trainZero } from "#agent/core/metering/zero.ts";
import type { Window } from "#protocol/chip/window.ts";

/** Everything the meter remembers between two windows. */
export interface Workings {
  /** Next window wanted; null before the first. */
  nextSeq: number | null;
  clockMs: number;
  zeroAmps: number;
  live: Live;
  freeze: Freeze;
  track: ArcTrack;
  duty: DutyCycle;
  totals: SessionTotals;
  /** Arcs of under a second with a re-strike soon after, in this session; and when the last candidate ended. */
  lostArcs: number;
  briefArcEndMs: number | null;
}

export function initialWorkings(): Workings {
  return {
    nextSeq: null,
    clockMs: 0,
    zeroAmps: 0,
    live: initialLive(),
    freeze: initialFreeze(),
    track: initialTrack(),
    duty: initialDutyCycle(),
    totals: noTotals(),
    lostArcs: 0,
    briefArcEndMs: null,
  };
}

export function noTotals(): SessionTotals {
  return {
    arcs: 0,
    arcMs: 0,
    strikes: 0,
    shorts: 0,
    shortMs: 0,
    stuckMs: 0,
    noLoadMs: 0,
    chargeAmpereSeconds: 0,
    energyJoules: 0,
  };
}

/** Takes one record of the chip; changes `draft` in place. */
export function takeRecord(draft: Workings, record: Window, settings: MeterSettings, facts: MeterFact[]): void {
  for (const window of admit(draft, record, facts)) take(draft, window, settings, facts);
}

/** Ends what is open, held windows first. */
export function endOpen(draft: Workings, ending: "opened" | "missing", settings: MeterSettings, facts: MeterFact[]): void {
  carryOut(draft, release(draft.freeze, draft.clockMs), settings, facts);
  note(draft, interrupt(draft.track, ending), facts);
  draft.track.strikesWaiting = 0;
  draft.live.arcing = false;
}

/** The windows to take for this record: none if known already, the lost ones before it, each of a run that is not idle. */
function admit(draft: Workings, window: Window, facts: MeterFact[]): Window[] {
  const wanted = draft.nextSeq ?? window.seq;
  const end = window.seq + window.run;
  if (end <= wanted) return [];
  draft.nextSeq = end;
  if (window.seq > wanted) {
    const count = window.seq - wanted;
    facts.push({ type: "windowsLost", fromSeq: wanted, count });
    return [missingWindow(wanted, count), ...unroll(window)];
  }
  return unroll({ ...window, seq: wanted, run: end - wanted });
}

/** Chips run only idle windows together, and those cost the same however many; a run with load in it is taken apart. */
function unroll(window: Window): Window[] {
  const idle = window.invalid || (window.arcMs === 0 && window.shortMs === 0 && window.strikes === 0);
  if (window.run === 1 || idle) return [window];
  return Array.from({ length: window.run }, (_, i) => ({ ...window, seq: window.seq + i, run: 1 }));
}

function take(draft: Workings, window: Window, settings: MeterSettings, facts: MeterFact[]): void {
  const seen = see(window, settings, draft.zeroAmps);
  draft.clockMs = seen.endMs;
  followLive(draft.live, seen);
  carryOut(draft, offer(draft.freeze, seen), settings, facts);
  draft.zeroAmps = trainZero(draft.zeroAmps, seen, settings);
}

function carryOut(draft: Workings, steps: readonly FreezeStep[], settings: MeterSettings, facts: MeterFact[]): void {
  for (const step of steps) {
    switch (step.do) {
      case "meter":
        meterOne(draft, see(step.window, settings, draft.zeroAmps), settings, facts);
        break;
      case "interrupt":
        note(draft, withdrawFrom(draft.track, step.atMs), facts);
        break;
      case "report":
        facts.push(step.fact);
        break;
    }
  }
}

/** A window that is known not to be frozen. */
function meterOne(draft: Workings, seen: Seen, settings: MeterSettings, facts: MeterFact[]): void {
  note(draft, trackWindow(draft.track, seen), facts);
  facts.push(...countDuty(draft.duty, seen, settings));
  if (!seen.usable || !seen.window.closed) return;
  draft.totals.strikes += seen.window.strikes;
  draft.totals.shorts += seen.window.shorts;
  draft.totals.shortMs += seen.window.shortMs;
  if (showsNoLoad(seen)) draft.totals.noLoadMs += seen.endMs - seen.startMs;
}

function showsNoLoad(seen: Seen): boolean {
  const { window } = seen;
  return window.arcMs === 0 && window.shortMs === 0 && !seen.currentPresent && Math.abs(seen.volts) >= ARC_LEAST_VOLTS;
}

function note(draft: Workings, found: readonly MeterFact[], facts: MeterFact[]): void {
  for (const fact of found) {
    facts.push(fact);
    if (fact.type === "arcStarted") noteRestrike(draft, fact.atMs);
    if (fact.type === "stuckElectrode") draft.totals.stuckMs += fact.endMs - fact.startMs;
    if (fact.type !== "arcEnded") continue;
    draft.totals.arcs += 1;
    draft.totals.arcMs += fact.arc.arcMs;
    draft.totals.chargeAmpereSeconds += fact.arc.chargeAmpereSeconds;
    draft.totals.energyJoules += fact.arc.energyJoules;
    draft.briefArcEndMs = fact.arc.arcMs < LOST_ARC_MS ? fact.arc.endMs : null;
  }
}

function noteRestrike(draft: Workings, atMs: number): void {
  if (draft.briefArcEndMs !== null && atMs - draft.briefArcEndMs <= RESTRIKE_WITHIN_MS) draft.lostArcs += 1;
  draft.briefArcEndMs = null;
}
