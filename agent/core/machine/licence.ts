/** The licence of the running session: looked at again with every tick, list and policy. It ends softly, and not without a warning. */
import { sessionOf } from "#agent/core/interlock/common.ts";
import type { Session, SoftCause } from "#agent/core/interlock/state.ts";
import { certificateEndMs } from "#agent/core/licensing/certificate.ts";
import { judgedMs } from "#agent/core/licensing/facts.ts";
import { runningStanding } from "#agent/core/licensing/standing.ts";
import { nearExpiry } from "#agent/core/licensing/warnings.ts";
import { warningDraft } from "#agent/core/machine/drafts.ts";
import { FIRST_WARNING_S, LAST_WARNING_S } from "#agent/core/machine/indicator.ts";
import { applyInterlock, interlockNow } from "#agent/core/machine/session.ts";
import type { Draft, EventDraft, MachineNow, MachineSetup, MachineState, RecheckInput, SessionLicence } from "#agent/core/machine/state.ts";
import type { DenialCode } from "#protocol/errors/licence.ts";

const WARNING_SOUNDS_MS = 3_000;

/** Why a session ends whose licence would be refused now. Anything else that could be against it concerns the certificate. */
const CAUSE: Partial<Record<DenialCode, SoftCause>> = {
  "licence.machineRetired": "machineRetired",
  "licence.noList": "listStale",
  "licence.listStale": "listStale",
  "licence.expired": "certificateExpired",
  "licence.reviewOverdue": "certificateExpired",
  "licence.notBound": "bindingEnded",
  "licence.lentToOther": "bindingEnded",
  "licence.loanOver": "bindingEnded",
  "licence.noPermit": "permitEnded",
  "licence.permitOtherWelder": "permitEnded",
  "licence.permitNotBegun": "permitEnded",
  "licence.permitOver": "permitEnded",
};

/** Ends the session softly when its licence no longer holds; else says what will end it, and warns when that is near. */
export function applyEndings(draft: Draft, setup: MachineSetup, now: MachineNow): Draft {
  const { state } = draft;
  const { licence } = state;
  const session = sessionOf(state.interlock);
  // In an outage nobody knows whether an arc burns: what must end does so when the chip is heard, or with its lease.
  if (!licence || !session || state.interlock.at === "outage") return draft;
  const { policy, processCategory } = setup;
  const { refused, ends } = runningStanding({ ...licence, processCategory, time: now.time }, policy);
  if (refused) return applyInterlock(draft, { type: "soft", cause: CAUSE[refused] ?? "certificateRevoked" }, setup, now);
  const limit = { cause: "sessionLimit", inS: limitLeftS(session, state, now) } as const;
  const atMs = judgedMs(now.time, policy) ?? now.time.earliestMs;
  const [first] = ends.map((end) => ({ cause: end.cause, inS: Math.ceil((end.atMs - atMs) / 1000) }));
  return warned(draft, { ...licence, ending: first && first.inS < limit.inS ? first : limit }, now);
}

function limitLeftS({ startedChipMs, limitS }: Session, state: MachineState, now: MachineNow): number {
  return Math.max(0, limitS - Math.floor((interlockNow(state, now).chipMs - startedChipMs) / 1000));
}

/** Once at 15 minutes and once at 5. What is put off is warned of anew. */
function warned(draft: Draft, licence: SessionLicence, now: MachineNow): Draft {
  const { ending, told } = licence;
  const withinS = ending === null || ending.inS > FIRST_WARNING_S ? null : ending.inS > LAST_WARNING_S ? FIRST_WARNING_S : LAST_WARNING_S;
  const state = { ...draft.state, licence: { ...licence, told: withinS === null ? null : told } };
  if (ending === null || withinS === null || draft.state.interlock.at !== "energised") return { ...draft, state };
  const { cause, inS } = ending;
  if (told?.cause === cause && told.withinS <= withinS) return { ...draft, state };
  const payload = { handle: licence.handle, cause, inS };
  const soon: EventDraft = { name: "sessionEndingSoon", session: licence.session, agoMs: 0, payload };
  const warnedUntilMonoMs = now.monoMs + WARNING_SOUNDS_MS;
  return { state: { ...state, warnedUntilMonoMs, licence: { ...licence, told: { cause, withinS } } }, drafts: [...draft.drafts, soon] };
}

/** A policy that comes into force rules the running session at once. */
export function applyPolicy(draft: Draft, setup: MachineSetup, now: MachineNow): Draft {
  const { version, machineClass, sessionMaximumS, idleRelockS } = setup.policy;
  let next = draft;
  if (draft.state.policyVersion < version) {
    const activated: EventDraft = { name: "policyActivated", session: null, agoMs: 0, payload: { version, machineClass } };
    next = { state: { ...draft.state, policyVersion: version }, drafts: [...draft.drafts, activated] };
  }
  next = applyInterlock(next, { type: "limits", limitS: sessionMaximumS, idleRelockS }, setup, now);
  return applyEndings(next, setup, now);
}

/** What a newer list says of those who work here; and whose certificate soon ends is said to the platform. */
export function recheck(draft: Draft, input: RecheckInput, setup: MachineSetup, now: MachineNow): Draft {
  const { certificates, listIssuedMs, remind } = input;
  const reminders = certificates.flatMap(({ handle, entry }) =>
    remind && entry ? nearExpiry(handle, certificateEndMs(entry), setup.policy, now.time) : [],
  );
  const lookedUp = <T extends { handle: string }>(holder: T | null) => {
    const found = certificates.find(({ handle }) => handle === holder?.handle);
    return holder && found ? { entry: found.entry, listIssuedMs } : null;
  };
  const { licence, waiting } = draft.state;
  const renewed = lookedUp(licence);
  const renewedWaiting = lookedUp(waiting);
  const state = {
    ...draft.state,
    licence: licence && renewed ? { ...licence, ...renewed } : licence,
    waiting: waiting && renewedWaiting ? { ...waiting, scan: { ...waiting.scan, ...renewedWaiting } } : waiting,
  };
  return applyEndings({ state, drafts: [...draft.drafts, ...reminders.map(warningDraft)] }, setup, now);
}
