/** Makes a new file of what verifies of an old one, and puts it in its place. The old one is set aside as it is. */
import Database from "better-sqlite3";
import { asideName, buildingPath, clearBuilding, pruneAside, takePlace } from "#agent/shell/store/journalAside.ts";
import { condensed, type DamageReport } from "#agent/shell/store/journalDamage.ts";
import { journalFailure } from "#agent/shell/store/journalFailure.ts";
import { JournalHandle } from "#agent/shell/store/journalHandle.ts";
import { prepareRowLooks, type RowLooks } from "#agent/shell/store/journalLooks.ts";
import { readFormat1, type Salvage, type SalvagedStream, salvageTables } from "#agent/shell/store/journalSalvage.ts";
import { FORMAT, formatOf, openJournalFile } from "#agent/shell/store/journalSchema.ts";
import type { Seal } from "#agent/shell/store/journalSeals.ts";
import { deviceIdOf, type Hole, laneOf, rowKey, seqOf } from "#agent/shell/store/journalStreams.ts";
import { type GoodRow, StreamWalk } from "#agent/shell/store/journalWalk.ts";
import { CHAIN, DAMAGE, EPOCH, isDamage } from "#agent/shell/store/journalWords.ts";
import type { HexDigest } from "#protocol/crypto.ts";
import { GENESIS } from "#protocol/events/event.ts";

/** Where nothing says how far a stream went, it goes on so far above what is left that no number comes twice. */
const LEAP_SEQS = 2 ** 20;
/** So many numbers without a row end a stream of which nobody knows the end. */
const MISSES_MAX = 10_000;

/** Nobody has the file open. Throws `journal.full` and the like, and leaves everything as it was; `journal.wrongVersion` for what is not ours. */
export function rebuildJournal(path: string, maxBytes: number): void {
  clearBuilding(path);
  const source = openSource(path);
  try {
    const target = openBuilding(path, maxBytes);
    try {
      carryOver(source, new JournalHandle(target, maxBytes), asideName(path));
    } finally {
      target.close();
    }
    source?.close();
    takePlace(path);
  } catch (cause) {
    source?.close();
    clearBuilding(path);
    throw journalFailure(cause, path);
  }
}

/** Null when it is no database at all. */
function openSource(path: string): Database.Database | null {
  const source = new Database(path, { fileMustExist: true });
  try {
    source.pragma("query_only = 1");
    formatOf(source);
    // One look at the file, not one for each row: that takes the locks a million times.
    source.exec("BEGIN");
    return source;
  } catch (error) {
    source.close();
    if (isDamage(error)) return null;
    throw error;
  }
}

/** It is nothing until it is whole: so it may be written without waiting for the disk. An older one set aside gives way to it. */
function openBuilding(path: string, maxBytes: number): Database.Database {
  pruneAside(path, 1);
  const target = openJournalFile(buildingPath(path), maxBytes);
  target.pragma("journal_mode = DELETE");
  target.pragma("journal_mode = OFF");
  target.pragma("synchronous = OFF");
  return target;
}

function carryOver(source: Database.Database | null, target: JournalHandle, setAside: string): void {
  const salvage = source && salvageOf(source);
  const whole = { device: null, lane: null, fromSeq: null, toSeq: null, kept: 0, next: null, setAside };
  const reports: DamageReport[] = [];
  target.durably("rebuild", () => {
    if (source && salvage) reports.push(...carryAll(source, target, salvage, whole));
    else reports.push({ ...whole, part: "file" });
    if (reports.length > 0) target.writeValue(DAMAGE, JSON.stringify(condensed(reports)));
  });
}

function carryAll(source: Database.Database, target: JournalHandle, salvage: Salvage, whole: Omit<DamageReport, "part">): DamageReport[] {
  const seals = writeTables(target, salvage);
  const reports: DamageReport[] = salvage.damaged.map((damaged) => ({ ...whole, ...damaged }));
  let { epoch } = salvage;
  for (const stream of salvage.streams) {
    const { id, device } = stream.record;
    const checkpoint = laneOf(id) === "legal" ? (seals.get(deviceIdOf(id)) ?? null) : null;
    const carried = carryStream(source, target, stream, checkpoint);
    epoch = Math.max(epoch, carried.epoch);
    const told = (part: DamageReport["part"]) => (hole: Hole | { fromSeq: number; toSeq: number; hash: HexDigest | null }) => {
      const { fromSeq, toSeq, hash: next } = hole;
      return { ...whole, part, device, lane: laneOf(id), fromSeq, toSeq, next, kept: carried.kept };
    };
    reports.push(...carried.lost.map(told("rows")), ...carried.mended.map(told("hash")));
  }
  target.writeValue(EPOCH, String(epoch));
  return reports;
}

