/** A scan, and later looks at the certificate behind the running session. */

import { sessionOf } from "#agent/core/interlock/common.ts";
import type { Session } from "#agent/core/interlock/state.ts";
import { type Decision, decide, type LicenceWarning, nearExpiry, refusedCertificate } from "#agent/core/licensing/decide.ts";
import { applyInterlock, interlockNow } from "#agent/core/machine/session.ts";
import type {
  Draft,
  EventDraft,
  MachineEffect,
  MachineInput,
  MachineNow,
  MachineSetup,
  MachineState,
  ScanInput,
} from "#agent/core/machine/state.ts";
import { isArcing } from "#agent/core/metering/meter.ts";
import { takeGrant } from "#agent/core/pass/grants.ts";

/** After a refusal the lamp says so for this long. */
const REFUSED_LAMP_MS = 3_000;
const RECENT_MAX = 16;

export function applyScan(draft: Draft, input: ScanInput, setup: MachineSetup, now: MachineNow): { draft: Draft; answer: MachineEffect } {
  const { scan, lastGrantCounter } = takeGrant(input, draft.state.lastGrantCounter, setup.policy.requiredCategory.mask);
  const state = { ...draft.state, lastGrantCounter };
  const holder = sessionOf(state.interlock)?.handle ?? null;
  const decision = decide({ ...scan, time: now.time, machine: machineCondition(state), holder }, setup.policy);
  let next: Draft = { state, drafts: scanDrafts(decision, scan, setup) };
  let session: Session | null = sessionOf(state.interlock);
  if (decision.allow && decision.rule === "listed") {
    const { handle, sessionLimitS: limitS, idleRelockS } = decision;
    session = { id: scan.sessionId, handle, limitS, idleRelockS, startedChipMs: interlockNow(state, now).chipMs };
    const recentHandles = [handle, ...state.recentHandles.filter((recent) => recent !== handle)].slice(0, RECENT_MAX);
    next = { ...next, state: { ...next.state, recentHandles } };
    const presence = scan.pass?.way === "grant" ? "buttonNeeded" : "proved";
    next = applyInterlock(next, { type: "granted", session, presence, startPresses: state.status?.startPresses ?? 0 }, setup, now);
  }
  if (!decision.allow) next = { ...next, state: { ...next.state, refusedUntilMonoMs: now.monoMs + REFUSED_LAMP_MS } };
  return { draft: next, answer: { type: "answer", id: scan.id, decision, session: decision.allow ? (session?.id ?? null) : null } };
}

function machineCondition(state: MachineState): "ready" | "unreachable" | "faulted" | "arcing" | "energised" {
  if (state.link.at !== "up" || state.silentSinceMonoMs !== null || state.interlock.at === "unlinked") return "unreachable";
  if (state.interlock.at === "faulted" || state.interlock.at === "opening") return "faulted";
  if (isArcing(state.meter)) return "arcing";
  return sessionOf(state.interlock) ? "energised" : "ready";
}

function scanDrafts(decision: Decision, scan: ScanInput, setup: MachineSetup): EventDraft[] {
  const at = { session: null, agoMs: 0 };
  const versions = { listVersion: scan.listVersion ?? 0, policyVersion: setup.policy.version };
  const warnings = decision.warnings.map(warningDraft);
  if (!decision.allow) {
    return [
      { name: "scanDenied", ...at, payload: { handle: decision.handle, via: scan.pass?.way ?? null, code: decision.code, ...versions } },
      ...warnings,
    ];
  }
  const { handle, rule, sessionLimitS } = decision;
  const category = setup.policy.requiredCategory.code;
  if (!scan.pass) throw new RangeError("allowed without a pass");
  const via = scan.pass.way;
  return [{ name: "scanAllowed", ...at, payload: { handle, via, category, rule, sessionLimitS, ...versions } }, ...warnings];
}

type Recheck = Extract<MachineInput, { type: "recheck" }>;

/** A certificate that no longer holds ends its session softly; one that soon will not is said to the platform. */
export function recheck(draft: Draft, { certificates, remind }: Recheck, setup: MachineSetup, now: MachineNow): Draft {
  const reminders = remind
    ? certificates.flatMap(({ handle, entry }) => (entry ? nearExpiry(handle, entry, setup.policy, now.time) : []))
    : [];
  const next = { ...draft, drafts: [...draft.drafts, ...reminders.map(warningDraft)] };
  const holder = sessionOf(draft.state.interlock)?.handle;
  const held = certificates.find(({ handle }) => handle === holder);
  if (!held) return next;
  const refused = held.entry ? refusedCertificate(held.entry, setup.policy, now.time) : "licence.unknownCertificate";
  if (!refused) return next;
  const cause = refused === "licence.expired" || refused === "licence.reviewOverdue" ? "certificateExpired" : "certificateRevoked";
  return applyInterlock(next, { type: "soft", cause }, setup, now);
}

function warningDraft({ type, ...payload }: LicenceWarning): EventDraft {
  return { name: type, session: null, agoMs: 0, payload } as EventDraft;
}
