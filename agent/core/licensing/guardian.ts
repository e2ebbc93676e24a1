/** Guardians (监护人), and the periods in which one must scan as well: 提级管理. */
import type { TimeInterval } from "#agent/core/clock/interval.ts";
import { certificateFinding, listFinding } from "#agent/core/licensing/certificate.ts";
import type { Guardian, HolderFacts, ScanFacts } from "#agent/core/licensing/facts.ts";
import { type PermitFacts, permitInForce } from "#agent/core/licensing/permit.ts";
import type { DenialCode } from "#protocol/errors/licence.ts";
import type { Policy, SpecialPeriod } from "#protocol/policy/policy.ts";

/** The period that the time may lie in: here doubt asks for more care, for it locks nobody out. */
export function specialPeriodAt(time: TimeInterval, { specialPeriods }: Policy): SpecialPeriod | null {
  const latestMs = time.latestMs ?? time.earliestMs;
  return specialPeriods.find(({ fromMs, untilMs }) => time.earliestMs < untilMs && latestMs >= fromMs) ?? null;
}

/** Whom a welder's start waits for: these handles, or (empty) anybody with a certificate for this machine. Null: nobody is needed. */
export function guardiansNeeded(facts: PermitFacts, policy: Policy, atMs: number): readonly string[] | null {
  const permit = permitInForce(facts, policy, atMs);
  const named = typeof permit === "string" ? [] : permit.guardians;
  if (specialPeriodAt(facts.time, policy)) return named;
  return policy.permits.guardiansScan && named.length > 0 ? named : null;
}

/** Whether the guardian's scan serves this welder's start. Nobody is their own guardian. */
export function standsGuard(guardian: Guardian | null, welder: string, needed: readonly string[]): boolean {
  if (guardian === null || guardian.handle === welder) return false;
  return needed.length === 0 ? guardian.certified : needed.includes(guardian.handle);
}

/**
 * Who may stand guard: whom a permit of the policy names, for the permit answers for them; else whose certificate could start the
 * machine. The once that a credential younger than the list is allowed is for welding, not for this.
 */
export function guardianOf(facts: HolderFacts, waiting: ScanFacts["waiting"], policy: Policy, atMs: number): Guardian | DenialCode {
  const { handle, entry } = facts;
  if (waiting?.handle === handle) return "licence.guardianIsWelder";
  if (entry?.suspended) return "licence.suspended";
  const uncertified = entry === null ? "licence.notAGuardian" : whyNotCertified({ ...facts, credential: null }, policy, atMs);
  const named = policy.permits.list.some(({ guardians }) => guardians.includes(handle));
  if (uncertified !== null && !named) return uncertified;
  const guardian: Guardian = { handle, certified: uncertified === null };
  return waiting && !standsGuard(guardian, waiting.handle, waiting.guardians) ? "licence.notAGuardian" : guardian;
}

function whyNotCertified(facts: HolderFacts, policy: Policy, atMs: number): DenialCode | null {
  return listFinding(facts, policy, atMs).refused ?? certificateFinding(facts, policy, atMs).refused;
}