function salvageOf(source: Database.Database): Salvage | null {
  try {
    return formatOf(source) === FORMAT ? salvageTables(source) : readFormat1(source);
  } catch (error) {
    if (isDamage(error)) return null;
    throw error;
  }
}

/** Gives the seals of the checkpoints, by device. */
function writeTables(target: JournalHandle, salvage: Salvage): ReadonlyMap<number, Seal> {
  target.writeValue(CHAIN, String(salvage.chain));
  target.chain = salvage.chain;
  for (const [id, code] of salvage.devices.entries()) target.writeDevice(id, code);
  for (const { name, value } of salvage.values) target.writeValue(name, value);
  for (const { key, code, digest } of salvage.deadLetters) target.copyDeadLetter(key, code, digest);
  return new Map([...salvage.checkpoints].map(([device, text]) => [device, target.copyCheckpoint(device, text)]));
}

/**
 * Row by row, by its number: so a damaged page costs its own rows and the one after them, which nothing vouches for any more. A stream
 * whose own row is lost begins with a hole, for nobody knows what was forgotten, and goes on beyond any number it may have had.
 */
function carryStream(
  source: Database.Database,
  target: JournalHandle,
  { record, isSound, holes }: SalvagedStream,
  checkpoint: Seal | null,
) {
  const { id, device } = record;
  const looks = prepareRowLooks(source);
  const kept = { rows: 0, epoch: 0, seq: record.forgottenSeq, hash: record.forgottenHash };
  const visit = ({ seq, row, hash }: GoodRow) => {
    target.copyEvent(rowKey(id, seq), row, hash);
    Object.assign(kept, { rows: kept.rows + 1, epoch: Math.max(kept.epoch, Number(row[1])), seq, hash });
  };
  const before = isSound ? record.forgottenSeq : firstSeq(looks, id) - 1;
  const start = { seq: before, hash: isSound ? record.forgottenHash : before === 0 ? GENESIS : null };
  const walk = new StreamWalk(looks, { id, device, lane: laneOf(id), chain: target.chain }, start, holes, visit);
  const upTo = isSound ? record.lastSeq : lastSeq(looks, id);
  for (let misses = 0; walk.at < upTo && (isSound || misses < MISSES_MAX); ) misses = walk.next() ? 0 : misses + 1;
  while (walk.hasNext()) walk.next();
  const endsAsSaid = isSound && walk.at <= record.lastSeq;
  walk.finish(endsAsSaid && (walk.isBroken || walk.at < record.lastSeq) ? record : null);
  const { at } = walk;
  const unknown = isSound
    ? []
    : [
        { fromSeq: 1, toSeq: before, hash: null },
        { fromSeq: at + 1, toSeq: at + LEAP_SEQS, hash: null },
      ];
  const lost = merged([...walk.damages, ...unknown], kept.hash);
  const all = merged([...holes, ...lost], kept.hash);
  const end = all.at(-1);
  const last = end && end.toSeq > kept.seq ? { seq: end.toSeq, hash: end.hash } : kept;
  const ackedSeq = Math.min(record.ackedSeq, last.seq);
  target.writeStream({ ...record, ackedSeq, lastSeq: last.seq, head: last.hash, verifiedSeq: last.seq, checkpoint });
  for (const hole of all) target.writeHole(record, hole);
  const mended = walk.damages
    .filter(({ fromSeq, toSeq }) => fromSeq > toSeq)
    .map(({ fromSeq, hash }) => ({ fromSeq, toSeq: fromSeq, hash }));
  return { lost, mended, kept: kept.rows, epoch: kept.epoch };
}

function firstSeq(looks: RowLooks, id: number): number {
  return seqOf(tolerant(() => looks.keyFrom.get(rowKey(id, 1), rowKey(id + 1, 0))) ?? 1);
}

function lastSeq(looks: RowLooks, id: number): number {
  return seqOf(tolerant(() => looks.lastKey.get(rowKey(id, 1), rowKey(id + 1, 0))) ?? 0);
}

function tolerant<T>(look: () => T | undefined): T | undefined {
  try {
    return look();
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}

/** Holes in order; where two meet they are one. What follows an open end goes on from `fallback`. */
function merged(parts: readonly { fromSeq: number; toSeq: number; hash: HexDigest | null }[], fallback: HexDigest): Hole[] {
  const holes: Hole[] = [];
  const inOrder = parts.filter(({ fromSeq, toSeq }) => fromSeq <= toSeq).toSorted((one, other) => one.fromSeq - other.fromSeq);
  for (const { fromSeq, toSeq, hash } of inOrder) {
    const before = holes.at(-1);
    if (before && before.toSeq + 1 >= fromSeq) Object.assign(before, toSeq >= before.toSeq ? { toSeq, hash: hash ?? before.hash } : {});
    else holes.push({ fromSeq, toSeq, hash: hash ?? fallback });
  }
  return holes;
}
