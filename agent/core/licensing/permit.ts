/** Hot-work permits: 作业票. */

import type { TimeInterval } from "#agent/core/clock/interval.ts";
import { type Finding, mayHaveBegun } from "#agent/core/licensing/facts.ts";
import type { DenialCode } from "#protocol/errors/licence.ts";
import type { Permit, Policy } from "#protocol/policy/policy.ts";

export interface PermitFacts {
  handle: string;
  time: TimeInterval;
}

/** The permit in force for a welder, that which lasts longest; or why there is none. */
export function permitInForce({ handle, time }: PermitFacts, policy: Policy, atMs: number): Permit | DenialCode {
  const permits = policy.permits.list;
  const theirs = permits.filter((permit) => isFor(permit, handle));
  if (permits.length === 0) return "licence.noPermit";
  if (theirs.length === 0) return "licence.permitOtherWelder";
  const begun = theirs.filter((permit) => mayHaveBegun(permit.fromMs, time));
  if (begun.length === 0) return "licence.permitNotBegun";
  const last = begun.reduce((longest, permit) => (permit.untilMs > longest.untilMs ? permit : longest));
  return atMs < last.untilMs ? last : "licence.permitOver";
}

export function permitFinding(facts: PermitFacts, policy: Policy, atMs: number): Finding {
  if (!policy.permits.required) return { refused: null, end: null };
  const permit = permitInForce(facts, policy, atMs);
  if (typeof permit === "string") return { refused: permit };
  return { refused: null, end: { cause: "permitEnded", atMs: lastEndMs(permit, facts.handle, policy) } };
}

/** Permits that follow on one another without a gap are one to the welder. */
function lastEndMs(first: Permit, handle: string, policy: Policy): number {
  const following = policy.permits.list.filter((permit) => isFor(permit, handle)).toSorted((left, right) => left.fromMs - right.fromMs);
  return following.reduce((untilMs, permit) => (permit.fromMs <= untilMs ? Math.max(untilMs, permit.untilMs) : untilMs), first.untilMs);
}

function isFor({ welders }: Permit, handle: string): boolean {
  return welders.length === 0 || welders.includes(handle);
}
