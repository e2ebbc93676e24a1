/** One connection to the journal's file, with what is kept in memory of it. When it has failed it is closed and never written again. */
import type Database from "better-sqlite3";
import type { Stream } from "#agent/ports.ts";
import { Checkpoints, wholeCheckpoint, writeCheckpoint } from "#agent/shell/store/journalCheckpoints.ts";
import { journalFailure } from "#agent/shell/store/journalFailure.ts";
import { prepareLooks, type WholeRow } from "#agent/shell/store/journalLooks.ts";
import { JournalQuota } from "#agent/shell/store/journalQuota.ts";
import { digestOf } from "#agent/shell/store/journalRow.ts";
import { parseTally, type Seal, sealOf, TALLY, type TalliedTable, tallyText, toggled } from "#agent/shell/store/journalSeals.ts";
import { type ColumnsOfEvent, type JournalStatements, prepareStatements } from "#agent/shell/store/journalStatements.ts";
import {
  fromHex,
  type Hole,
  loadDevices,
  loadHoles,
  loadStreams,
  rowKey,
  type StreamRecord,
  seqOf,
  streamId,
  streamRow,
  toHex,
} from "#agent/shell/store/journalStreams.ts";
import { CHAIN, EPOCH } from "#agent/shell/store/journalWords.ts";
import type { HexDigest } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

const DEAD_LETTERS_MAX = 10_000;

export class JournalHandle {
  readonly database: Database.Database;
  readonly statements: JournalStatements;
  readonly devices: Map<string, number>;
  readonly streams: Map<number, StreamRecord>;
  readonly checkpoints = new Checkpoints();
  readonly quota: JournalQuota;
  readonly #holes: Map<number, Hole[]>;
  readonly #inTransaction: (work: () => void) => void;
  /** Of every row's hash. */
  chain: number;
  #dataVersion: number;

  constructor(database: Database.Database, maxBytes: number) {
    this.database = database;
    this.statements = prepareStatements(database);
    this.#inTransaction = database.transaction((work: () => void) => work()).immediate;
    this.devices = loadDevices(database);
    const looks = prepareLooks(database);
    this.streams = loadStreams(looks.streams.all());
    this.#holes = loadHoles(looks.holes.all());
    this.quota = new JournalQuota(database, maxBytes);
    this.chain = Number(this.value(CHAIN) ?? 0);
    this.#dataVersion = this.statements.dataVersion.get() ?? 0;
  }

  /** The next boot of the file, or its first. */
  boot(initialEpoch: number): { epoch: number; chain: number } {
    const last = this.value(EPOCH);
    const epoch = last === undefined ? initialEpoch : Number(last) + 1;
    const chain = Number(this.value(CHAIN) ?? epoch);
    this.chain = chain;
    this.durably("boot", () => {
      this.writeValue(EPOCH, String(epoch));
      this.writeValue(CHAIN, String(chain));
    });
    return { epoch, chain };
  }

  close(): void {
    this.database.close();
  }

  find({ device, lane }: Stream): StreamRecord | undefined {
    const deviceId = this.devices.get(device);
    return deviceId === undefined ? undefined : this.streams.get(streamId(deviceId, lane));
  }

  value(name: string): string | undefined {
    return this.statements.value.get(name)?.value;
  }

