/** The licence decision: one pure function of facts. Signatures were checked before; personal data is not among the facts. */
import type { TimeInterval } from "#agent/core/clock/interval.ts";
import type { PassFacts } from "#agent/core/licensing/pass.ts";
import type { DenialCode } from "#protocol/errors/licence.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";

export const MACHINE_CLASSES = ["enforced", "monitored", "exempt", "retired"] as const;
export type MachineClass = (typeof MACHINE_CLASSES)[number];

export interface Policy {
  version: number;
  machineClass: MachineClass;
  /** Work category that the machine's process needs. */
  requiredCategory: { code: string; mask: number };
  sessionLimitS: number;
  idleRelockS: number;
  /** The platform is warned when a certificate has so few days left. */
  warnDaysBeforeExpiry: number;
}

/** What the list says of a handle. Days count from 1970-01-01 by the calendar of China. */
export interface CertificateFacts {
  categories: number;
  notBeforeDay: number;
  expiryDay: number;
  reviewDay: number;
  suspended: boolean;
}

export interface ScanFacts {
  /** Null when what was shown is no pass for this machine now; then `refusal` says why. */
  pass: PassFacts | null;
  refusal: ErrorCode | null;
  /** Null while there is no list. */
  listVersion: number | null;
  entry: CertificateFacts | null;
  time: TimeInterval;
  machine: "ready" | "unreachable" | "faulted" | "arcing" | "energised";
  /** Handle of the running session. */
  holder: string | null;
  journalFull: boolean;
}

export type Decision =
  | {
      allow: true;
      handle: string;
      rule: "listed" | "alreadyRunning";
      sessionLimitS: number;
      idleRelockS: number;
      warnings: LicenceWarning[];
    }
  | { allow: false; handle: string | null; code: ErrorCode; warnings: LicenceWarning[] };

export type LicenceWarning =
  | { type: "certificateNearExpiry"; handle: string; expiresMs: number; daysLeft: number }
  | { type: "certificateExpired"; handle: string; expiredMs: number };

const DAY_MS = 86_400_000;
/** China has one time zone, UTC+8. */
const CHINA_OFFSET_MS = 8 * 3_600_000;

/** First instant of a calendar day in China. */
export function dayStartMs(day: number): number {
  return day * DAY_MS - CHINA_OFFSET_MS;
}

export function decide(scan: ScanFacts, policy: Policy): Decision {
  const { pass, entry } = scan;
  const handle = pass?.handle ?? null;
  const deny = (code: ErrorCode, warnings: LicenceWarning[] = []): Decision => ({ allow: false, handle, code, warnings });
  if (handle === null) return deny(scan.refusal ?? "licence.badCredential");
  if (policy.machineClass === "retired") return deny("licence.machineRetired");
  if (scan.listVersion === null) return deny("licence.noList");
  if (!entry) return deny("licence.unknownCertificate");
  const refused = refusedCertificate(entry, policy, scan.time);
  if (refused === "licence.expired") {
    return deny(refused, [{ type: "certificateExpired", handle, expiredMs: dayStartMs(entry.expiryDay + 1) }]);
  }
  if (refused) return deny(refused);
  const machine = refusedMachine(scan);
  if (machine) return deny(machine);
  const rule = scan.holder === handle ? "alreadyRunning" : "listed";
  const { sessionLimitS, idleRelockS } = policy;
  return { allow: true, handle, rule, sessionLimitS, idleRelockS, warnings: nearExpiry(handle, entry, policy, scan.time) };
}

/** Why a certificate that was good may no longer be used, or undefined. Judged on `earliest`: doubt about the clock never locks a welder out. */
export function refusedCertificate(entry: CertificateFacts, policy: Policy, time: TimeInterval): DenialCode | undefined {
  if (entry.suspended) return "licence.suspended";
  if ((entry.categories & policy.requiredCategory.mask) === 0) return "licence.wrongCategory";
  if (time.earliestMs >= dayStartMs(entry.expiryDay + 1)) return "licence.expired";
  // Past its review date a certificate is not valid (Order 30, article 21).
  if (time.earliestMs >= dayStartMs(entry.reviewDay + 1)) return "licence.reviewOverdue";
  if (time.latestMs !== null && time.latestMs < dayStartMs(entry.notBeforeDay)) return "licence.notYetValid";
  return undefined;
}

function refusedMachine(scan: ScanFacts): DenialCode | undefined {
  if (scan.machine === "unreachable") return "licence.machineUnreachable";
  if (scan.machine === "faulted") return "licence.machineFaulted";
  if (scan.machine === "arcing" && scan.holder !== scan.pass?.handle) return "licence.machineBusy";
  if (scan.journalFull && scan.holder !== scan.pass?.handle) return "licence.journalFull";
  return undefined;
}

/** The nearer of expiry and review counts. */
export function nearExpiry(handle: string, entry: CertificateFacts, policy: Policy, time: TimeInterval): LicenceWarning[] {
  const expiresMs = dayStartMs(Math.min(entry.expiryDay, entry.reviewDay) + 1);
  const daysLeft = Math.floor((expiresMs - time.earliestMs) / DAY_MS);
  return daysLeft < policy.warnDaysBeforeExpiry ? [{ type: "certificateNearExpiry", handle, expiresMs, daysLeft }] : [];
}
