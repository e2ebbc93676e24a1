/** A scan: decided, put on record, and what follows from it. */
import { sessionOf } from "#agent/core/interlock/common.ts";
import type { Session } from "#agent/core/interlock/state.ts";
import { type Decision, decide, type StartAllowed } from "#agent/core/licensing/decide.ts";
import type { MachineCondition, ScanFacts } from "#agent/core/licensing/facts.ts";
import { receiptOf } from "#agent/core/licensing/receipt.ts";
import { isBehind } from "#agent/core/machine/adoption.ts";
import { warningDraft } from "#agent/core/machine/drafts.ts";
import { guardScanOf, waitingOf, withGuardian, withWaiting } from "#agent/core/machine/guardian.ts";
import { applyEndings } from "#agent/core/machine/licence.ts";
import { applyInterlock, interlockNow } from "#agent/core/machine/session.ts";
import type {
  Draft,
  EventDraft,
  MachineEffect,
  MachineNow,
  MachineSetup,
  MachineState,
  ScanInput,
  SessionLicence,
  WaitingStart,
} from "#agent/core/machine/state.ts";
import { isArcing } from "#agent/core/metering/meter.ts";
import { takeGrant } from "#agent/core/pass/grants.ts";
import { isSpent } from "#agent/core/vault/budget.ts";

import { categoryMask } from "#protocol/codes/workCategories.ts";

/** After a refusal the lamp says so for this long. */
const REFUSED_LAMP_MS = 3_000;
const RECENT_MAX = 16;
/** Young credentials remembered. More of them start nothing before the next list makes room. */
const USED_ONCE_MAX = 64;

export function applyScan(draft: Draft, input: ScanInput, setup: MachineSetup, now: MachineNow): { draft: Draft; answer: MachineEffect } {
  const category = setup.policy.category ?? setup.processCategory;
  const { scan, lastGrantCounter } = takeGrant(input, draft.state.lastGrantCounter, categoryMask([category]));
  const decided = decideScan({ ...draft, state: { ...draft.state, lastGrantCounter } }, scan, setup, now);
  let { draft: next } = decided;
  const { decision } = decided;
  if (decision.allow && decision.rule === "guardian") {
    const waiting = waitingOf(next.state, now);
    next = { ...next, state: { ...withGuardian(next.state, decision, scan, now), waiting: null } };
    // The list in force now rules the start; it may have been withdrawn since the welder scanned.
    const { journalFull, listVersion, overlayVersion, listIssuedMs } = scan;
    const renewed = { journalFull, listVersion, overlayVersion, listIssuedMs };
    if (waiting) next = stillSince(waiting, decideScan(next, { ...waiting.scan, ...renewed }, setup, now).draft);
  }
  const session = decision.allow ? (sessionOf(next.state.interlock)?.id ?? null) : null;
  return { draft: next, answer: { type: "answer", id: scan.id, decision, session } };
}

/** A guardian who is not the one needed does not lengthen the welder's wait. */
function stillSince({ atChipMs }: WaitingStart, draft: Draft): Draft {
  const { waiting } = draft.state;
  return waiting ? { ...draft, state: { ...draft.state, waiting: { ...waiting, atChipMs } } } : draft;
}

/** Decides, records, and starts what is allowed. */
function decideScan(draft: Draft, scan: ScanInput, setup: MachineSetup, now: MachineNow): { draft: Draft; decision: Decision } {
  const facts = scanFacts(draft.state, scan, setup, now);
  const decision = decide(facts, setup.policy);
  const session = sessionMeant(decision, scan, draft.state);
  const receipt = { ...receiptOf(decision, facts, setup.policy), session, agoMs: 0 } as EventDraft;
  const next = { ...draft, drafts: [...draft.drafts, receipt, ...decision.warnings.map(warningDraft)] };
  if (!decision.allow) return { draft: refused(next, decision, scan, now), decision };
  if (decision.rule === "guardian") return { draft: next, decision };
  if (decision.rule === "alreadyRunning") return { draft: shownAgain(next, setup, now), decision };
  return { draft: started(next, decision, scan, setup, now), decision };
}

/** In an outage the welder's word that they are there counts as the grant did: its 60 s begin anew, by the chip's clock too. */
function shownAgain(draft: Draft, setup: MachineSetup, now: MachineNow): Draft {
  const next = applyInterlock(draft, { type: "shownAgain" }, setup, now);
  if (next.state.interlock.at !== "outage") return next;
  return { ...next, state: { ...next.state, lastClosedChipMs: interlockNow(next.state, now).chipMs } };
}

/** The session that the decision lets start or go on; a refusal and a guardian's scan have none. */
function sessionMeant(decision: Decision, { sessionId }: ScanInput, { interlock }: MachineState): number | null {
  if (!decision.allow || decision.rule === "guardian") return null;
  return decision.rule === "alreadyRunning" ? (sessionOf(interlock)?.id ?? null) : sessionId;
}

