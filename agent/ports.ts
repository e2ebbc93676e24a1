/** What the driver of the core needs from the world. Types only; each is implemented by one folder of shell/. */
import type { Adoption, JournalHead, LinkOrder, LinkReading, LinkTotals, LinkVault, MeterSetup, VersionFloors } from "#agent/core/link.ts";
import type { UnnumberedEvent } from "#agent/core/recordable.ts";
import type { HexDigest } from "#protocol/crypto.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import type { DeadLetter } from "#protocol/events/deadLetters.ts";
import type { EventTime, Lane } from "#protocol/events/event.ts";
import type { HolderSigner } from "#protocol/pass/coseSign1.ts";

/** The module's own key: what it signs receipts with, and what others check them by. */
export interface DeviceSigner extends HolderSigner {
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** Monotonic milliseconds since the process began, and the system's wall clock, which decides nothing. */
export interface Clock {
  monoMs(): number;
}

/** A timer that fires once; the result cancels it. */
export type After = (delayMs: number, run: () => void) => () => void;

/** One machine on a bus. Rejections are CodedErrors of the areas `link` and `chip`. Calls of one machine may overlap; the bus orders them. */
export interface MachineLink {
  readonly device: string;
  /** Finds the machine, checks that it is the one configured, writes `setup` where it differs. */
  adopt(setup: MeterSetup): Promise<Adoption>;
  /** One exchange. Urgent ones (open, close) go ahead of routine polling of every machine on the bus. */
  exchange(order: LinkOrder, priority: "urgent" | "routine"): Promise<LinkReading>;
  totals(): Promise<LinkTotals | null>;
  /** Null where there is none. */
  readonly vault: VaultLink | null;
  /** It opens by itself when nobody renews; without that nothing can be enforced. */
  readonly hasDeadMan: boolean;
}

/** What the chip holds against an older disk. Each call resolves with the vault as it is afterwards. */
export interface VaultLink {
  read(): Promise<LinkVault>;
  /** Raises floors as far as uptime explains, and mirrors the journal's head. */
  raise(floors: VersionFloors, head: JournalHead): Promise<LinkVault>;
  /** Hands the platform's envelope over; `link.badEnvelope` when the chip did not take it. */
  carry(envelope: Uint8Array): Promise<LinkVault>;
}

export interface Bus {
  readonly port: string;
  readonly machines: readonly MachineLink[];
  close(): Promise<void>;
}

/** A QR scanner beside a machine. It opens its port in the background, and anew whenever it is gone. */
export interface Scanner {
  readonly port: string;
  close(): Promise<void>;
}

export interface ScannerListener {
  /** Printable ASCII, 1 to 1,024 characters; one that is shown on and on comes once. */
  text(text: string): void;
  /** Whether it works, when that changes: null, or why not. */
  health(code: ErrorCode | null, detail: string): void;
}

/** An event that the journal has not numbered yet. */
export type NewEvent = UnnumberedEvent;

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

/** Rows in order; `prev` is the hash before the first of them. */
export interface RowsRead {
  prev: HexDigest;
  rows: JournalRow[];
  /** Rows before the first of these that a damaged card took: the platform is told, and goes on after them. */
  lost?: { fromSeq: number; toSeq: number };
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
  /** Rows after `afterSeq`, at most `limit`, and none beyond the next that is lost. */
  read(stream: Stream, afterSeq: number, limit: number): RowsRead;
  acknowledge(stream: Stream, upTo: number, refused: readonly { seq: number; code: string }[]): void;
  /** What the platform refused of a stream after `afterSeq`, in order, at most `limit`. */
  deadLetters(stream: Stream, afterSeq: number, limit: number): DeadLetter[];
  /** Deletes what is acknowledged, below the platform's signed watermark and older than retention. */
  forget(stream: Stream, belowSeq: number, olderThanEarliestMs: number): number;
  /** Removes the payloads of these rows, which stay with their digests, and appends the record that says so. At 95 % too: it makes room. */
  thin(stream: Stream, seqs: readonly number[], record: NewEvent): void;
  /** Small facts that must survive: next session number, time floor, list version. */
  getValue(name: string): string | undefined;
  setValue(name: string, value: string): void;
  sizeBytes(): number;
  sizeState(): JournalSizeState;
  /** Of the room it may take. */
  usedPart(): number;
  close(): void;
}

/** The wire to the platform. Nothing is queued here: a publish while offline rejects with `sync.offline`. */
export interface Uplink {
  publish(topic: string, payload: Uint8Array, qos: 0 | 1): Promise<void>;
  close(): Promise<void>;
}

/** Who started this process, and starts it again. */
export interface Supervisor {
  /** It ends a process that has not said for so long that it lives; null: it does not watch. */
  readonly patienceMs: number | null;
  /** In its own words, all at once. Never throws: what does not arrive is missed by the supervisor. */
  tell(words: readonly string[]): void;
}

export interface UplinkListener {
  /** Connected and subscribed. */
  online(): void;
  offline(reason: string): void;
  message(topic: string, payload: Uint8Array): void;
}
