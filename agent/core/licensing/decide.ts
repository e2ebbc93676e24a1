/** The licence decision: one pure function of facts and policy (design, decision 4). */
import { certificateEndMs, certificateThatCounts } from "#agent/core/licensing/certificate.ts";
import { type HolderFacts, judgedMs, NOBODY, type ScanFacts, type SoftEnd } from "#agent/core/licensing/facts.ts";
import { guardianOf, guardiansNeeded, specialPeriodAt, standsGuard } from "#agent/core/licensing/guardian.ts";
import { refusedMachine } from "#agent/core/licensing/machine.ts";
import type { PassFacts } from "#agent/core/licensing/pass.ts";
import { permitInForce } from "#agent/core/licensing/permit.ts";
import { refusedPlace } from "#agent/core/licensing/place.ts";
import { standingOf } from "#agent/core/licensing/standing.ts";
import { expiredWarning, type LicenceWarning, nearExpiry } from "#agent/core/licensing/warnings.ts";
import type { DenialCode } from "#protocol/errors/licence.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import type { Permit, Policy } from "#protocol/policy/policy.ts";

export interface Limits {
  /** As far as can be foreseen: the session's maximum, or what ends it softly before. */
  limitS: number;
  /** What policy and pass allow at most; the chip is told this one. */
  maximumS: number;
  idleRelockS: number;
  endsBy: SoftEnd | null;
}

export interface StartAllowed {
  allow: true;
  rule: "listed" | "allowedOnce" | "monitored" | "exempt" | "alreadyRunning";
  handle: string;
  /** What an enforced machine would have refused it for. */
  wouldRefuse: ErrorCode | null;
  limits: Limits;
  permitId: string | null;
  guardian: string | null;
  warnings: readonly LicenceWarning[];
}

export interface GuardAllowed {
  allow: true;
  rule: "guardian";
  handle: string;
  certified: boolean;
  warnings: readonly [];
}

export interface Denied {
  allow: false;
  handle: string | null;
  code: ErrorCode;
  /** With `licence.guardianNeeded`: these handles, or (empty) anybody with a certificate. */
  waitsFor: readonly string[] | null;
  warnings: readonly LicenceWarning[];
}

export type Decision = StartAllowed | GuardAllowed | Denied;

/** What is known of the licence alone, before the machine's class and state come in. */
interface Licence {
  refused: ErrorCode | null;
  waitsFor: readonly string[] | null;
  isYoung: boolean;
  permitId: string | null;
  guardian: string | null;
  ends: readonly SoftEnd[];
  warnings: readonly LicenceWarning[];
}

const UNLICENSED: Licence = { refused: null, waitsFor: null, isYoung: false, permitId: null, guardian: null, ends: [], warnings: [] };

export function decide(scan: ScanFacts, policy: Policy): Decision {
  const { pass } = scan;
  // A policy that was lost or put back must not be exchanged for a milder one.
  if (policy.version < scan.policyFloor) return denied(pass?.handle ?? null, "licence.policyLost");
  if (policy.machineClass === "retired") return denied(pass?.handle ?? null, "licence.machineRetired");
  if (pass?.purpose === "guard") return decideGuard(scan, pass, policy);
  const licence = policy.machineClass === "exempt" ? UNLICENSED : licenceOf(scan, policy);
  const { refused, waitsFor, warnings } = licence;
  if (refused && policy.machineClass === "enforced")
    return { allow: false, handle: pass?.handle ?? null, code: refused, waitsFor, warnings };
  const handle = pass?.handle ?? NOBODY;
  const machine = refusedMachine(scan, handle);
  if (machine) return denied(pass?.handle ?? null, machine, warnings);
  return allowed(scan, policy, licence, handle);
}

export function denied(handle: string | null, code: ErrorCode, warnings: readonly LicenceWarning[] = []): Denied {
  return { allow: false, handle, code, waitsFor: null, warnings };
}

function decideGuard(scan: ScanFacts, pass: PassFacts, policy: Policy): Decision {
  const { handle } = pass;
  const atMs = judgedMs(scan.time, policy);
  if (atMs === null) return denied(handle, "licence.timeUnknown");
  const guardian = guardianOf(holderOf(scan, pass), scan.waiting, policy, atMs);
  if (typeof guardian === "string") return denied(handle, guardian);
  return { allow: true, rule: "guardian", ...guardian, warnings: [] };
}

