import { constants, deflateRawSync } from "node:zlib";
import type { Journal, JournalRow, Stream } from "#agent/ports.ts";
import { type BatchHead, encodeBatch } from "#protocol/events/batch.ts";

/** Before deflating, which never adds more than a few bytes: so every batch fits one message, whatever is in it. */
const TEXT_BYTES_MAX = 240 * 1024;
/** More than the members of an event beside its payload ever take. */
const EVENT_OVERHEAD_BYTES = 200;
/** Below this deflating saves nothing worth its time. */
const DEFLATE_FROM_BYTES = 512;

export interface EncodedBatch {
  payload: Uint8Array;
  /** Last sequence in it. */
  upTo: number;
}

/** The batch of a stream that begins after `afterSeq`; null when all from there to the stream's end was lost. Throws what the journal throws, and for rows that fit no message. */
export function readBatch(
  journal: Pick<Journal, "read" | "chain">,
  stream: Stream,
  { afterSeq, limit, reissue }: { afterSeq: number; limit: number; reissue: boolean },
): EncodedBatch | null {
  const { rows, ...from } = journal.read(stream, afterSeq, limit);
  if (rows.length === 0 && from.lost) return null;
  return encodeRows({ ...stream, chain: journal.chain, ...from, reissue }, rows);
}

/** As many of `rows` (at least one is given) as fit one message. The stored payload texts go out as they are. */
export function encodeRows(head: BatchHead, rows: readonly JournalRow[]): EncodedBatch {
  let textBytes = 0;
  let count = 0;
  for (const row of rows) {
    textBytes += EVENT_OVERHEAD_BYTES + Buffer.byteLength(row.payloadText ?? "");
    if (count > 0 && textBytes > TEXT_BYTES_MAX) break;
    count++;
  }
  const deflate = textBytes > DEFLATE_FROM_BYTES ? deflateFast : undefined;
  return { payload: encodeBatch(head, rows.slice(0, count), deflate), upTo: rows[count - 1]?.seq ?? 0 };
}

function deflateFast(bytes: Uint8Array): Uint8Array {
  return deflateRawSync(bytes, { level: constants.Z_BEST_SPEED });
}
