/** What passes between the core and a machine on its bus: orders down, readings up. */
import type { Buzzer, ChipFault, Lamp, LeaseMode, LeaseResult, OpenedBy } from "#protocol/chip/arcgateChip.ts";
import type { Window } from "#protocol/chip/window.ts";

/** What the interlock wants of its machine with the next exchange. */
export interface LinkOrder {
  mode: LeaseMode;
  session: number;
  leaseMs: number;
  sessionRemainingS: number;
  lamp: Lamp;
  buzzer: Buzzer;
  /** First window wanted. */
  readFrom: number;
  /** Windows below it are committed: the chip may forget them. */
  confirmedBelow: number;
}

export interface MachineStatus {
  commandedClosed: boolean;
  /** What the mirror contact (or the relay's coil, where there is no mirror) says. */
  mirrorClosed: boolean;
  eStop: boolean;
  enclosureOpen: boolean;
  sensorMissing: boolean;
  fault: ChipFault;
  openedBy: OpenedBy;
  leaseHeld: boolean;
  leaseRemainingMs: number;
  leaseResult: LeaseResult;
  uptimeMs: number;
  startPresses: number;
  voltageVolts: number;
  currentAmps: number;
  lostWindows: number;
  /** Number of the window being filled. */
  nextSeq: number;
}

export interface LinkReading {
  status: MachineStatus;
  /** In order, without gaps from `readFrom`, unless the ring was overrun. */
  windows: Window[];
  /** The order was put on the wire this long before the answer was complete. */
  roundTripMs: number;
}

/** What a machine is, read when it is first met and after each boot of its chip. */
export interface Adoption {
  /** Changes when the chip boots: window numbers and totals start anew. */
  bootId: string;
  uid: string;
  firmware: string;
  deviceCode: string;
  windowMs: number;
  sensorRangeAmps: number;
  /** A dead-man exists: without renewal the contactor opens by itself. */
  hasLease: boolean;
  /** Windows wait for the agent; slow foreign meters cannot promise this. */
  keepsWindows: boolean;
  session: number;
  /** Accumulators of `session`; null on devices without them. */
  totals: LinkTotals | null;
  status: MachineStatus;
}

export interface LinkTotals {
  session: number;
  closed: boolean;
  arcMs: number;
  chargeAmpereSeconds: number;
  energyJoules: number;
  strikes: number;
  shorts: number;
  shortMs: number;
  closedMs: number;
  lastSeq: number;
  bootCount: number;
}

/** Versions in force, as the vault holds them against an older disk. */
export interface VersionFloors {
  list: number;
  overlay: number;
  keyset: number;
  policy: number;
}

/** The legal lane's last event. `hash` is 64 hex digits. */
export interface JournalHead {
  chain: number;
  seq: number;
  hash: string;
}

/** What is left before the platform must be heard again, counted by the chip. */
export interface OfflineBudget {
  poweredHours: number;
  boots: number;
  starts: number;
}

export interface LinkVault {
  floors: VersionFloors;
  /** Unix seconds; 0 while the chip has never been told. */
  timeFloorS: number;
  journal: JournalHead;
  budget: OfflineBudget;
  /** 16 hex digits: what an envelope must answer. */
  challenge: string;
}

/** How the chip must classify, from the machine's designation. */
export interface MeterSetup {
  arcMinAmps: number;
  alternating: boolean;
}