  /** One transaction: when it returns, all of `work` is on the disk. Throws CodedErrors. */
  durably(step: string, work: () => void): void {
    try {
      this.#inTransaction(() => {
        this.#assertAlone();
        work();
      });
    } catch (cause) {
      throw journalFailure(cause, step);
    }
  }

  writeDevice(id: number, code: string): void {
    const seal = sealOf("device", id, code);
    this.statements.addDevice.run(id, code, seal);
    this.#tally("device", seal);
  }

  writeStream(record: StreamRecord): void {
    this.statements.setStream.run(streamRow(record, this.chain));
  }

  writeValue(name: string, value: string): void {
    const before = this.statements.value.get(name);
    const seal = sealOf("value", name, value);
    if (before?.value === value) return;
    this.statements.setValue.run(name, value, seal);
    this.#tally("value", ...(before ? [before.seal, seal] : [seal]));
  }

  writeHole(record: StreamRecord, hole: Hole): void {
    const key = rowKey(record.id, hole.toSeq);
    const hash = fromHex(hole.hash);
    const seal = sealOf("hole", key, hole.fromSeq, hash);
    this.statements.addHole.run(key, hole.fromSeq, hash, seal);
    this.#tally("hole", seal);
  }

  /** A row as another file has it, with the hash that it proved to have. */
  copyEvent(key: number, row: WholeRow, hash: HexDigest): void {
    const columns = row.slice(1, -1) as ColumnsOfEvent;
    this.statements.insertEvent.run(key, ...columns, fromHex(hash));
  }

  /** Whole; gives what the device's stream is to know of it. */
  copyCheckpoint(device: number, text: string): Seal {
    const checkpoint = wholeCheckpoint(device, text);
    writeCheckpoint(this.statements, checkpoint);
    return checkpoint.seal;
  }

  writeDeadLetter(key: number, code: string): void {
    const stored = this.statements.payloadAt.get(key);
    if (stored) this.copyDeadLetter(key, code, fromHex(digestOf(stored, seqOf(key))));
  }

  copyDeadLetter(key: number, code: string, digest: Uint8Array): void {
    const seal = sealOf("dead_letter", key, code, digest);
    if (this.statements.addDeadLetter.run(key, code, digest, seal).changes === 0) return;
    this.#tally("dead_letter", seal);
    const count = this.statements.deadLetterCount.get()?.count ?? 0;
    const dropped = count > DEAD_LETTERS_MAX ? this.statements.dropDeadLetter.get() : undefined;
    if (dropped) this.#tally("dead_letter", dropped.seal);
  }

  /** A payload goes, its digest stays; nothing when it is gone already. */
  thinEvent(key: number): void {
    const stored = this.statements.payloadAt.get(key);
    if (stored) this.statements.thinEvent.run(fromHex(digestOf(stored, seqOf(key))), key);
  }

  /** Rows up to `upTo` go, and what was lost among them. The record follows when the transaction has ended. */
  deleteEvents(record: StreamRecord, upTo: number): void {
    const [after, last] = [rowKey(record.id, record.forgottenSeq), rowKey(record.id, upTo)];
    this.statements.deleteEvents.run(after, last);
    for (const { seal } of this.statements.dropHoles.all(after, last)) this.#tally("hole", seal);
  }

  /** What the memory keeps of holes after rows up to `upTo` are gone. */
  forgetHoles(id: number, upTo: number): void {
    const left = (this.#holes.get(id) ?? []).filter((hole) => hole.toSeq > upTo);
    this.#holes.set(id, left);
  }

  /** The hole that `seq` is in. */
  holeAt(id: number, seq: number): Hole | undefined {
    return this.#holes.get(id)?.find((hole) => hole.fromSeq <= seq && seq <= hole.toSeq);
  }

  /** The last sequence up to `seq` that is not inside a hole: its end, or the row before it. */
  outsideHole(id: number, seq: number): number {
    const hole = this.holeAt(id, seq);
    return hole && hole.toSeq > seq ? hole.fromSeq - 1 : seq;
  }

  holesOf(id: number): readonly Hole[] {
    return this.#holes.get(id) ?? [];
  }

  hashAt(record: StreamRecord, seq: number): HexDigest {
    if (seq === record.lastSeq) return record.head;
    if (seq === record.forgottenSeq) return record.forgottenHash;
    if (seq < record.forgottenSeq) throw new CodedError("journal.forgotten", `${seq} of ${record.forgottenSeq}`);
    if (seq > record.lastSeq) throw new CodedError("journal.badAck", `${seq} of ${record.lastSeq}`);
    const hole = this.holeAt(record.id, seq);
    if (hole) return hole.hash;
    const row = this.statements.hashAt.get(rowKey(record.id, seq));
    if (!row) throw new CodedError("journal.corrupt", `row ${seq} missing`);
    return toHex(row.hash);
  }

  #tally(table: TalliedTable, ...seals: readonly string[]): void {
    // From the file each time: only what is committed counts.
    const tally = parseTally(this.value(TALLY));
    tally[table] = seals.reduce(toggled, tally[table]);
    const text = tallyText(tally);
    this.statements.setValue.run(TALLY, text, sealOf("value", TALLY, text));
  }

  /** Two writers of one file would number the same rows. */
  #assertAlone(): void {
    const version = this.statements.dataVersion.get() ?? 0;
    if (version !== this.#dataVersion) throw new CodedError("journal.inUse", `${version}`);
  }
}
