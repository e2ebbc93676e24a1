/** What the probes bring home for the judges: plain numbers, nothing decided. */
import type { ChipFault, LeaseResult, OpenedBy } from "#protocol/chip/arcgateChip.ts";

/** The chip's word on itself at one moment. */
export interface Sight {
  commandedClosed: boolean;
  mirrorClosed: boolean;
  eStop: boolean;
  enclosureOpen: boolean;
  sensorMissing: boolean;
  startButton: boolean;
  fault: ChipFault;
  openedBy: OpenedBy;
  leaseResult: LeaseResult;
  leaseRemainingMs: number;
  uptimeMs: number;
  startPresses: number;
}

export interface LinkReading {
  exchanges: number;
  misses: number;
  noise: number;
  medianMs: number;
  mostMs: number;
}

/** Amperes and volts are means, or RMS on a machine whose output alternates. */
export interface OpenReading {
  amps: number;
  sight: Sight;
  /** Of the first and of the last stretch. */
  firstVolts: number;
  lastVolts: number;
  /** It no longer falls. */
  steady: boolean;
  waitedMs: number;
}

export interface ContactorReading {
  rest: { sight: Sight; volts: number };
  /** The order to close, and what came of it. */
  closing: { result: LeaseResult; mirrorClosed: boolean; afterMs: number; volts: number } | null;
  /** After the order to open. */
  opening: { mirrorClosed: boolean; afterMs: number; volts: number } | null;
}

export interface LeaseReading {
  leaseMs: number;
  /** By the chip's uptime, from the acceptance of the lease: seen closed last, seen open first. Null: never. */
  closedUntilMs: number | null;
  openFromMs: number | null;
  openedBy: OpenedBy;
}

export interface SwitchReading {
  /** Before anybody was asked. */
  atRest: boolean;
  /** Null: nobody was asked, for the machine could not be closed. */
  operated: boolean | null;
  /** Null: the contactor was not closed before. */
  opened: boolean | null;
  openedBy: OpenedBy;
  /** Answer to an order to close while it is operated. */
  resultMeanwhile: LeaseResult | null;
  /** After it was put back; `closed`: whether the contactor is. */
  restored: boolean | null;
  closedAfter: boolean;
}

export interface StartReading {
  pressedAtRest: boolean;
  presses: number;
}
