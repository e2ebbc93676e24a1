import type { JournalRow } from "#agent/ports.ts";
import type { EventRow } from "#agent/shell/store/journalStatements.ts";
import { seqOf, toHex } from "#agent/shell/store/journalStreams.ts";
import { unpackText } from "#agent/shell/store/journalText.ts";
import { type HexDigest, sha256Hex } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

/** A stored row as the port has it. */
export function journalRow(row: EventRow): JournalRow {
  const { key, epoch, kind, session, payload } = row;
  const time = { monoMs: row.mono_ms, earliestMs: row.earliest_ms, latestMs: row.latest_ms };
  return {
    ...{ seq: seqOf(key), epoch, kind, session, time, payloadText: payload === null ? null : unpackText(payload) },
    // Worked out when asked for: a batch needs a digest only in place of a payload, and no hashes.
    get digest() {
      return digestOf(row);
    },
    get hash() {
      return toHex(row.hash);
    },
  };
}

/** It is stored only where the payload was removed. */
export function digestOf(row: EventRow): HexDigest {
  if (row.payload !== null) return sha256Hex(unpackText(row.payload));
  if (row.digest !== null) return toHex(row.digest);
  throw new CodedError("journal.corrupt", `row ${seqOf(row.key)} has neither payload nor digest`);
}
