import type { HexDigest } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { DecodedBatch } from "#protocol/events/batch.ts";
import { GENESIS, hashHeader } from "#protocol/events/event.ts";
import type { JudgedEvent } from "#protocol/events/verdict.ts";

/**
 * Hashes of a batch's events, in order. Throws `event.chainBroken` when they are not numbered one after another, or when a chain begins
 * with anything but GENESIS. Whether the batch continues what the receiver holds is told by its `prev` and these hashes.
 */
export function verifyChain(batch: DecodedBatch): HexDigest[] {
  const firstSeq = batch.events[0]?.event.seq ?? 1;
  if (firstSeq === 1 && batch.prev !== GENESIS) throw new CodedError("event.chainBroken", "seq 1 does not follow GENESIS");
  let prev = batch.prev;
  return batch.events.map((judged, index) => {
    if (judged.event.seq !== firstSeq + index) throw new CodedError("event.chainBroken", `seq ${judged.event.seq} out of order`);
    prev = hashEvent(batch, judged, prev);
    return prev;
  });
}

function hashEvent(batch: DecodedBatch, judged: JudgedEvent, prev: HexDigest): HexDigest {
  const { device, lane, chain } = batch;
  const { epoch, seq, kind, session, monoMs, earliestMs, latestMs } = judged.event;
  const time = { monoMs, earliestMs, latestMs };
  return hashHeader({ device, lane, chain, epoch, seq, kind, session, time, digest: judged.digest, prev });
}
