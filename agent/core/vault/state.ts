/** Keeping a chip's vault: what is in force goes into it, and the platform's envelopes through it. States, inputs and effects as data. */
import type { JournalHead, LinkVault, VersionFloors } from "#agent/core/link.ts";
import type { Request } from "#protocol/events/messages.ts";

export interface VaultKeeping {
  /** As last read; null until the chip has been met, and after each loss of it. */
  readonly vault: LinkVault | null;
  /** One job on the bus at a time. */
  readonly busy: boolean;
  readonly readAtMs: number;
  /** What should stand in the vault. */
  readonly wanted: { readonly floors: VersionFloors; readonly head: JournalHead | null };
  readonly raiseAtMs: number;
  readonly online: boolean;
  readonly refill: Refill;
  /** Envelopes asked for so far: part of each request's id. */
  readonly requests: number;
}

export type Refill =
  | { readonly at: "due"; readonly askAtMs: number; readonly attempt: number }
  | { readonly at: "asked"; readonly id: string; readonly deadlineMs: number; readonly attempt: number }
  /** It is to be handed to the chip, when the bus is free. */
  | { readonly at: "arrived"; readonly envelope: Uint8Array; readonly attempt: number };

export type VaultInput =
  /** The chip was met: for the first time, or after a boot or a loss. */
  | { readonly type: "met" }
  | { readonly type: "lost" }
  | { readonly type: "online" }
  | { readonly type: "offline" }
  | { readonly type: "tick" }
  /** Something newer is in force, or was committed. */
  | { readonly type: "wanted"; readonly floors: VersionFloors; readonly head: JournalHead | null }
  /** A session began: the chip has counted a start. */
  | { readonly type: "started" }
  | { readonly type: "vault"; readonly vault: LinkVault; readonly after: VaultJob["do"] }
  | { readonly type: "failed"; readonly job: VaultJob["do"] }
  | { readonly type: "envelope"; readonly id: string; readonly envelope: Uint8Array | null };

export type VaultJob =
  | { readonly do: "read" }
  | { readonly do: "raise"; readonly floors: VersionFloors; readonly head: JournalHead }
  | { readonly do: "carry"; readonly envelope: Uint8Array };

export type VaultEffect =
  | { readonly type: "job"; readonly job: VaultJob }
  /** `uid` is the shell's to add: the core knows no silicon. */
  | { readonly type: "ask"; readonly request: Omit<Extract<Request, { want: "envelope" }>, "uid"> };

export interface VaultNow {
  readonly monoMs: number;
  /** Random, 0 to 1: spreads a fleet's requests. */
  readonly jitter: number;
}

export interface VaultChange {
  readonly keeping: VaultKeeping;
  readonly effects: readonly VaultEffect[];
}

export const READ_EVERY_MS = 60_000;
/** What failed on the bus is tried again after so long: a silent machine is probed no oftener. */
export const RETRY_MS = 5_000;
/** The head is mirrored at legal commits, but no oftener than this. */
export const MIRROR_EVERY_MS = 1_000;
/** Design decision 8: refilled on line every 6 h. */
export const REFILL_EVERY_MS = 6 * 3_600_000;
export const REFILL_ANSWER_MS = 15_000;
export const REFILL_FIRST_MS = 30_000;
export const REFILL_LONGEST_MS = 600_000;
/** Nothing is known, and nothing can be less. */
export const NO_HEAD: JournalHead = { chain: 0, seq: 0, hash: "0".repeat(64) };

export function initialKeeping(floors: VersionFloors, monoMs: number): VaultKeeping {
  return {
    ...{ vault: null, busy: false, readAtMs: monoMs, wanted: { floors, head: null }, raiseAtMs: monoMs },
    ...{ online: false, refill: { at: "due", askAtMs: monoMs, attempt: 0 }, requests: 0 },
  };
}
