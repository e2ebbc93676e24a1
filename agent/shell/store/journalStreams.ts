/** Where each stream of the journal stands. Kept in memory; found again at open by one seek per stream. */
import type Database from "better-sqlite3";
import type { Stream } from "#agent/ports.ts";
import type { HexDigest } from "#protocol/crypto.ts";
import { GENESIS, LANES } from "#protocol/events/event.ts";

/** 2^13 streams of 2^40 events each fill a double's 53 bits. */
const SEQS_PER_STREAM = 2 ** 40;
export const DEVICES_MAX = 4096;

export interface StreamRecord {
  id: number;
  lastSeq: number;
  head: HexDigest;
  ackedSeq: number;
  /** Rows up to here are deleted; `forgottenHash` is the hash of the last of them. */
  forgottenSeq: number;
  forgottenHash: HexDigest;
}

export function rowKey(streamId: number, seq: number): number {
  return streamId * SEQS_PER_STREAM + seq;
}

export function seqOf(key: number): number {
  return key % SEQS_PER_STREAM;
}

export function streamId(deviceId: number, lane: Stream["lane"]): number {
  return deviceId * LANES.length + LANES.indexOf(lane);
}

export function emptyStream(id: number): StreamRecord {
  return { id, lastSeq: 0, head: GENESIS, ackedSeq: 0, forgottenSeq: 0, forgottenHash: GENESIS };
}

/** Device codes and their numbers, from 0 in the order of their first event. */
export function loadDevices(database: Database.Database): Map<string, number> {
  const rows = database.prepare<[], { id: number; code: string }>("SELECT id, code FROM device").all();
  return new Map(rows.map((row) => [row.code, row.id]));
}

interface StoredCursor {
  acked_seq: number;
  forgotten_seq: number;
  forgotten_hash: Uint8Array;
}

/** Reads at most two rows for each stream, however long the journal is. */
export function loadStreams(database: Database.Database, deviceIds: Iterable<number>): Map<number, StreamRecord> {
  const cursor = database.prepare<[number], StoredCursor>("SELECT acked_seq, forgotten_seq, forgotten_hash FROM stream WHERE id = ?");
  const last = database.prepare<[number, number], { key: number; hash: Uint8Array }>(
    "SELECT key, hash FROM event WHERE key > ? AND key < ? ORDER BY key DESC LIMIT 1",
  );
  const streams = new Map<number, StreamRecord>();
  for (const deviceId of deviceIds) {
    for (const lane of LANES) {
      const id = streamId(deviceId, lane);
      streams.set(id, standing(id, cursor.get(id), last.get(rowKey(id, 0), rowKey(id + 1, 0))));
    }
  }
  return streams;
}

function standing(id: number, cursor: StoredCursor | undefined, last: { key: number; hash: Uint8Array } | undefined): StreamRecord {
  const stream = emptyStream(id);
  if (cursor) {
    stream.forgottenSeq = cursor.forgotten_seq;
    stream.forgottenHash = toHex(cursor.forgotten_hash);
    stream.lastSeq = stream.forgottenSeq;
    stream.head = stream.forgottenHash;
    stream.ackedSeq = cursor.acked_seq;
  }
  if (last) {
    stream.lastSeq = seqOf(last.key);
    stream.head = toHex(last.hash);
  }
  return stream;
}

export function toHex(bytes: Uint8Array): HexDigest {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

export function fromHex(digest: HexDigest): Buffer {
  return Buffer.from(digest, "hex");
}
