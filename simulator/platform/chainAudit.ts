/** The chain of a stream, computed again from what the store holds: whoever edits, removes or exchanges a row there is found. */
import type Database from "better-sqlite3";
import { type HexDigest, sha256Hex } from "#protocol/crypto.ts";
import { GENESIS, hashHeader } from "#protocol/events/event.ts";
import { KEYS_PER_STREAM, type StreamRow } from "#simulator/platform/eventStore.ts";

const MAX_FAULTS = 100;

/**
 * `edited`: the row, or the one before it, is not what the device sent: after that one it gives another hash than it is stored with. `break`: the
 * device itself sent it after something else. `fork`: the device sent two events under one number. `head`: the last row is not the one that was acknowledged.
 */
export interface ChainFault {
  readonly seq: number;
  readonly what: "edited" | "break" | "fork" | "head";
  readonly detail: string;
}

export interface ChainAudit {
  /** Up to the first fault or hole, from GENESIS or from the hash of the row before `from`; null: the first row has one. */
  readonly verified: { from: number; to: number; head: HexDigest } | null;
  /** In the order of their numbers; the first 100. */
  readonly faults: readonly ChainFault[];
}

interface Row {
  seq: number;
  epoch: number;
  kind: number;
  session: number | null;
  monoMs: number;
  earliestMs: number;
  latestMs: number | null;
  payload: string | null;
  hash: Buffer;
  digest: Buffer | null;
}

/** Rows `from` to `to`. A hole is no fault of the chain: what is missing is told elsewhere, and the row after it cannot be checked against it. */
export function auditChain(database: Database.Database, stream: StreamRow, from: number, to: number): ChainAudit {
  const base = stream.id * KEYS_PER_STREAM;
  const breaks = recordedBreaks(database, stream, from, to);
  const faults: ChainFault[] = [...breaks.faults];
  let [before]: (Row | undefined)[] = [...eachRow(database, base, from - 1, from - 1)];
  let verified = null as ChainAudit["verified"];
  let isWhole = true;
  for (const row of eachRow(database, base, from, to)) {
    const fault = faultOf(stream, row, before, breaks.prevs.get(row.seq));
    if (fault) faults.push(fault);
    const follows = row.seq === (verified?.to ?? from - 1) + 1 && !breaks.prevs.has(row.seq);
    isWhole = isWhole && follows && fault === undefined;
    if (isWhole) verified = { from, to: row.seq, head: row.hash.toString("hex") };
    before = row;
  }
  if (before && before.seq === stream.upTo && to >= stream.upTo && before.hash.toString("hex") !== stream.head)
    faults.push({ seq: before.seq, what: "head", detail: `acknowledged ${stream.head}` });
  return { verified, faults: faults.toSorted((left, right) => left.seq - right.seq).slice(0, MAX_FAULTS) };
}

/** A row after a hole has nothing to be checked against, but for its number 1. */
function faultOf(stream: StreamRow, row: Row, before: Row | undefined, brokenPrev: HexDigest | undefined): ChainFault | undefined {
  const adjacent = before?.seq === row.seq - 1 ? before.hash.toString("hex") : undefined;
  const prev = brokenPrev ?? (row.seq === 1 ? GENESIS : adjacent);
  const stored = row.hash.toString("hex");
  if (prev === undefined) return undefined;
  const computed = hashOf(stream, row, prev);
  return computed === stored ? undefined : { seq: row.seq, what: "edited", detail: `stored ${stored}, computed ${computed}` };
}

function hashOf({ device, lane, chain }: StreamRow, row: Row, prev: HexDigest): HexDigest {
  const { seq, epoch, kind, session, monoMs, earliestMs, latestMs, payload } = row;
  const digest = payload === null ? (row.digest?.toString("hex") ?? "") : sha256Hex(payload);
  return hashHeader({ device, lane, chain, epoch, seq, kind, session, time: { monoMs, earliestMs, latestMs }, digest, prev });
}

/** What the receiver put on record when it happened, and after which hash the device sent the rows at its breaks. */
function recordedBreaks(database: Database.Database, stream: StreamRow, from: number, to: number) {
  const rows = database
    .prepare<[number, number, number], { seq: number; code: string; expected: HexDigest; received: HexDigest }>(
      "SELECT seq, code, expected, received FROM chain_break WHERE stream = ? AND seq BETWEEN ? AND ? ORDER BY id",
    )
    .all(stream.id, from, to);
  const breaks = rows.filter(({ code }) => code === "event.chainBroken");
  const faults = rows.map(({ seq, code, expected, received }): ChainFault => {
    const what = code === "event.chainBroken" ? "break" : "fork";
    return { seq, what, detail: `held ${expected}, sent ${received}` };
  });
  return { faults, prevs: new Map(breaks.map(({ seq, received }) => [seq, received])) };
}

function eachRow(database: Database.Database, base: number, from: number, to: number): IterableIterator<Row> {
  return database
    .prepare<[number, number, number], Row>(
      `SELECT key - ? AS seq, epoch, kind, session, mono_ms AS monoMs, earliest_ms AS earliestMs, latest_ms AS latestMs, payload, hash, digest
       FROM event WHERE key BETWEEN ? AND ? ORDER BY key`,
    )
    .iterate(base, base + from, base + to);
}
