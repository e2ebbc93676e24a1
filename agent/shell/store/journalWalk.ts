/** Walks the rows of one stream and holds each against the chain: what follows from what is known, and what does not. */
import type { RowLooks, WholeRow } from "#agent/shell/store/journalLooks.ts";
import { type Hole, rowKey, seqOf, toHex } from "#agent/shell/store/journalStreams.ts";
import { unpackText } from "#agent/shell/store/journalText.ts";
import { isDamage } from "#agent/shell/store/journalWords.ts";
import { type HexDigest, sha256Hex } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { hashHeader, type Lane } from "#protocol/events/event.ts";

/** What a row's hash is worked out of beside the row itself. */
export interface WalkedStream {
  id: number;
  device: string;
  lane: Lane;
  chain: number;
}

/** A row that follows from the one before it. */
export interface GoodRow {
  seq: number;
  row: WholeRow;
  hash: HexDigest;
}

/** Rows that do not hold. `hash` is what the row after them goes on from, where one does. */
export interface Damage {
  fromSeq: number;
  toSeq: number;
  hash: HexDigest | null;
  detail: string;
}

/** Where the chain is known to stand: after `seq`. An unknown hash lets the first row only vouch for the next. */
export interface WalkStart {
  seq: number;
  hash: HexDigest | null;
}

const HASH_BYTES = 32;

export class StreamWalk {
  readonly #stream: WalkedStream;
  readonly #holes: readonly Hole[];
  readonly #looks: RowLooks;
  readonly #visit: (row: GoodRow) => void;
  readonly damages: Damage[] = [];
  /** Last sequence looked at. */
  at: number;
  /** Hashes that the row at `at` may have: one while the chain holds. */
  #candidates: HexDigest[];
  #badFrom: number | null = null;
  #detail = "";
  /** The last bad row, in case only its stored hash is wrong. */
  #suspect: { good: GoodRow } | null = null;

  constructor(
    looks: RowLooks,
    stream: WalkedStream,
    start: WalkStart,
    holes: readonly Hole[],
    visit: (row: GoodRow) => void = () => undefined,
  ) {
    this.#stream = stream;
    this.#holes = holes;
    this.#visit = visit;
    this.at = start.seq;
    this.#candidates = start.hash === null ? [] : [start.hash];
    if (start.hash === null) this.#badFrom = start.seq + 1;
    this.#looks = looks;
  }

  /** Looks at no more than `limit` rows; false when there are no more. */
  step(limit: number): boolean {
    const { id } = this.#stream;
    const rows = this.#looks.rows.all(rowKey(id, this.at), rowKey(id + 1, 0), limit);
    for (const row of rows) this.#look(row);
    return rows.length === limit;
  }

  /** Looks at the next number alone, whatever the pages beside it are like: a row, a known hole, or nothing where a row ought to be. Was there one? */
  next(): boolean {
    const row = this.#peek();
    const hole = this.#holes.find(({ fromSeq, toSeq }) => fromSeq <= this.at + 1 && this.at < toSeq);
    if (row) this.#look(row);
    else this.#passTo(hole ? hole.toSeq + 1 : this.at + 2);
    return row !== undefined;
  }

  hasNext(): boolean {
    return this.#peek() !== undefined;
  }

  /** The last row looked at does not hold. */
  get isBroken(): boolean {
    return this.#badFrom !== null;
  }

