import { sha256Hex } from "#protocol/crypto.ts";
import type { BatchHead, BatchRow } from "#protocol/events/batch.ts";
import { canonicalJson } from "#protocol/events/canonical.ts";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import { GENESIS } from "#protocol/events/event.ts";
import type { EventName, PayloadOf } from "#protocol/events/payloads.ts";

export const DEVICE = "370983ZTEST00000001E";
export const LEGAL_HEAD: BatchHead = { device: DEVICE, lane: "legal", chain: 5, prev: GENESIS, reissue: false };
export const TELEMETRY_HEAD: BatchHead = { ...LEGAL_HEAD, lane: "telemetry" };

/** A journal's row, one minute after the row before it. */
export function row<N extends EventName>(seq: number, name: N, payload: PayloadOf<N>): BatchRow {
  const payloadText = canonicalJson(payload);
  const time = { monoMs: seq * 60_000 + 0.25, earliestMs: 1_795_219_200_000 + seq * 60_000, latestMs: null };
  return { seq, epoch: 5, kind: DICTIONARY[name].kind, session: 41, time, payloadText, digest: sha256Hex(payloadText) };
}

export const ARC: PayloadOf<"arc"> = {
  startMs: 61_000,
  endMs: 66_200,
  arcMs: 5_200,
  meanAmps: 118.4,
  meanVolts: 24.7,
  peakAmps: 171.5,
  strikes: 1,
  shorts: 3,
  shortMs: 45.5,
  chargeAmpereSeconds: 615.68,
  energyJoules: 15_207.3,
  ending: "off",
};

export function arcRows(count: number, firstSeq = 1): BatchRow[] {
  return Array.from({ length: count }, (_, index) => row(firstSeq + index, "arc", { ...ARC, shorts: index }));
}
