/** A scanner module's life: states, inputs and effects as data. */
import { EMPTY_FRAME, type Frame, gapDueMs } from "#agent/core/scanner/framing.ts";
import type { RecentTexts } from "#agent/core/scanner/repeats.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import type { ScannerAnswer, ScannerModel } from "#protocol/scanner/model.ts";

/** A command on its way: the module is woken first, where it sleeps. */
export type Exchange = { readonly at: "waking"; readonly sendAtMs: number } | { readonly at: "answering"; readonly deadlineMs: number };

/** The nth command of the model's list. `misses`: it was sent so often without an answer. */
interface Commanding {
  readonly index: number;
  readonly misses: number;
  readonly exchange: Exchange;
}

export type ScannerLife =
  | { readonly at: "opening" }
  /** Settings that the module forgets when its power goes. */
  | ({ readonly at: "configuring" } & Commanding)
  | ({ readonly at: "triggering" } & Commanding)
  /** Null: it reads without being told. */
  | { readonly at: "reading"; readonly triggerAtMs: number | null }
  | { readonly at: "recovering"; readonly openAtMs: number }
  | { readonly at: "closed" };

export interface ScannerState {
  readonly life: ScannerLife;
  /** Times in a row that it was opened and did not answer. */
  readonly deafTimes: number;
  /** As reported last: null works, undefined not known yet. */
  readonly health: ErrorCode | null | undefined;
  readonly frame: Frame;
  readonly recent: RecentTexts;
}

export type LifeInput =
  | { readonly type: "opened" }
  /** It could not be opened, or was open and is gone. */
  | { readonly type: "lost"; readonly reason: string }
  | { readonly type: "tick" }
  | { readonly type: "answer"; readonly means: ScannerAnswer["means"] }
  /** A code has come in: a text, or what may have been one. */
  | { readonly type: "code"; readonly readable: boolean }
  | { readonly type: "close" };

export type ScannerInput = Exclude<LifeInput, { type: "answer" | "code" }> | { readonly type: "bytes"; readonly bytes: Uint8Array };

export type ScannerEffect =
  | { readonly type: "open" }
  | { readonly type: "close" }
  | { readonly type: "write"; readonly bytes: Uint8Array }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "discarded"; readonly code: ErrorCode; readonly bytes: number }
  /** The module refused the command of this name. */
  | { readonly type: "refused"; readonly command: string }
  /** Changed: null works. */
  | { readonly type: "health"; readonly code: ErrorCode | null; readonly detail: string };

/** At 9,600 baud a long code that is coming in holds an answer up for more than a second. */
export const ANSWER_MS = 2_000;
export const MISSES_ALLOWED = 3;
/** Between a code and the next trigger. */
export const NEXT_CODE_MS = 500;
export const REOPEN_MS = 1_000;
export const DEAF_REOPEN_MOST_MS = 60_000;

export const INITIAL_SCANNER: ScannerState = {
  life: { at: "opening" },
  deafTimes: 0,
  health: undefined,
  frame: EMPTY_FRAME,
  recent: [],
};

/** When a tick is due; null: never. */
export function scannerWakeMs({ life, frame }: ScannerState, model: ScannerModel): number | null {
  const due = [lifeWakeMs(life), gapDueMs(frame, model)].filter((ms) => ms !== null);
  return due.length > 0 ? Math.min(...due) : null;
}

function lifeWakeMs(life: ScannerLife): number | null {
  switch (life.at) {
    case "configuring":
    case "triggering":
      return life.exchange.at === "waking" ? life.exchange.sendAtMs : life.exchange.deadlineMs;
    case "reading":
      return life.triggerAtMs;
    case "recovering":
      return life.openAtMs;
    case "opening":
    case "closed":
      return null;
  }
}
