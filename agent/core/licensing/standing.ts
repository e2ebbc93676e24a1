/** What must hold when a session starts, and for as long as it runs. */

import { bindingFinding } from "#agent/core/licensing/binding.ts";
import { certificateFinding, listFinding } from "#agent/core/licensing/certificate.ts";
import { type HolderFacts, judgedMs, type SoftEnd } from "#agent/core/licensing/facts.ts";
import { permitFinding } from "#agent/core/licensing/permit.ts";
import type { DenialCode } from "#protocol/errors/licence.ts";
import type { Policy } from "#protocol/policy/policy.ts";

export interface Standing {
  /** What is against it, first things first. */
  refused: DenialCode | null;
  /** What will end it, soonest first; complete only when nothing is against it. */
  ends: readonly SoftEnd[];
}

export function standingOf(facts: HolderFacts, policy: Policy, atMs: number): Standing {
  const findings = [
    listFinding(facts, policy, atMs),
    certificateFinding(facts, policy, atMs),
    bindingFinding(facts.handle, policy, atMs),
    permitFinding(facts, policy, atMs),
  ];
  const ends = findings.map((finding) => (finding.refused === null ? finding.end : null)).filter((end) => end !== null);
  const refused = findings.find((finding) => finding.refused !== null)?.refused ?? null;
  return { refused, ends: ends.toSorted((left, right) => left.atMs - right.atMs) };
}

/** Of a session that runs: a machine whose class asks for no licence ends none for want of it, a retired one ends all. */
export function runningStanding(facts: HolderFacts, policy: Policy): Standing {
  if (policy.machineClass === "retired") return { refused: "licence.machineRetired", ends: [] };
  if (policy.machineClass !== "enforced") return { refused: null, ends: [] };
  // A bound of the time that was lost with a restart must not end what it let start.
  return standingOf(facts, policy, judgedMs(facts.time, policy) ?? facts.time.earliestMs);
}
