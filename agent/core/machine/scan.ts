/** A scan, and later looks at the certificate behind the running session. */
import type { Session } from "#agent/core/interlock/state.ts";
import { sessionOf } from "#agent/core/interlock/transition.ts";
import { type CertificateFacts, type Decision, decide, refusedCertificate } from "#agent/core/licensing/decide.ts";
import { applyInterlock, interlockNow } from "#agent/core/machine/session.ts";
import type { Draft, EventDraft, MachineEffect, MachineNow, MachineSetup, MachineState, ScanInput } from "#agent/core/machine/state.ts";
import { isArcing } from "#agent/core/metering/meter.ts";

/** After a refusal the lamp says so for this long. */
const REFUSED_LAMP_MS = 3_000;

export function applyScan(draft: Draft, scan: ScanInput, setup: MachineSetup, now: MachineNow): { draft: Draft; answer: MachineEffect } {
  const { state } = draft;
  const holder = sessionOf(state.interlock)?.handle ?? null;
  const decision = decide({ ...scan, time: now.time, machine: machineCondition(state), holder }, setup.policy);
  let next: Draft = { state, drafts: scanDrafts(decision, scan, setup) };
  let session: Session | null = sessionOf(state.interlock);
  if (decision.allow && decision.rule === "listed") {
    const { handle, sessionLimitS: limitS, idleRelockS } = decision;
    session = { id: scan.sessionId, handle, limitS, idleRelockS, startedChipMs: interlockNow(state, now).chipMs };
    const presence = scan.via === "platform" ? "buttonNeeded" : "proved";
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
  const warnings = decision.warnings.map(({ type, ...payload }) => ({ name: type, ...at, payload }) as EventDraft);
  if (!decision.allow) {
    return [
      { name: "scanDenied", ...at, payload: { handle: decision.handle, via: scan.via, code: decision.code, ...versions } },
      ...warnings,
    ];
  }
  const { handle, rule, sessionLimitS } = decision;
  const category = setup.policy.requiredCategory.code;
  return [{ name: "scanAllowed", ...at, payload: { handle, via: scan.via, category, rule, sessionLimitS, ...versions } }, ...warnings];
}

export function recheck(draft: Draft, entry: CertificateFacts | null, setup: MachineSetup, now: MachineNow): Draft {
  if (!sessionOf(draft.state.interlock)) return draft;
  const refused = entry ? refusedCertificate(entry, setup.policy, now.time) : "licence.unknownCertificate";
  if (!refused) return draft;
  const cause = refused === "licence.expired" || refused === "licence.reviewOverdue" ? "certificateExpired" : "certificateRevoked";
  return applyInterlock(draft, { type: "soft", cause }, setup, now);
}
