/** One machine: what happens to it, and what follows. Decides; the runtime runs the effects, commits first. */

import { detect, initialDetection } from "#agent/core/detection/detection.ts";
import type { InterlockInput } from "#agent/core/interlock/state.ts";
import { resumeInterlock } from "#agent/core/interlock/transition.ts";
import type { LinkReading, MachineStatus } from "#agent/core/link.ts";
import { adopt, isBehind, linkFailed } from "#agent/core/machine/adoption.ts";
import { findingDraft } from "#agent/core/machine/findingDrafts.ts";
import { finish, windowsDraft } from "#agent/core/machine/finish.ts";
import { forgotten } from "#agent/core/machine/guardian.ts";
import { applyEndings, applyPolicy, recheck } from "#agent/core/machine/licence.ts";
import { applyScan } from "#agent/core/machine/scan.ts";
import { applyInterlock, meterDrafts, meterSettings } from "#agent/core/machine/session.ts";
import type { Draft, MachineInput, MachineNow, MachineSetup, MachineState, MachineStep } from "#agent/core/machine/state.ts";
import { addWindows } from "#agent/core/machine/telemetry.ts";
import { initialMeter, isArcing, isCurrentPresent, lastArcOffMs, meterWindows } from "#agent/core/metering/meter.ts";
import { isLow } from "#agent/core/vault/budget.ts";
import type { Window } from "#protocol/chip/window.ts";

export function initialMachine(): MachineState {
  return {
    link: { at: "down", code: null },
    chip: null,
    interlock: { at: "unlinked" },
    meter: initialMeter(),
    detection: initialDetection(),
    meteredSession: null,
    nextSeq: 0,
    durableBelow: 0,
    pending: null,
    drafts: [],
    waitsSinceMonoMs: null,
    status: null,
    lastClosedChipMs: 0,
    sent: null,
    silentSinceMonoMs: null,
    vaultRead: false,
    budget: null,
    budgetReported: false,
    policyFloor: 0,
    refusedUntilMonoMs: 0,
    warnedUntilMonoMs: 0,
    recentHandles: [],
    policyVersion: 0,
    licence: null,
    guardScan: null,
    waiting: null,
    usedOnce: [],
    lastGrantCounter: 0,
  };
}

/** Goes on from a checkpoint of an earlier process: the link is to be made anew, deadlines too. */
export function resumeMachine(checkpoint: MachineState, monoMs: number): MachineState {
  const chipMs = checkpoint.nextSeq * (checkpoint.chip?.windowMs ?? 0);
  return {
    ...checkpoint,
    link: { at: "down", code: null },
    interlock: resumeInterlock(checkpoint.interlock, { monoMs, chipMs }),
    durableBelow: checkpoint.nextSeq,
    waitsSinceMonoMs: null,
    status: null,
    sent: null,
    silentSinceMonoMs: null,
    vaultRead: false,
    refusedUntilMonoMs: 0,
    warnedUntilMonoMs: 0,
  };
}

/** With an input `policy` the setup is the one that holds it. */
export function machineStep(before: MachineState, input: MachineInput, setup: MachineSetup, now: MachineNow): MachineStep {
  const effects: MachineStep["effects"] = [];
  let next: Draft = { state: before, drafts: [] };
  switch (input.type) {
    case "tick":
      next = applyInterlock(next, { type: "tick" }, setup, now);
      next = applyEndings({ ...next, state: forgotten(next.state, now) }, setup, now);
      if (next.state.link.at === "down") {
        next = { ...next, state: { ...next.state, link: { at: "adopting" } } };
        effects.push({ type: "adopt", setup: { arcMinAmps: setup.meter.arcMinAmps, alternating: setup.meter.alternating } });
      }
      break;
    case "adopted":
      next = adopt(next, input.adoption, setup);
      break;
    case "adoptFailed":
    case "linkFailed":
      next = linkFailed(next, input, now.monoMs);
      if (next.state.silentSinceMonoMs !== null) next = applyInterlock(next, { type: "silent" }, setup, now);
      break;
    case "reading":
      next = applyReading(next, input.reading, setup, now);
      break;
    case "scan":
      {
        const { draft, answer } = applyScan(next, input, setup, now);
        next = draft;
        effects.push(answer);
      }
      break;
    case "recheck":
      next = recheck(next, input, setup, now);
      break;
    case "policy":
      next = applyPolicy(next, setup, now);
      break;
    case "lock":
      next = applyInterlock(next, { type: "soft", cause: "lockedByPlatform" }, setup, now);
      break;
    case "vault":
      next = applyVault(next, input);
      break;
    case "note":
      next = { ...next, drafts: [input.draft] };
      break;
  }
  return finish(before, next, effects, input.type === "tick", now);
}

