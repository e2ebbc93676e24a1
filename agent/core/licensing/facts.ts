/** What the licence decision works with. Signatures were checked before; personal data is not among the facts. */
import type { TimeInterval } from "#agent/core/clock/interval.ts";
import type { PassFacts } from "#agent/core/licensing/pass.ts";
import type { CategoryId } from "#protocol/codes/workCategories.ts";
import type { DenialCode } from "#protocol/errors/licence.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import type { Policy } from "#protocol/policy/policy.ts";

/** What the list says of a handle. Days count from 1970-01-01 by the calendar of China. */
export interface CertificateFacts {
  categories: number;
  notBeforeDay: number;
  expiryDay: number;
  reviewDay: number;
  suspended: boolean;
}

/** Of everybody whose certificate is looked at: when they scan, and for as long as they work. */
export interface HolderFacts {
  handle: string;
  credential: PassFacts["credential"];
  /** Null: the list does not know the handle. */
  entry: CertificateFacts | null;
  /** Null while there is no list. */
  listIssuedMs: number | null;
  /** What the machine's process requires, unless the policy says otherwise. */
  processCategory: CategoryId;
  time: TimeInterval;
}

/** `certified`: the certificate could start the machine; a permit may name others as well. */
export interface Guardian {
  handle: string;
  certified: boolean;
}

export type MachineCondition = "ready" | "unreachable" | "faulted" | "arcing" | "energised";

export interface ScanFacts {
  /** Null when it did not verify; then `refusal` says why. */
  pass: PassFacts | null;
  refusal: ErrorCode | null;
  /** Of the list's base; null while there is no list. */
  listVersion: number | null;
  /** Of the overlay that was asked before the base; 0: there is none. */
  overlayVersion: number;
  listIssuedMs: number | null;
  entry: CertificateFacts | null;
  /** The credential, if it is younger than the list, was used here before. */
  usedOnce: boolean;
  /** Who stood guard with a scan that still counts. */
  guardian: Guardian | null;
  /** Whose start waits for a guardian, and for whom: these handles, or (empty) anybody with a certificate. */
  waiting: { handle: string; guardians: readonly string[] } | null;
  processCategory: CategoryId;
  time: TimeInterval;
  machine: MachineCondition;
  /** Handle of the running session. */
  holder: string | null;
  /** Version of the newest policy that was ever in force here. */
  policyFloor: number;
  journalFull: boolean;
  /** The chip would close for nobody new. */
  budgetSpent: boolean;
}

/** Ends a session softly, at this moment by the end of the time interval that the policy's rule names. */
export interface SoftEnd {
  cause: "certificateExpired" | "permitEnded" | "listStale" | "bindingEnded";
  atMs: number;
}

/** What one concern has to say: no, or until when. */
export type Finding = { refused: DenialCode } | { refused: null; end: SoftEnd | null };

/** A start without a certificate, on an exempt or monitored machine. */
export const NOBODY = "0".repeat(32);

/** The end of the interval that decides whether something is over; null when the rule asks for one that nothing bounds. */
export function judgedMs(time: TimeInterval, { expiryRule }: Policy): number | null {
  return expiryRule === "earliest" ? time.earliestMs : time.latestMs;
}

/** Doubt whether something has begun never locks a welder out. */
export function mayHaveBegun(fromMs: number, time: TimeInterval): boolean {
  return time.latestMs === null || time.latestMs >= fromMs;
}