  /** The walk is at its end, which is known to be `lastSeq` with `head`, or is wherever the rows end. */
  finish(end: { lastSeq: number; head: HexDigest } | null): void {
    if (end && end.lastSeq > this.at) this.#passTo(end.lastSeq + 1);
    if (this.#badFrom === null) {
      if (!end || (this.at === end.lastSeq && this.#candidates[0] === end.head)) return;
      const place = this.at > end.lastSeq ? end.lastSeq + 1 : this.at;
      this.#tell(place, place, null, "the end is not where it was");
      return;
    }
    const goesOn = end && this.at === end.lastSeq ? end.head : null;
    this.#endDamage(goesOn);
  }

  #peek(): WholeRow | undefined {
    const { id } = this.#stream;
    try {
      return this.#looks.rows.get(rowKey(id, this.at), rowKey(id, this.at + 2), 1);
    } catch (error) {
      if (isDamage(error)) return undefined;
      throw error;
    }
  }

  #look(row: WholeRow): void {
    const seq = seqOf(Number(row[0]));
    this.#passTo(seq);
    const content = contentOf(row);
    const hash = hashOf(row);
    const from = hash === null || content === null ? undefined : this.#candidates.find((prev) => this.#hashed(seq, content, prev) === hash);
    this.at = seq;
    if (hash !== null && from !== undefined) {
      if (this.#badFrom !== null) this.#endDamage(from, seq - 1);
      this.#candidates = [hash];
      this.#suspect = null;
      this.#visit({ seq, row, hash });
      return;
    }
    const [prev] = this.#candidates;
    const computed = content !== null && prev !== undefined && this.#badFrom === null ? this.#hashed(seq, content, prev) : null;
    this.#suspect = computed === null ? null : { good: { seq, row, hash: computed } };
    this.#begin(seq, content === null ? "not as it was written" : "does not follow from the row before it");
    this.#candidates = [hash, computed].filter((each) => each !== null);
  }

  /** What ought to lie before `seq`, and does not: in a known hole, or missing. */
  #passTo(seq: number): void {
    while (this.at + 1 < seq) {
      const hole = this.#holes.find(({ toSeq }) => toSeq > this.at && toSeq < seq);
      const upTo = hole ? hole.fromSeq - 1 : seq - 1;
      if (upTo > this.at) {
        this.#begin(this.at + 1, "missing");
        this.at = upTo;
        this.#candidates = [];
        this.#suspect = null;
      }
      if (!hole) return;
      if (this.#badFrom !== null) this.#endDamage(null);
      this.at = hole.toSeq;
      this.#candidates = [hole.hash];
    }
  }

  #begin(seq: number, detail: string): void {
    if (this.#badFrom !== null) return;
    this.#badFrom = seq;
    this.#detail = detail;
  }

  /** A row whose contents the next one vouches for is good after all: only its hash was damaged. */
  #endDamage(hash: HexDigest | null, toSeq = this.at): void {
    const fromSeq = this.#badFrom ?? toSeq;
    const repaired = this.#suspect && fromSeq === toSeq && this.#suspect.good.hash === hash ? this.#suspect.good : null;
    if (repaired) this.#visit(repaired);
    this.#tell(fromSeq, repaired ? fromSeq - 1 : toSeq, hash, repaired ? "its hash was changed" : this.#detail);
    this.#badFrom = null;
    this.#suspect = null;
  }

  #tell(fromSeq: number, toSeq: number, hash: HexDigest | null, detail: string): void {
    this.damages.push({ fromSeq, toSeq, hash, detail });
  }

  #hashed(seq: number, content: Content, prev: HexDigest): HexDigest {
    const { device, lane, chain } = this.#stream;
    if (content.isThinned && lane === "legal") return "";
    const { epoch, kind, session, time, digest } = content;
    return hashHeader({ device, lane, chain, epoch, seq, kind, session, time, digest, prev });
  }
}

interface Content {
  epoch: number;
  kind: number;
  session: number | null;
  time: { monoMs: number; earliestMs: number; latestMs: number | null };
  digest: HexDigest;
  isThinned: boolean;
}

/** Null where a column is not even of its type: a hash made of it would prove nothing. */
function contentOf(row: WholeRow): Content | null {
  const [, epoch, kind, session, monoMs, earliestMs, latestMs, payload, digest] = row;
  if (typeof epoch !== "number" || typeof kind !== "number" || typeof monoMs !== "number" || typeof earliestMs !== "number") return null;
  if (!isNumberOrNull(session) || !isNumberOrNull(latestMs)) return null;
  const payloadDigest = digestOfPayload(payload, digest);
  if (payloadDigest === null) return null;
  return { epoch, kind, session, time: { monoMs, earliestMs, latestMs }, digest: payloadDigest, isThinned: payload === null };
}

/** The digest is kept only where the payload is not. */
function digestOfPayload(payload: unknown, digest: unknown): HexDigest | null {
  if (payload === null) return isHash(digest) ? toHex(digest) : null;
  if (digest !== null || !(typeof payload === "string" || payload instanceof Uint8Array)) return null;
  try {
    return sha256Hex(unpackText(payload));
  } catch (error) {
    if (error instanceof CodedError) return null;
    throw error;
  }
}

function hashOf(row: WholeRow): HexDigest | null {
  const hash = row[9];
  return isHash(hash) ? toHex(hash) : null;
}

function isHash(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.length === HASH_BYTES;
}

function isNumberOrNull(value: unknown): value is number | null {
  return value === null || typeof value === "number";
}