/** That half of the budget is spent is said once for each refill. */
function applyVault({ state, drafts }: Draft, { budget, policyFloor }: Extract<MachineInput, { type: "vault" }>): Draft {
  const low = isLow(budget);
  const said: Draft["drafts"] =
    low && !state.budgetReported ? [{ name: "offlineBudgetLow", session: null, agoMs: 0, payload: budget }] : [];
  return { state: { ...state, vaultRead: true, budget, budgetReported: low, policyFloor }, drafts: [...drafts, ...said] };
}

function applyReading(draft: Draft, reading: LinkReading, setup: MachineSetup, now: MachineNow): Draft {
  const { status, windows } = reading;
  let { state } = draft;
  let drafts = draft.drafts;
  if (state.silentSinceMonoMs !== null) {
    drafts = [
      ...drafts,
      { name: "chipFound", session: null, agoMs: 0, payload: { silentMs: Math.round(now.monoMs - state.silentSinceMonoMs) } },
    ];
  }
  state = { ...state, status, silentSinceMonoMs: null, link: { at: "up", busy: false, misses: 0 } };
  const last = windows.at(-1);
  if (last) {
    const metered = meterWindows(state.meter, windows, meterSettings(state, setup));
    const columns = addWindows(state.pending, windows, state.chip?.windowMs ?? 0);
    const lastClosedChipMs = lastClosedAt(windows, state);
    state = { ...state, meter: metered.state, pending: columns.pending, nextSeq: last.seq + last.run, lastClosedChipMs };
    drafts = [...drafts, ...meterDrafts(metered.facts, state), ...columns.full.map((payload) => windowsDraft(payload, state))];
  }
  const found = detect(state.detection, reading, state.meteredSession, meterSettings(state, setup));
  state = { ...state, detection: found.state };
  const chipNowMs = status.nextSeq * (state.chip?.windowMs ?? 0);
  drafts = [...drafts, ...found.findings.map((finding) => findingDraft(finding, state.meteredSession, chipNowMs))];
  const next = applyInterlock({ state, drafts }, interlockReading(state, reading), setup, now);
  // What ended during an outage must not be closed again for want of a tick.
  return state.interlock.at === "outage" ? applyEndings(next, setup, now) : next;
}

function interlockReading(state: MachineState, { status }: LinkReading): InterlockInput {
  const { commandedClosed, mirrorClosed, leaseHeld, eStop, enclosureOpen, fault, openedBy, startPresses } = status;
  return {
    type: "reading",
    commandedClosed,
    mirrorClosed,
    leaseHeld,
    // The chip renews only for the session that holds its lease: an accepted order says whose it is.
    session: status.leaseResult === "accepted" ? (state.sent?.session ?? 0) : 0,
    eStop,
    enclosureOpen,
    fault,
    openedBy,
    startPresses,
    arcing: isArcing(state.meter),
    currentPresent: isCurrentPresent(state.meter),
    lastArcOffChipMs: lastArcOffMs(state.meter),
    openForMs: openFor(state, status),
  };
}

function lastClosedAt(windows: readonly Window[], state: MachineState): number | null {
  const closed = windows.findLast((window) => window.closed);
  return closed ? (closed.seq + closed.run) * (state.chip?.windowMs ?? 0) : state.lastClosedChipMs;
}

/** By the chip's clock, since the contactor was last seen closed or a session was granted. */
function openFor(state: MachineState, status: MachineStatus): number | null {
  if (status.mirrorClosed) return 0;
  if (isBehind(state, status)) return null;
  if (state.lastClosedChipMs === null) return Number.POSITIVE_INFINITY;
  return status.nextSeq * (state.chip?.windowMs ?? 0) - state.lastClosedChipMs;
}

/** While something moves the chip is asked more often than once a second. */
export function tickIntervalMs(state: MachineState): number {
  const { at } = state.interlock;
  return at === "closing" || at === "opening" || at === "awaitingStart" || at === "ending" ? 100 : 1000;
}
