/**
 * The interlock of one machine: what it is in, what happens to it, what it reports.
 * Two clocks: `monoMs` is the agent's and bounds outages; `chipMs` is the chip's window clock and counts work (idleness, session length),
 * so that neither a restart of the agent nor a step of its clock changes what the welder gets.
 */
import type { ChipFault, OpenedBy } from "#protocol/chip/arcgateChip.ts";

/** A licence that was granted: who, and for how long. */
export interface Session {
  id: number;
  handle: string;
  limitS: number;
  idleRelockS: number;
  /** Window clock when it began; moved when the chip boots, so that the time already used stays used. */
  startedChipMs: number;
}

/** Ends at arc-off, 30 s at most. */
export type SoftCause =
  | "certificateExpired"
  | "certificateRevoked"
  | "permitEnded"
  | "bindingEnded"
  | "listStale"
  | "machineRetired"
  | "sessionLimit"
  | "lockedByPlatform";
export type HardCause = "eStop" | "enclosureOpen" | ChipFault;
export type EndCause = SoftCause | HardCause | "idle" | "handover" | "leaseLost" | "contactorDidNotClose" | "unknownSession";

export type InterlockState =
  /** The chip has not been met, or does not answer; no session. */
  | { at: "unlinked" }
  /** Open, ready for a scan. */
  | { at: "locked" }
  /** Granted from afar: somebody must press the start button. */
  | { at: "awaitingStart"; session: Session; untilMonoMs: number; pressesBefore: number }
  | { at: "closing"; session: Session; sinceMonoMs: number }
  /** Closed under a lease; `activeChipMs` is when the welder was last seen at work. */
  | { at: "energised"; session: Session; activeChipMs: number }
  /** Asked to open at arc-off, which is the chip's to see; until then at the latest. Idleness is over when an arc is seen after all. */
  | {
      at: "ending";
      session: Session;
      cause: SoftCause | "idle";
      untilChipMs: number;
      silentSinceMonoMs: number | null;
      /** Told to be open, in an outage in which it may have closed again. */
      opened?: true;
    }
  /** The chip is silent, or opened by itself: the same session may go on within 60 s, counted anew when its welder scans again. */
  | { at: "outage"; session: Session; activeChipMs: number; sinceMonoMs: number; opened: boolean; quietSinceMonoMs: number | null }
  | { at: "opening"; session: Session | null; cause: EndCause; sinceMonoMs: number }
  /** Something beats every licence. Its end never re-energises. */
  | { at: "faulted"; fault: HardCause };

export interface InterlockReading {
  type: "reading";
  commandedClosed: boolean;
  mirrorClosed: boolean;
  leaseHeld: boolean;
  /** Session in the chip's lease. */
  session: number;
  eStop: boolean;
  enclosureOpen: boolean;
  fault: ChipFault;
  openedBy: OpenedBy;
  startPresses: number;
  arcing: boolean;
  currentPresent: boolean;
  /** End of the last arc on the window clock, or null. */
  lastArcOffChipMs: number | null;
  /** How long the contactor has been open by the chip's own clock; null while its windows are still being read. */
  openForMs: number | null;
}

/** What the state it meets decides on. */
export type StateInput =
  | InterlockReading
  /** Two exchanges missed. */
  | { type: "silent" }
  | { type: "granted"; session: Session; presence: "proved" | "buttonNeeded"; startPresses: number }
  /** The welder whose session runs scanned again. */
  | { type: "shownAgain" }
  | { type: "soft"; cause: SoftCause }
  | { type: "tick" };

export type InterlockInput =
  | StateInput
  /** A new policy's limits for the session that runs; they may only be shorter, for the chip holds them. */
  | { type: "limits"; limitS: number; idleRelockS: number };

export interface InterlockNow {
  monoMs: number;
  chipMs: number;
}

export type InterlockFact =
  | { type: "startAwaited"; session: Session }
  | { type: "startExpired"; session: Session }
  | { type: "sessionStarted"; session: Session }
  | { type: "sessionEnded"; session: Session; cause: EndCause }
  | { type: "contactorClosed"; session: Session; afterMs: number }
  | { type: "contactorOpened"; session: Session | null; by: EndCause | OpenedBy; afterMs: number }
  | { type: "leaseLost"; session: Session; silentMs: number }
  | { type: "faulted"; fault: HardCause }
  | { type: "faultCleared"; fault: HardCause };

export interface InterlockStep {
  state: InterlockState;
  facts: InterlockFact[];
}

export const START_BUTTON_MS = 30_000;
export const CLOSE_TIMEOUT_MS = 5_000;
export const OPEN_TIMEOUT_MS = 2_000;
export const SOFT_END_MS = 30_000;
/** The same session may close again so long after the outage began … */
export const RESUME_WITHIN_MS = 60_000;
/** … after this long without current. */
export const RESUME_QUIET_MS = 2_000;
