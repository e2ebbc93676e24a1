/** Fetching the certificate list from the platform: states, inputs and effects as data. */
import type { ErrorCode } from "#protocol/errors/registry.ts";
import type { ListReply, Request } from "#protocol/events/messages.ts";

/** A list as the platform announces it: the digest is of the whole file. */
export type ListTarget = NonNullable<ListReply["list"]>;

export interface ListFetch {
  readonly online: boolean;
  /** Version in force; 0 without a list. */
  readonly have: number;
  /** Requests sent so far: part of each request's id. */
  readonly requests: number;
  /** Rounds without progress, for the next wait. */
  readonly attempt: number;
  /** The announced list that was fetched in vain, and how often. */
  readonly failed: { readonly sha256: string; readonly times: number } | null;
  readonly step: FetchStep;
}

export type FetchStep =
  /** Nothing to do until the calendar or a connection asks. */
  | { readonly at: "idle" }
  | { readonly at: "waiting"; readonly retryAtMs: number }
  | { readonly at: "asking"; readonly id: string; readonly deadlineMs: number }
  /** The shell looks how much of the target is already on disk. */
  | { readonly at: "preparing"; readonly target: ListTarget }
  | { readonly at: "fetching"; readonly target: ListTarget; readonly offset: number; readonly id: string; readonly deadlineMs: number }
  /** The shell checks the whole file and puts it in force. */
  | { readonly at: "activating"; readonly target: ListTarget };

export type FetchInput =
  | { readonly type: "online" }
  | { readonly type: "offline" }
  /** The calendar wants the list looked after. */
  | { readonly type: "refresh" }
  | { readonly type: "tick" }
  | { readonly type: "reply"; readonly id: string; readonly list: ListTarget | null }
  | { readonly type: "prepared"; readonly offset: number }
  | { readonly type: "chunk"; readonly id: string; readonly version: number; readonly offset: number; readonly data: Uint8Array }
  | { readonly type: "activated"; readonly version: number }
  /** The part file or the activation failed. */
  | { readonly type: "failed"; readonly code: ErrorCode };

export type FetchEffect =
  | { readonly type: "send"; readonly request: Request }
  | { readonly type: "prepare"; readonly target: ListTarget }
  | { readonly type: "write"; readonly target: ListTarget; readonly offset: number; readonly data: Uint8Array }
  | { readonly type: "activate"; readonly target: ListTarget }
  | { readonly type: "discard"; readonly target: ListTarget }
  /** For the journal (`listRefused`) and the log. */
  | { readonly type: "refused"; readonly code: ErrorCode; readonly detail: string };

export interface FetchNow {
  readonly monoMs: number;
  /** Random, 0 to 1: spreads the retries of a fleet. */
  readonly jitter: number;
}

export const CHUNK_BYTES = 65_536;
/** The platform answers a request within this time, or it is asked again. */
export const ANSWER_MS = 15_000;
export const FIRST_RETRY_MS = 5_000;
export const LONGEST_RETRY_MS = 300_000;
/** A list that failed so often is left alone until the calendar asks, or another is announced. */
export const FAILURES_ALLOWED = 2;

export function initialListFetch(have: number): ListFetch {
  return { online: false, have, requests: 0, attempt: 0, failed: null, step: { at: "idle" } };
}

/** When a tick is due; undefined: never. */
export function fetchWakeMs({ online, step }: ListFetch): number | undefined {
  if (!online) return undefined;
  if (step.at === "waiting") return step.retryAtMs;
  return step.at === "asking" || step.at === "fetching" ? step.deadlineMs : undefined;
}
