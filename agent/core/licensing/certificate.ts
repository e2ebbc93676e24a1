/** The list's age, and the certificate as the list tells it or, where the list is older, the credential. */
import { type CertificateFacts, type Finding, type HolderFacts, mayHaveBegun } from "#agent/core/licensing/facts.ts";
import { coversCategory } from "#protocol/codes/workCategories.ts";
import type { Policy } from "#protocol/policy/policy.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** China has one time zone, UTC+8. */
const CHINA_OFFSET_MS = 8 * HOUR_MS;

/** First instant of a calendar day in China. */
export function dayStartMs(day: number): number {
  return day * DAY_MS - CHINA_OFFSET_MS;
}

/** Past its expiry, and past its review date (Order 30, article 21), a certificate is not valid. */
export function certificateEndMs({ expiryDay, reviewDay }: { expiryDay: number; reviewDay: number }): number {
  return dayStartMs(Math.min(expiryDay, reviewDay) + 1);
}

/** How old the list may be. */
export function listFinding({ listIssuedMs }: Pick<HolderFacts, "listIssuedMs">, { offline }: Policy, atMs: number): Finding {
  if (listIssuedMs === null) return { refused: "licence.noList" };
  if (offline.listAgeMaximumH === null) return { refused: null, end: null };
  const staleMs = listIssuedMs + offline.listAgeMaximumH * HOUR_MS;
  return atMs >= staleMs ? { refused: "licence.listStale" } : { refused: null, end: { cause: "listStale", atMs: staleMs } };
}

/** `isYoung`: it is not the list's word but the credential's, or nobody's. */
interface CountingCertificate {
  certificate: CertificateFacts | null;
  isYoung: boolean;
}

export function certificateFinding(facts: HolderFacts, policy: Policy, atMs: number): Finding {
  const { certificate } = certificateThatCounts(facts, policy, atMs);
  return certificate ? findingOf(certificate, facts, policy, atMs) : { refused: "licence.unknownCertificate" };
}

/**
 * The list's word; that of a younger credential where the list has none, or has one that was renewed since: not good any more (or not for this
 * work), while the credential is. What the list revokes or suspends no credential makes good.
 */
export function certificateThatCounts(facts: HolderFacts, policy: Policy, atMs: number): CountingCertificate {
  const { entry } = facts;
  const young = youngerThanList(facts, policy);
  if (entry === null) return { certificate: young, isYoung: true };
  const isGood = (certificate: CertificateFacts) => findingOf(certificate, facts, policy, atMs).refused === null;
  const isRenewed = young !== null && !entry.suspended && !isGood(entry) && isGood(young);
  return isRenewed ? { certificate: young, isYoung: true } : { certificate: entry, isYoung: false };
}

function findingOf(certificate: CertificateFacts, facts: HolderFacts, policy: Policy, atMs: number): Finding {
  if (certificate.suspended) return { refused: "licence.suspended" };
  if (!coversCategory(certificate.categories, policy.category ?? facts.processCategory)) return { refused: "licence.wrongCategory" };
  if (atMs >= dayStartMs(certificate.expiryDay + 1)) return { refused: "licence.expired" };
  if (atMs >= dayStartMs(certificate.reviewDay + 1)) return { refused: "licence.reviewOverdue" };
  if (!mayHaveBegun(dayStartMs(certificate.notBeforeDay), facts.time)) return { refused: "licence.notYetValid" };
  return { refused: null, end: { cause: "certificateExpired", atMs: certificateEndMs(certificate) } };
}

/** The list cannot know of a credential that was issued after it: its own signed word may count, where the policy lets it. */
function youngerThanList({ credential, listIssuedMs }: HolderFacts, { offline }: Policy): CertificateFacts | null {
  if (offline.credentialNewerThanList === "deny" || credential === null || listIssuedMs === null) return null;
  return credential.issuedMs > listIssuedMs ? { ...credential, suspended: false } : null;
}
