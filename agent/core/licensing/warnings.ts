/** What the platform is told beside a decision: each is an event of the same name. */
import type { TimeInterval } from "#agent/core/clock/interval.ts";
import { dayStartMs } from "#agent/core/licensing/certificate.ts";
import type { CertificateFacts } from "#agent/core/licensing/facts.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import type { Policy } from "#protocol/policy/policy.ts";

export type LicenceWarning =
  | { type: "certificateNearExpiry"; handle: string; expiresMs: number; daysLeft: number }
  | { type: "certificateExpired"; handle: string; expiredMs: number }
  | { type: "specialPeriodHotWork"; handle: string; period: string }
  | { type: "remoteScan"; handle: string; reason: "outOfPlace" }
  | { type: "wouldBeRefused"; handle: string; code: ErrorCode }
  | { type: "credentialNewerThanList"; handle: string; listVersion: number; overlayVersion: number };

const DAY_MS = 86_400_000;

/** `endMs`: the nearer of expiry and review. */
export function nearExpiry(handle: string, endMs: number, { warnDaysBeforeExpiry }: Policy, time: TimeInterval): LicenceWarning[] {
  const daysLeft = Math.floor((endMs - time.earliestMs) / DAY_MS);
  return daysLeft < warnDaysBeforeExpiry ? [{ type: "certificateNearExpiry", handle, expiresMs: endMs, daysLeft }] : [];
}

export function expiredWarning(refused: ErrorCode, handle: string, certificate: CertificateFacts | null): LicenceWarning[] {
  if (refused !== "licence.expired" || certificate === null) return [];
  return [{ type: "certificateExpired", handle, expiredMs: dayStartMs(certificate.expiryDay + 1) }];
}