/** A start under the policy's class, which nothing (more) is against. */
function allowed(scan: ScanFacts, policy: Policy, licence: Licence, handle: string): StartAllowed {
  const { machineClass } = policy;
  const period = specialPeriodAt(scan.time, policy);
  const isRunning = scan.holder === handle;
  const warnings = [...licence.warnings];
  if (licence.refused) warnings.push({ type: "wouldBeRefused", handle, code: licence.refused });
  if (period && !isRunning) warnings.push({ type: "specialPeriodHotWork", handle, period: period.reason });
  const listed = licence.isYoung ? "allowedOnce" : "listed";
  const rule = isRunning ? "alreadyRunning" : machineClass === "monitored" || machineClass === "exempt" ? machineClass : listed;
  const ends = machineClass === "enforced" ? licence.ends : [];
  return {
    allow: true,
    rule,
    handle,
    wouldRefuse: licence.refused,
    limits: limitsOf(scan, policy, ends),
    permitId: licence.permitId,
    guardian: licence.guardian,
    warnings,
  };
}

function limitsOf({ pass, time }: ScanFacts, policy: Policy, ends: readonly SoftEnd[]): Limits {
  const maximumS = Math.max(1, Math.min(policy.sessionMaximumS, pass?.maxSessionS ?? policy.sessionMaximumS));
  const endsBy = ends[0] ?? null;
  const leftMs = endsBy ? endsBy.atMs - (judgedMs(time, policy) ?? time.earliestMs) : Number.POSITIVE_INFINITY;
  return { limitS: Math.min(maximumS, Math.ceil(leftMs / 1000)), maximumS, idleRelockS: policy.idleRelockS, endsBy };
}

function holderOf(scan: ScanFacts, { handle, credential }: PassFacts): HolderFacts {
  const { entry, listIssuedMs, processCategory, time } = scan;
  return { handle, credential, entry, listIssuedMs, processCategory, time };
}

function licenceOf(scan: ScanFacts, policy: Policy): Licence {
  const { pass, time } = scan;
  if (pass === null) return { ...UNLICENSED, refused: scan.refusal ?? "licence.badCredential" };
  const atMs = judgedMs(time, policy);
  if (atMs === null) return { ...UNLICENSED, refused: "licence.timeUnknown" };
  const { handle } = pass;
  const facts = holderOf(scan, pass);
  const { refused, ends } = standingOf(facts, policy, atMs);
  const { certificate, isYoung } = certificateThatCounts(facts, policy, atMs);
  const inForce = permitInForce(facts, policy, atMs);
  const permit = typeof inForce === "string" ? null : inForce;
  const found = { ...UNLICENSED, ends, isYoung, permitId: permit === null ? null : permit.id };
  if (refused) return { ...found, refused, warnings: expiredWarning(refused, handle, certificate) };
  const start = refusedStart(scan, pass, policy, { permit, isYoung });
  if (start === "licence.outOfPlace") return { ...found, refused: start, warnings: [{ type: "remoteScan", handle, reason: "outOfPlace" }] };
  const warnings = certificate ? nearExpiry(handle, certificateEndMs(certificate), policy, time) : [];
  if (found.isYoung && scan.holder !== handle)
    warnings.push({ type: "credentialNewerThanList", handle, listVersion: scan.listVersion ?? 0, overlayVersion: scan.overlayVersion });
  if (start) return { ...found, refused: start };
  const needed = scan.holder === handle ? null : guardiansNeeded(facts, policy, atMs);
  if (needed === null) return { ...found, warnings };
  if (!standsGuard(scan.guardian, handle, needed)) return { ...found, refused: "licence.guardianNeeded", waitsFor: needed };
  return { ...found, guardian: scan.guardian?.handle ?? null, warnings };
}

interface Judged {
  permit: Permit | null;
  /** It rests on a credential that is younger than the list. */
  isYoung: boolean;
}

/** What must hold at the scan only. */
function refusedStart(scan: ScanFacts, pass: PassFacts, policy: Policy, { permit, isYoung }: Judged): DenialCode | null {
  const { handle, checklistVersion } = pass;
  if (scan.usedOnce && isYoung && scan.holder !== handle) return "licence.usedOnce";
  const place = refusedPlace(pass, policy, permit);
  if (place) return place;
  const { checkList } = policy;
  return checkList?.required && checklistVersion !== checkList.version ? "licence.checkListNotRead" : null;
}
