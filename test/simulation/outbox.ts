/** The law of delivery: what is committed reaches the platform, once, in order, the legal lane first; and what the cursor says is what the platform said. */
import type { JournalRow, NewEvent, Stream } from "#agent/ports.ts";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import type { Account } from "#test/simulation/account.ts";
import { type DiskWatch, streamKey } from "#test/simulation/disk.ts";
import type { ReadWatch } from "#test/simulation/guardedJournal.ts";
import type { HeldStream, ModelPlatform } from "#test/simulation/platform.ts";
import type { VirtualClock } from "#test/simulation/virtualClock.ts";

interface Truth {
  stream: Stream;
  /** Hashes and times of every row that was ever committed, by its sequence less one. */
  hashes: string[];
  storedMs: number[];
  sentUpTo: number;
  ackedUpTo: number;
  /** The most that the platform has ever acknowledged. */
  toldUpTo: number;
}

export class Outbox implements DiskWatch, ReadWatch {
  readonly #clock: VirtualClock;
  readonly #account: Account;
  readonly #truths = new Map<string, Truth>();
  readonly #legal: (row: JournalRow) => void;
  events = 0;

  constructor(clock: VirtualClock, account: Account, legal: (row: JournalRow) => void) {
    this.#clock = clock;
    this.#account = account;
    this.#legal = legal;
  }

  stored(stream: Stream, _event: NewEvent, row: JournalRow): void {
    const truth = this.#truth(stream);
    this.#account.note(`${stream.lane} ${row.seq} kind ${row.kind} of ${row.session}: ${row.payloadText?.slice(0, 300)} ${row.hash}`);
    if (row.kind === DICTIONARY.recordSetAside.kind) this.#account.wrong(`a record that cannot be written: ${row.payloadText}`);
    if (row.seq !== truth.hashes.length + 1) this.#account.wrong(`${stream.lane} row ${row.seq} after ${truth.hashes.length}`);
    truth.hashes.push(row.hash);
    truth.storedMs.push(this.#clock.nowMs);
    this.events += 1;
    if (stream.lane === "legal") this.#legal(row);
  }

  acknowledged(stream: Stream, upTo: number): void {
    const truth = this.#truth(stream);
    this.#account.note(`cursor of ${stream.lane}: ${upTo}`);
    truth.ackedUpTo = upTo;
    if (upTo > truth.toldUpTo)
      this.#account.wrong(`cursor of ${stream.lane} at ${upTo}, though the platform never acknowledged more than ${truth.toldUpTo}`);
  }

  told({ device, lane, hashes }: HeldStream): void {
    const truth = this.#truth({ device, lane });
    truth.toldUpTo = Math.max(truth.toldUpTo, hashes.length);
  }

  /** Another process begins from the cursor that was stored. */
  restarted(): void {
    for (const truth of this.#truths.values()) truth.sentUpTo = 0;
  }

  read(stream: Stream, afterSeq: number, rows: number): void {
    const truth = this.#truth(stream);
    this.#account.note(`sends ${rows} of ${stream.lane} after ${afterSeq}`);
    truth.sentUpTo = Math.max(truth.sentUpTo, afterSeq + rows);
    if (stream.lane === "legal") return;
    const legal = this.#truth({ device: stream.device, lane: "legal" });
    const unsentSinceMs = legal.storedMs[Math.max(legal.sentUpTo, legal.ackedUpTo)];
    const isFree = legal.sentUpTo <= legal.ackedUpTo;
    if (isFree && unsentSinceMs !== undefined && unsentSinceMs < this.#clock.nowMs)
      this.#account.wrong(`telemetry goes out before legal events that have waited since ${unsentSinceMs} ms`);
  }

  isDelivered(platform: ModelPlatform): boolean {
    return [...this.#truths.values()].every((truth) => held(platform, truth.stream)?.hashes.length === truth.hashes.length);
  }

  judge(platform: ModelPlatform): void {
    for (const { stream, hashes } of this.#truths.values()) {
      const got = held(platform, stream)?.hashes ?? [];
      if (got.length !== hashes.length) this.#account.wrong(`${stream.lane}: ${hashes.length} committed, ${got.length} at the platform`);
      const odd = hashes.findIndex((hash, index) => index < got.length && got[index] !== hash);
      if (odd >= 0) this.#account.wrong(`${stream.lane} ${odd + 1} is not what was committed`);
    }
  }

  #truth(stream: Stream): Truth {
    const key = streamKey(stream);
    const known = this.#truths.get(key);
    if (known) return known;
    const { device, lane } = stream;
    const truth = { stream: { device, lane }, hashes: [], storedMs: [], sentUpTo: 0, ackedUpTo: 0, toldUpTo: 0 };
    this.#truths.set(key, truth);
    return truth;
  }
}

function held(platform: ModelPlatform, { device, lane }: Stream): HeldStream | undefined {
  return [...platform.streams.values()].find((stream) => stream.device === device && stream.lane === lane);
}
