/** The oracle's reading of what a certificate, a binding and a permit are good for: protocol/README.md, Certificate list and Policy. */
import type { Permit } from "#protocol/policy/policy.ts";
import type { Certificate, Credential, InForce, Place, Shown } from "#test/chaos/facts.ts";

export const S = 1_000;
const DAY = 86_400 * S;
const CHINA = 8 * 3_600 * S;
export const BITS = { "2.1": 1, "2.2": 2, "2.3": 4, construction: 8, specialEquipment: 16 } as const;

export type Holder = { handle: string; credential: Credential | null; entry: Certificate | null; listMs: number | null };

export function judged({ policy, earliestMs, latestMs }: InForce): number | null {
  return policy.expiryRule === "latest" ? latestMs : earliestMs;
}

export function holderOf({ handle, credential }: Pick<Shown, "handle" | "credential">, { list }: InForce): Holder {
  return { handle, credential, entry: list?.entries.get(handle) ?? null, listMs: list?.issuedMs ?? null };
}

/** Of a guardian the list alone tells: the once of a younger credential is for welding. */
export function uncertified({ handle }: Shown, now: InForce): string | null {
  return certificateAgainst(holderOf({ handle, credential: null }, now), now, judged(now) ?? now.earliestMs);
}

function certificateAgainst(holder: Holder, now: InForce, atMs: number): string | null {
  const { credential, entry, listMs } = holder;
  if (listMs === null) return "no list";
  if (atMs >= listMs + (now.policy.offline.listAgeMaximumH ?? Number.POSITIVE_INFINITY) * 3_600 * S) return "list too old";
  if (entry?.suspended) return "revoked";
  const certificate = isOnCredential(holder, now, atMs) ? credential : entry;
  return certificate ? wordAgainst(certificate, now, atMs) : "unknown";
}

/** Whether it is not the list's word that counts but that of a credential issued after it: of somebody new, or renewed. */
export function isOnCredential({ credential, entry, listMs }: Holder, now: InForce, atMs: number): boolean {
  if (!credential || listMs === null || credential.issuedMs <= listMs || entry?.suspended) return false;
  if (now.policy.offline.credentialNewerThanList !== "allowOnce") return false;
  return !entry || (wordAgainst(entry, now, atMs) !== null && wordAgainst(credential, now, atMs) === null);
}

function wordAgainst(certificate: Omit<Certificate, "suspended">, { policy, latestMs }: InForce, atMs: number): string | null {
  if ((certificate.categories & BITS[policy.category ?? "2.1"]) === 0) return "other work";
  if (atMs >= (Math.min(certificate.expiryDay, certificate.reviewDay) + 1) * DAY - CHINA) return "expired or not reviewed";
  return latestMs !== null && latestMs < certificate.notBeforeDay * DAY - CHINA ? "not yet valid" : null;
}

export function standingAgainst(holder: Holder, now: InForce, atMs: number): string | null {
  const certificate = certificateAgainst(holder, now, atMs);
  if (certificate) return certificate;
  const { binding, permits } = now.policy;
  if (binding.to === "welders" && !binding.handles.includes(holder.handle)) return "bound to others";
  if (binding.to === "borrower" && (binding.handle !== holder.handle || atMs >= binding.untilMs)) return "lent to another, or no longer";
  return permits.required && !permitOf(holder.handle, now, atMs) ? "no permit" : null;
}

export function permitOf(handle: string, { policy, latestMs }: InForce, atMs: number): Permit | null {
  const inForce = policy.permits.list.filter(({ welders, fromMs, untilMs }) => {
    return (welders.length === 0 || welders.includes(handle)) && (latestMs === null || latestMs >= fromMs) && atMs < untilMs;
  });
  return inForce.toSorted((left, right) => right.untilMs - left.untilMs)[0] ?? null;
}

export function isAway(place: Place, bound: Place & { radiusM: number }): boolean {
  const north = (place.latE5 - bound.latE5) * 1.112;
  const east = (place.lonE5 - bound.lonE5) * 1.112 * Math.cos((bound.latE5 / 1e5 / 180) * Math.PI);
  return Math.hypot(north, east) > bound.radiusM;
}
