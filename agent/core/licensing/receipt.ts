/** The record of a decision, either way: what a platform or an inspector needs to judge it again. */
import type { Decision, StartAllowed } from "#agent/core/licensing/decide.ts";
import type { ScanFacts } from "#agent/core/licensing/facts.ts";
import type { PayloadOf } from "#protocol/events/payloads.ts";
import type { Policy } from "#protocol/policy/policy.ts";

export type Receipt = { name: "scanAllowed"; payload: PayloadOf<"scanAllowed"> } | { name: "scanDenied"; payload: PayloadOf<"scanDenied"> };

export function receiptOf(decision: Decision, scan: ScanFacts, policy: Policy): Receipt {
  const { pass, time } = scan;
  const common = {
    way: pass?.way ?? null,
    purpose: pass?.purpose ?? "start",
    category: policy.category ?? scan.processCategory,
    listVersion: scan.listVersion ?? 0,
    overlayVersion: scan.overlayVersion,
    policyVersion: policy.version,
    checkListVersion: pass?.checklistVersion ?? 0,
    earliestMs: time.earliestMs,
    latestMs: time.latestMs,
  };
  if (!decision.allow) return { name: "scanDenied", payload: { handle: decision.handle, code: decision.code, ...common } };
  const { handle, rule } = decision;
  const start = decision.rule === "guardian" ? GUARD : startPayload(decision);
  return { name: "scanAllowed", payload: { handle, rule, ...common, ...start } };
}

function startPayload({ wouldRefuse, permitId, guardian, limits }: StartAllowed) {
  const { limitS, idleRelockS, endsBy } = limits;
  return { wouldRefuse, permit: permitId, guardian, limitS, idleRelockS, endsBy: endsBy?.cause ?? null, endsMs: endsBy?.atMs ?? null };
}

/** A guardian's scan starts nothing by itself. */
const GUARD: ReturnType<typeof startPayload> = {
  wouldRefuse: null,
  permit: null,
  guardian: null,
  limitS: 0,
  idleRelockS: 0,
  endsBy: null,
  endsMs: null,
};
