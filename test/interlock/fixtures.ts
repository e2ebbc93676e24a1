import type { InterlockInput, InterlockReading, InterlockState, Session } from "#agent/core/interlock/state.ts";

/** The moment of every row: both clocks well past zero, so that "earlier" exists. */
export const NOW = { monoMs: 100_000, chipMs: 700_000 };

export const SESSION: Session = { id: 7, handle: "aa".repeat(16), limitS: 3_600, idleRelockS: 600, startedChipMs: 600_000 };
const NEXT: Session = { ...SESSION, id: 8, handle: "bb".repeat(16), startedChipMs: NOW.chipMs };

export const STATES = {
  unlinked: { at: "unlinked" },
  locked: { at: "locked" },
  awaitingStart: { at: "awaitingStart", session: SESSION, untilMonoMs: 110_000, pressesBefore: 3 },
  closing: { at: "closing", session: SESSION, sinceMonoMs: 99_500 },
  energised: { at: "energised", session: SESSION, activeChipMs: 650_000 },
  ending: { at: "ending", session: SESSION, cause: "lockedByPlatform", untilChipMs: 720_000, silentSinceMonoMs: null },
  endingUnheard: { at: "ending", session: SESSION, cause: "lockedByPlatform", untilChipMs: 720_000, silentSinceMonoMs: 90_000 },
  endingOpened: {
    ...{ at: "ending", session: SESSION, cause: "lockedByPlatform", untilChipMs: 720_000, silentSinceMonoMs: 90_000 },
    opened: true,
  },
  outageClosed: {
    at: "outage",
    session: SESSION,
    activeChipMs: 650_000,
    sinceMonoMs: 95_000,
    opened: false,
    quietSinceMonoMs: null,
  },
  outageOpen: {
    at: "outage",
    session: SESSION,
    activeChipMs: 650_000,
    sinceMonoMs: 90_000,
    opened: true,
    quietSinceMonoMs: 97_000,
  },
  opening: { at: "opening", session: SESSION, cause: "idle", sinceMonoMs: 99_500 },
  faulted: { at: "faulted", fault: "eStop" },
} as const satisfies Record<string, InterlockState>;

export const OPEN: InterlockReading = {
  type: "reading",
  commandedClosed: false,
  mirrorClosed: false,
  leaseHeld: false,
  session: 0,
  eStop: false,
  enclosureOpen: false,
  fault: "none",
  openedBy: "leaseLapsed",
  startPresses: 3,
  arcing: false,
  currentPresent: false,
  lastArcOffChipMs: 650_000,
  openForMs: 8_000,
};
export const CLOSED: InterlockReading = {
  ...OPEN,
  commandedClosed: true,
  mirrorClosed: true,
  leaseHeld: true,
  session: SESSION.id,
  openForMs: 0,
};

export const INPUTS = {
  tick: { type: "tick" },
  silent: { type: "silent" },
  granted: { type: "granted", session: NEXT, presence: "proved", startPresses: 3 },
  grantedSame: { type: "granted", session: { ...NEXT, handle: SESSION.handle }, presence: "proved", startPresses: 3 },
  grantedAfar: { type: "granted", session: NEXT, presence: "buttonNeeded", startPresses: 3 },
  shownAgain: { type: "shownAgain" },
  soft: { type: "soft", cause: "certificateExpired" },
  limits: { type: "limits", limitS: 1_800, idleRelockS: 300 },
  open: OPEN,
  closed: CLOSED,
  closedByOther: { ...CLOSED, session: 99 },
  /** The two contacts disagree: commanded open and still closed, and the other way round. */
  sticking: { ...CLOSED, commandedClosed: false, leaseHeld: false },
  notClosing: { ...CLOSED, mirrorClosed: false },
  arcing: { ...CLOSED, arcing: true, currentPresent: true },
  pressed: { ...OPEN, startPresses: 4 },
  eStop: { ...OPEN, eStop: true, openedBy: "eStop" },
  enclosure: { ...OPEN, enclosureOpen: true },
  welded: { ...CLOSED, commandedClosed: false, leaseHeld: false, fault: "weldedContact" },
} as const satisfies Record<string, InterlockInput>;
