/**
 * A journal on a disk whose power is cut again and again, while it commits, reads, acknowledges and deletes as fast as it can.
 * Only what was acknowledged before the cut is asked for after it.
 */
import { join } from "node:path";
import Database from "better-sqlite3";
import type { Journal, Stream } from "#agent/ports.ts";
import { openJournal } from "#agent/shell/store/journal.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { GENESIS } from "#protocol/events/event.ts";
import type { CutDisk } from "#test/chaos/powercut/disks.ts";
import { PlatformEnd } from "#test/chaos/powercut/platformEnd.ts";
import { allRows, chainBreak, events, LEGAL, MACHINE, stuckEvent, TELEMETRY } from "#test/journal/fixtures.ts";

const COMMITS_MAX = 20_000;
const DELAY_US = { least: 300, most: 120_000 };
const LANES = [LEGAL, TELEMETRY] as const;

export interface Sums {
  cuts: number;
  acknowledged: number;
  lost: number;
  corrupt: number;
  duplicate: number;
}

/** How far each lane is, with the hash over all of it. */
type Known = Record<Stream["lane"], { seq: number; head: string }>;
type Written = Record<Stream["lane"], number>;

export class Round {
  readonly #disk: CutDisk;
  readonly #draw: () => number;
  readonly #platform = new PlatformEnd();
  readonly #known: Known = { legal: { seq: 0, head: GENESIS }, telemetry: { seq: 0, head: GENESIS } };
  readonly sums: Sums = { cuts: 0, acknowledged: 0, lost: 0, corrupt: 0, duplicate: 0 };
  /** What was wrong, in words. */
  readonly faults: string[] = [];

  constructor(disk: CutDisk, draw: () => number) {
    this.#disk = disk;
    this.#draw = draw;
  }

  /** Stops at the first fault. */
  async play(cuts: number): Promise<void> {
    try {
      while (this.sums.cuts < cuts && this.faults.length === 0) await this.#playCut();
      if (this.faults.length === 0) this.#open()?.close();
      this.sums.duplicate = this.#platform.duplicates();
      if (this.sums.duplicate > 0) this.faults.push(`${this.sums.duplicate} events twice at the platform`);
    } finally {
      this.#platform.remove();
    }
  }

  async #playCut(): Promise<void> {
    const journal = this.#open();
    if (!journal) return;
    const { least, most } = DELAY_US;
    await this.#disk.cutAfter(Math.round(least * (most / least) ** this.#draw()));
    this.#workUntilCut(journal);
    this.sums.cuts += 1;
    await this.#disk.repower();
  }

  /** Opens the journal and looks whether everything is there; null when something is not. */
  #open(): Journal | null {
    const path = join(this.#disk.folder, "journal.sqlite");
    let journal: Journal | null = null;
    try {
      journal = openJournal({ path, initialEpoch: 100 });
      this.#check(journal, path);
    } catch (error) {
      this.#corrupt(error instanceof Error ? error.message : String(error));
    }
    if (this.faults.length === 0) return journal;
    journal?.close();
    return null;
  }

  #check(journal: Journal, path: string): void {
    const reader = new Database(path, { readonly: true });
    const verdict = reader.pragma("quick_check", { simple: true });
    reader.close();
    if (verdict !== "ok") this.#corrupt(`quick_check: ${String(verdict)}`);
    const written = writtenOf(journal);
    for (const stream of LANES) {
      const { lastSeq, forgottenSeq } = journal.stream(stream);
      const known = this.#known[stream.lane];
      if (lastSeq < known.seq) {
        this.sums.lost += known.seq - lastSeq;
        this.faults.push(`${stream.lane}: ${lastSeq} of ${known.seq}`);
      }
      if (written[stream.lane] !== lastSeq) this.#corrupt(`${stream.lane}: checkpoint of ${written[stream.lane]} beside ${lastSeq} rows`);
      const { prev } = journal.read(stream, forgottenSeq, 1);
      const broken = chainBreak(stream, journal.chain, allRows(journal, stream), prev);
      if (broken !== null) this.#corrupt(`${stream.lane}: chain broken at ${broken}`);
      if (this.faults.length === 0) this.#settle(journal, stream);
    }
  }

  /** The platform has it all, and it is what was acknowledged. */
  #settle(journal: Journal, stream: Stream): void {
    const known = this.#known[stream.lane];
    this.#platform.take(journal, stream);
    for (const fault of this.#platform.faults.splice(0)) this.#corrupt(`platform: ${fault}`);
    const held = known.seq === 0 ? GENESIS : this.#platform.hashAt(journal, stream, known.seq);
    if (held !== known.head) this.#corrupt(`${stream.lane}: the platform holds another ${known.seq}`);
  }

  #workUntilCut(journal: Journal): void {
    const written = writtenOf(journal);
    let isOn = true;
    for (let commits = 0; isOn; commits++) {
      if (commits === COMMITS_MAX) throw new Error(`the power was still on after ${COMMITS_MAX} commits`);
      isOn = this.#worked(journal, written);
    }
    journal.close();
  }

  /** Whether the power was still on after it. */
  #worked(journal: Journal, written: Written): boolean {
    try {
      this.#commit(journal, written);
      if (!this.#disk.isOn()) return false;
      this.#noteAcknowledged(journal);
      this.#keepHouse(journal);
      return true;
    } catch (error) {
      if (error instanceof CodedError && !this.#disk.isOn()) return false;
      throw error;
    }
  }

  #commit(journal: Journal, written: Written): void {
    const draw = this.#draw;
    const legal = draw() < 0.7 ? 1 + Math.floor(draw() * 3) : 0;
    const telemetry = legal === 0 || draw() < 0.2 ? 1 + Math.floor(draw() * 40) : 0;
    const next = { legal: written.legal + legal, telemetry: written.telemetry + telemetry };
    journal.commit({
      events: [...events(legal, written.legal), ...events(telemetry, written.telemetry, stuckEvent)],
      checkpoints: [{ device: MACHINE, state: next }],
    });
    Object.assign(written, next);
  }

  #noteAcknowledged(journal: Journal): void {
    for (const { lane } of LANES) {
      const { lastSeq, head } = journal.stream({ device: MACHINE, lane });
      this.sums.acknowledged += lastSeq - this.#known[lane].seq;
      this.#known[lane] = { seq: lastSeq, head };
    }
  }

  /** Now and then what else a journal does. */
  #keepHouse(journal: Journal): void {
    const draw = this.#draw;
    if (draw() < 0.1) for (const stream of LANES) this.#settle(journal, stream);
    if (draw() < 0.1) for (const stream of LANES) journal.forget(stream, journal.stream(stream).ackedSeq + 1, Number.MAX_SAFE_INTEGER);
    if (draw() < 0.05) journal.setValue("session.next", String(this.sums.acknowledged));
  }

  #corrupt(what: string): void {
    this.sums.corrupt += 1;
    this.faults.push(what);
  }
}

function writtenOf(journal: Journal): Written {
  return { ...((journal.checkpoint(MACHINE) as Written | undefined) ?? { legal: 0, telemetry: 0 }) };
}