function refused(draft: Draft, { waitsFor }: Extract<Decision, { allow: false }>, scan: ScanInput, now: MachineNow): Draft {
  const { state } = draft;
  if (waitsFor === null) return { ...draft, state: { ...state, refusedUntilMonoMs: now.monoMs + REFUSED_LAMP_MS } };
  // Whom a newer list no longer knows must not start because an older look-up did.
  return { ...draft, state: withRecent(withWaiting(state, scan, waitsFor, now), scan.pass?.handle ?? "") };
}

function started(draft: Draft, decision: StartAllowed, scan: ScanInput, setup: MachineSetup, now: MachineNow): Draft {
  const { handle, limits } = decision;
  const { maximumS: limitS, idleRelockS } = limits;
  const session: Session = { id: scan.sessionId, handle, limitS, idleRelockS, startedChipMs: interlockNow(draft.state, now).chipMs };
  const presence = isNear(decision, scan, draft.state) ? "proved" : "buttonNeeded";
  const startPresses = draft.state.status?.startPresses ?? 0;
  const next = applyInterlock(draft, { type: "granted", session, presence, startPresses }, setup, now);
  if (sessionOf(next.state.interlock)?.id !== session.id) return next;
  const state = { ...withRecent(next.state, handle), licence: licenceOf(decision, scan), guardScan: null, waiting: null };
  return applyEndings({ ...next, state: decision.rule === "allowedOnce" ? withUsedOnce(state, scan) : state }, setup, now);
}

/** Nothing is energised by a distant hand alone. What is no pass may have come from anywhere. */
function isNear({ guardian }: StartAllowed, { pass }: ScanInput, { guardScan }: MachineState): boolean {
  if (pass === null || pass.way === "grant") return false;
  return guardian === null || guardScan?.way !== "grant";
}

/** A session that began by the list's word ends by it: the once of a younger credential is a start of its own, with its warning. */
function licenceOf({ handle, rule }: StartAllowed, { sessionId, pass, entry, listIssuedMs }: ScanInput): SessionLicence {
  const credential = rule === "listed" ? null : (pass?.credential ?? null);
  return { session: sessionId, handle, credential, entry, listIssuedMs, ending: null, told: null };
}

function withRecent(state: MachineState, handle: string): MachineState {
  return { ...state, recentHandles: [handle, ...state.recentHandles.filter((recent) => recent !== handle)].slice(0, RECENT_MAX) };
}

/** Those that are no longer younger than the list are in it, or refused: they need not be remembered. */
function withUsedOnce(state: MachineState, { pass, listIssuedMs }: ScanInput): MachineState {
  if (!pass?.credential) return state;
  const { handle, credential } = pass;
  const young = state.usedOnce.filter(({ issuedMs }) => issuedMs > (listIssuedMs ?? 0));
  return { ...state, usedOnce: [...young, { handle, issuedMs: credential.issuedMs }] };
}

function isUsedOnce({ usedOnce }: MachineState, { pass, listIssuedMs }: ScanInput): boolean {
  const young = usedOnce.filter(({ issuedMs }) => issuedMs > (listIssuedMs ?? 0));
  if (young.length >= USED_ONCE_MAX) return true;
  return young.some(({ handle, issuedMs }) => handle === pass?.handle && issuedMs === pass.credential?.issuedMs);
}

function scanFacts(state: MachineState, scan: ScanInput, setup: MachineSetup, now: MachineNow): ScanFacts {
  const { pass, refusal, listVersion, overlayVersion, listIssuedMs, entry, journalFull } = scan;
  return {
    ...{ pass, refusal, listVersion, overlayVersion, listIssuedMs, entry, journalFull },
    usedOnce: isUsedOnce(state, scan),
    guardian: guardScanOf(state, now),
    waiting: waitingOf(state, now),
    processCategory: setup.processCategory,
    time: now.time,
    machine: machineCondition(state, scan, setup),
    holder: sessionOf(state.interlock)?.handle ?? null,
    policyFloor: Math.max(state.policyVersion, state.policyFloor),
    budgetSpent: state.budget !== null && isSpent(state.budget),
  };
}

function machineCondition(state: MachineState, { pass }: ScanInput, { keepsVault }: MachineSetup): MachineCondition {
  // Until the vault is read nobody knows whether list, policy and budget are those of an older disk.
  if (keepsVault && !state.vaultRead) return "unreachable";
  if (state.link.at !== "up" || state.silentSinceMonoMs !== null || state.interlock.at === "unlinked") return "unreachable";
  // The next reading brings what was welded before: it must not be put down to whoever starts now.
  const isOther = sessionOf(state.interlock)?.handle !== pass?.handle;
  if (isOther && state.status && isBehind(state, state.status)) return "unreachable";
  if (state.interlock.at === "faulted" || state.interlock.at === "opening") return "faulted";
  // Whoever takes over would get the arcs that the one before burned in windows that nobody has read yet.
  if (sessionOf(state.interlock) && state.status && isBehind(state, state.status)) return "unreachable";
  if (isArcing(state.meter)) return "arcing";
  return sessionOf(state.interlock) ? "energised" : "ready";
}
