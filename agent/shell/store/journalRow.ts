import type { JournalRow } from "#agent/ports.ts";
import type { EventRow, StoredPayload } from "#agent/shell/store/journalStatements.ts";
import { seqOf, toHex } from "#agent/shell/store/journalStreams.ts";
import { unpackText } from "#agent/shell/store/journalText.ts";
import { type HexDigest, sha256Hex } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { EventTime } from "#protocol/events/event.ts";

/**
 * A stored row as the port has it. Digest and hash are worked out or fetched when asked for: a batch needs a digest only in place of a
 * payload, and no hashes.
 */
export class StoredRow implements JournalRow {
  readonly seq: number;
  readonly epoch: number;
  readonly kind: number;
  readonly session: number | null;
  readonly time: EventTime;
  readonly payloadText: string | null;
  readonly #digest: Uint8Array | null;
  readonly #hashAt: (seq: number) => HexDigest;

  constructor(row: EventRow, hashAt: (seq: number) => HexDigest) {
    const [key, epoch, kind, session, monoMs, earliestMs, latestMs, payload, digest] = row;
    this.seq = seqOf(key);
    this.epoch = epoch;
    this.kind = kind;
    this.session = session;
    this.time = { monoMs, earliestMs, latestMs };
    this.payloadText = payload === null ? null : unpackText(payload);
    this.#digest = digest;
    this.#hashAt = hashAt;
  }

  get digest(): HexDigest {
    return this.payloadText === null ? storedDigest(this.#digest, this.seq) : sha256Hex(this.payloadText);
  }

  get hash(): HexDigest {
    return this.#hashAt(this.seq);
  }
}

export function digestOf({ payload, digest }: StoredPayload, seq: number): HexDigest {
  return payload === null ? storedDigest(digest, seq) : sha256Hex(unpackText(payload));
}

/** A row that the platform would not take. The row itself stays until it is forgotten. */
export interface DeadLetter {
  seq: number;
  code: string;
  digest: HexDigest;
}

/** It is stored only where the payload was removed. */
function storedDigest(digest: Uint8Array | null, seq: number): HexDigest {
  if (digest === null) throw new CodedError("journal.corrupt", `row ${seq} has neither payload nor digest`);
  return toHex(digest);
}
