/** A model of the journal's disk: what is on it is durable, whatever becomes of the process that has it open. */
import type { JournalRow, NewEvent, Stream } from "#agent/ports.ts";
import type { HexDigest } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { DeadLetter } from "#protocol/events/deadLetters.ts";
import { GENESIS } from "#protocol/events/event.ts";

export interface DurableStream {
  /** From `forgottenSeq + 1` on, without gaps. */
  rows: JournalRow[];
  head: HexDigest;
  ackedSeq: number;
  forgottenSeq: number;
  forgottenHash: HexDigest;
}

/** Asked before anything becomes durable: throws what the disk does instead. */
export type DiskFault = (step: string) => void;

export interface DiskWatch {
  /** Rows became durable. */
  stored(stream: Stream, event: NewEvent, row: JournalRow): void;
  acknowledged(stream: Stream, upTo: number): void;
}

const NOBODY: DiskWatch = { stored: () => undefined, acknowledged: () => undefined };

export class ModelDisk {
  epoch: number | undefined;
  chain: number | undefined;
  readonly streams = new Map<string, DurableStream>();
  readonly checkpoints = new Map<string, string>();
  readonly values = new Map<string, string>();
  readonly deadLetters = new Map<string, DeadLetter[]>();
  readonly watch: DiskWatch;
  fault: DiskFault = () => undefined;
  #open: object | null = null;

  constructor(watch: DiskWatch = NOBODY) {
    this.watch = watch;
  }

  /** Ends whoever had it open before: that process is gone. The result throws when somebody else has opened it since. */
  takeOver(): () => void {
    const handle = {};
    this.#open = handle;
    return () => {
      if (this.#open !== handle) throw new CodedError("journal.inUse", "another process has it open");
    };
  }

  streamOf(key: string): DurableStream {
    return this.streams.get(key) ?? { rows: [], head: GENESIS, ackedSeq: 0, forgottenSeq: 0, forgottenHash: GENESIS };
  }

  /** Roughly what SQLite would need. */
  usedBytes(): number {
    let bytes = 4096;
    for (const { rows } of this.streams.values()) for (const { payloadText } of rows) bytes += rowBytes(payloadText);
    for (const text of [...this.checkpoints.values(), ...this.values.values()]) bytes += text.length;
    return bytes;
  }
}

const ROW_BYTES = 110;

export function rowBytes(payloadText: string | null): number {
  return ROW_BYTES + (payloadText?.length ?? 0);
}

export function streamKey({ device, lane }: Stream): string {
  return `${device}/${lane}`;
}
