/** What the driver of the core needs from the world. Types only; each is implemented by one folder of shell/. */
import type { Buzzer, ChipFault, Lamp, LeaseMode, LeaseResult, OpenedBy } from "#protocol/chip/arcgateChip.ts";
import type { Window } from "#protocol/chip/window.ts";
import type { HexDigest } from "#protocol/crypto.ts";
import type { EventTime, Lane } from "#protocol/events/event.ts";

/** Monotonic milliseconds since the process began, and the system's wall clock, which decides nothing. */
export interface Clock {
  monoMs(): number;
}

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

/** How the chip must classify, from the machine's designation. */
export interface MeterSetup {
  arcMinAmps: number;
  alternating: boolean;
}

/** One machine on a bus. Rejections are CodedErrors of the areas `link` and `chip`. Calls of one machine may overlap; the bus orders them. */
export interface MachineLink {
  readonly device: string;
  /** Finds the machine, checks that it is the one configured, writes `setup` where it differs. */
  adopt(setup: MeterSetup): Promise<Adoption>;
  /** One exchange. Urgent ones (open, close) go ahead of routine polling of every machine on the bus. */
  exchange(order: LinkOrder, priority: "urgent" | "routine"): Promise<LinkReading>;
  totals(): Promise<LinkTotals | null>;
}

export interface Bus {
  readonly port: string;
  readonly machines: readonly MachineLink[];
  close(): Promise<void>;
}

/** An event that the journal has not numbered yet. `payload` fits the dictionary's schema of `kind`. */
export interface NewEvent {
  device: string;
  lane: Lane;
  kind: number;
  session: number | null;
  time: EventTime;
  payload: object;
}

/** A row of the journal, ready for the wire. */
export interface JournalRow {
  seq: number;
  epoch: number;
  kind: number;
  session: number | null;
  time: EventTime;
  /** Canonical JSON; null when telemetry was thinned. */
  payloadText: string | null;
  digest: HexDigest;
  hash: HexDigest;
}

export interface Stream {
  device: string;
  lane: Lane;
}

export interface StreamState {
  /** Last sequence committed; 0 when none. */
  lastSeq: number;
  head: HexDigest;
  /** Last sequence that the platform holds (or has refused). */
  ackedSeq: number;
  /** Rows up to here are deleted; 0 when none. */
  forgottenSeq: number;
}

/** `warning` from 90 % of the quota; `full` from 95 %: telemetry is refused, legal events are still kept. */
export type JournalSizeState = "ok" | "warning" | "full";

/** Everything in `commit` is durable together when it returns, or it throws and nothing is. */
export interface JournalCommit {
  events: readonly NewEvent[];
  /** Per machine: what the core needs to go on from exactly here after a kill. Plain JSON. */
  checkpoints: readonly { device: string; state: unknown }[];
}

export interface Journal {
  /** Boot epoch of this agent process, and that in which the journal began. */
  readonly epoch: number;
  readonly chain: number;
  commit(commit: JournalCommit): void;
  checkpoint(device: string): unknown;
  stream(stream: Stream): StreamState;
  /** Rows after `afterSeq`, in order, at most `limit`; `prev` is the hash before the first of them. */
  read(stream: Stream, afterSeq: number, limit: number): { prev: HexDigest; rows: JournalRow[] };
  acknowledge(stream: Stream, upTo: number, refused: readonly { seq: number; code: string }[]): void;
  /** Deletes what is acknowledged, below the platform's signed watermark and older than retention. */
  forget(stream: Stream, belowSeq: number, olderThanEarliestMs: number): number;
  /** Small facts that must survive: next session number, time floor, list version. */
  getValue(name: string): string | undefined;
  setValue(name: string, value: string): void;
  sizeBytes(): number;
  sizeState(): JournalSizeState;
  close(): void;
}

/** The wire to the platform. Nothing is queued here: a publish while offline rejects with `sync.offline`. */
export interface Uplink {
  publish(topic: string, payload: Uint8Array, qos: 0 | 1): Promise<void>;
  close(): Promise<void>;
}

export interface UplinkListener {
  /** Connected and subscribed. */
  online(): void;
  offline(reason: string): void;
  message(topic: string, payload: Uint8Array): void;
}
