/** Where each stream of the journal stands. Kept in memory; found again at open by one row of its own. */
import type Database from "better-sqlite3";
import type { Stream } from "#agent/ports.ts";
import type { HoleRow } from "#agent/shell/store/journalLooks.ts";
import { type Seal, sealOf } from "#agent/shell/store/journalSeals.ts";
import type { StreamRow } from "#agent/shell/store/journalStatements.ts";
import type { HexDigest } from "#protocol/crypto.ts";
import { GENESIS, LANES, type Lane } from "#protocol/events/event.ts";

/** 2^13 streams of 2^40 events each fill a double's 53 bits. */
const SEQS_PER_STREAM = 2 ** 40;
export const DEVICES_MAX = 4096;

export interface StreamRecord {
  id: number;
  device: string;
  lastSeq: number;
  head: HexDigest;
  ackedSeq: number;
  /** Rows up to here are deleted; `forgottenHash` is the hash of the last of them. */
  forgottenSeq: number;
  forgottenHash: HexDigest;
  /** Rows up to here were read back and found whole since they were written. */
  verifiedSeq: number;
  /** Of the device's checkpoint, the change with what it is a change of; only its legal lane knows it. */
  checkpoint: Seal | null;
}

/** Rows that a damaged card took; the one after them goes on from `hash`. */
export interface Hole {
  fromSeq: number;
  toSeq: number;
  hash: HexDigest;
}

export function rowKey(streamId: number, seq: number): number {
  return streamId * SEQS_PER_STREAM + seq;
}

export function seqOf(key: number): number {
  return key % SEQS_PER_STREAM;
}

export function streamOf(key: number): number {
  return Math.floor(key / SEQS_PER_STREAM);
}

export function streamId(deviceId: number, lane: Stream["lane"]): number {
  return deviceId * LANES.length + LANES.indexOf(lane);
}

export function laneOf(id: number): Lane {
  return LANES[id % LANES.length] ?? "legal";
}

export function deviceIdOf(id: number): number {
  return Math.floor(id / LANES.length);
}

export function emptyStream(id: number, device: string): StreamRecord {
  const nothing = { lastSeq: 0, head: GENESIS, ackedSeq: 0, forgottenSeq: 0, forgottenHash: GENESIS, verifiedSeq: 0 };
  return { id, device, ...nothing, checkpoint: null };
}

export function streamSeal(row: Omit<StreamRow, "seal">): Seal {
  const { id, device, chain, acked_seq, forgotten_seq, forgotten_hash, last_seq, head, verified_seq, checkpoint } = row;
  return sealOf("stream", id, device, chain, acked_seq, forgotten_seq, forgotten_hash, last_seq, head, verified_seq, checkpoint);
}

/** As it is stored. */
export function streamRow(record: StreamRecord, chain: number): StreamRow {
  const row = {
    id: record.id,
    device: record.device,
    chain,
    acked_seq: record.ackedSeq,
    forgotten_seq: record.forgottenSeq,
    forgotten_hash: fromHex(record.forgottenHash),
    last_seq: record.lastSeq,
    head: fromHex(record.head),
    verified_seq: record.verifiedSeq,
    checkpoint: record.checkpoint,
  };
  return { ...row, seal: streamSeal(row) };
}

export function streamRecord(row: StreamRow): StreamRecord {
  return {
    id: row.id,
    device: row.device,
    lastSeq: row.last_seq,
    head: toHex(row.head),
    ackedSeq: row.acked_seq,
    forgottenSeq: row.forgotten_seq,
    forgottenHash: toHex(row.forgotten_hash),
    verifiedSeq: row.verified_seq,
    checkpoint: row.checkpoint,
  };
}

/** Device codes and their numbers, from 0 in the order of their first event. */
export function loadDevices(database: Database.Database): Map<string, number> {
  const rows = database.prepare<[], { id: number; code: string }>("SELECT id, code FROM device").all();
  return new Map(rows.map((row) => [row.code, row.id]));
}

/** One row for each stream, however long the journal is. */
export function loadStreams(rows: readonly StreamRow[]): Map<number, StreamRecord> {
  return new Map(rows.map((row) => [row.id, streamRecord(row)]));
}

export function loadHoles(rows: Iterable<HoleRow>): Map<number, Hole[]> {
  const holes = new Map<number, Hole[]>();
  for (const { key, from_seq, hash } of rows) {
    const ofStream = holes.get(streamOf(key)) ?? [];
    ofStream.push({ fromSeq: from_seq, toSeq: seqOf(key), hash: toHex(hash) });
    holes.set(streamOf(key), ofStream);
  }
  return holes;
}

export function toHex(bytes: Uint8Array): HexDigest {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

export function fromHex(digest: HexDigest): Buffer {
  return Buffer.from(digest, "hex");
}
