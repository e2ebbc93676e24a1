/** What the oracle is told: what is in force at a moment, and what somebody showed. */
import type { Policy } from "#protocol/policy/policy.ts";

export interface Certificate {
  categories: number;
  notBeforeDay: number;
  expiryDay: number;
  reviewDay: number;
  suspended: boolean;
}
export type Credential = Omit<Certificate, "suspended"> & { issuedMs: number };
export type Place = { latE5: number; lonE5: number };

export interface InForce {
  nowMs: number;
  earliestMs: number;
  latestMs: number | null;
  /** Window clock of this boot; and the time that the chip was powered, over boots. */
  chipMs: number;
  poweredMs: number;
  policy: Policy;
  /** What the chip holds. */
  policyFloor: number;
  list: { issuedMs: number; entries: ReadonlyMap<string, Certificate> } | null;
  arcing: boolean;
}

/** What somebody showed. `proof`: the challenge that was answered, or the grant. */
export interface Shown {
  session: number;
  handle: string;
  credential: Credential | null;
  way: "page" | "scanner" | "grant";
  purpose: "start" | "guard";
  maxSessionS: number;
  checklistVersion: number;
  place: Place | null;
  journalFull: boolean;
  proof:
    | { by: "challenge"; id: string; ours: boolean; signed: boolean; madeMs: number; process: number }
    | { by: "grant"; ours: boolean; counter: number; categories: number; fromMs: number; untilMs: number };
}
