/** Fetching signed files from the platform, one transfer at a time: states, inputs and effects as data. */
import type { ErrorCode } from "#protocol/errors/registry.ts";
import { FILE_KINDS, type FileKind, type FileReply, type Request } from "#protocol/events/messages.ts";
import { HEADER_BYTES, LIST_MAX_BYTES, OVERLAY_MAX_BYTES } from "#protocol/list/layout.ts";
import { KEYSET_MAX_BYTES } from "#protocol/trust/keyset.ts";

/** A file that this agent keeps up to date. Files of the whole module go by the topics of one of its devices. */
export interface FileName {
  readonly kind: FileKind;
  readonly device: string;
}

/** A file as the platform announces it: the digest is of the whole of it. */
export type FileTarget = FileName & NonNullable<FileReply["file"]>;

export interface KeptFile extends FileName {
  /** Version held; 0 without one. */
  readonly have: number;
  /** To be asked for. */
  readonly wanted: boolean;
  /** Requests for it in a row that came to nothing: others go first. */
  readonly misses: number;
  /** The announced file that was fetched in vain, and how often. */
  readonly failed: { readonly sha256: string; readonly times: number } | null;
}

export interface FileFetch {
  readonly online: boolean;
  readonly files: readonly KeptFile[];
  /** Requests sent so far: part of each request's id. */
  readonly requests: number;
  /** Rounds without progress, for the next wait. */
  readonly attempt: number;
  readonly step: FetchStep;
}

export type FetchStep =
  /** Nothing to do until the calendar, the platform or a connection asks. */
  | { readonly at: "idle" }
  | { readonly at: "waiting"; readonly retryAtMs: number }
  | { readonly at: "asking"; readonly file: FileName; readonly id: string; readonly deadlineMs: number }
  /** The shell looks how much of the target is already on disk. */
  | { readonly at: "preparing"; readonly target: FileTarget }
  | { readonly at: "fetching"; readonly target: FileTarget; readonly offset: number; readonly id: string; readonly deadlineMs: number }
  /** The shell checks the whole file and puts it in force. */
  | { readonly at: "activating"; readonly target: FileTarget };

export type FetchInput =
  | { readonly type: "online" }
  | { readonly type: "offline" }
  /** Files to be looked after: by the calendar at once, by the platform (`spread`) within seconds, lest all devices ask in the same moment. */
  | { readonly type: "refresh"; readonly kinds: readonly FileKind[]; readonly device: string; readonly spread: boolean }
  | { readonly type: "tick" }
  | { readonly type: "reply"; readonly id: string; readonly kind: FileKind; readonly file: FileReply["file"] }
  | { readonly type: "prepared"; readonly offset: number }
  | {
      readonly type: "chunk";
      readonly id: string;
      readonly kind: FileKind;
      readonly version: number;
      readonly offset: number;
      readonly data: Uint8Array;
    }
  | { readonly type: "activated"; readonly version: number }
  /** The part file or the activation failed. */
  | { readonly type: "failed"; readonly code: ErrorCode }
  /** What is held of a kind has changed by itself: a list whose key is no longer trusted is to be fetched again. */
  | { readonly type: "held"; readonly kind: FileKind; readonly have: number };

export type FetchEffect =
  | { readonly type: "send"; readonly device: string; readonly request: Request }
  | { readonly type: "prepare"; readonly target: FileTarget }
  | { readonly type: "write"; readonly target: FileTarget; readonly offset: number; readonly data: Uint8Array }
  | { readonly type: "activate"; readonly target: FileTarget }
  | { readonly type: "discard"; readonly target: FileTarget }
  /** For the journal (`fileRefused`) and the log. */
  | { readonly type: "refused"; readonly kind: FileKind; readonly code: ErrorCode; readonly detail: string };

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
/** What the platform says is new is asked for within this time. */
export const SPREAD_MS = 5_000;
/** A file that failed so often is left alone until it is wanted again, or another is announced. */
export const FAILURES_ALLOWED = 2;

/** What a file of a kind can measure: others are refused before a byte of them is fetched. */
export const FILE_SIZES: Readonly<Record<FileKind, { readonly least: number; readonly most: number }>> = {
  keyset: { least: 2, most: KEYSET_MAX_BYTES },
  policy: { least: 2, most: 65_536 },
  overlay: { least: HEADER_BYTES, most: OVERLAY_MAX_BYTES },
  base: { least: HEADER_BYTES, most: LIST_MAX_BYTES },
};

/** Small kinds first. */
export function initialFileFetch(files: readonly (FileName & { readonly have: number })[]): FileFetch {
  const rank = ({ kind }: FileName) => FILE_KINDS.indexOf(kind);
  const kept = files.map((file): KeptFile => ({ ...file, wanted: false, misses: 0, failed: null }));
  return {
    online: false,
    files: kept.sort((left, right) => rank(left) - rank(right)),
    requests: 0,
    attempt: 0,
    step: { at: "idle" },
  };
}

/** When a tick is due; undefined: never. */
export function fetchWakeMs({ online, step }: FileFetch): number | undefined {
  if (!online) return undefined;
  if (step.at === "waiting") return step.retryAtMs;
  return step.at === "asking" || step.at === "fetching" ? step.deadlineMs : undefined;
}
