import { describe, expect, it } from "vitest";
import { decodeBatch, encodeBatch } from "#protocol/events/batch.ts";
import { verifyChain } from "#protocol/events/chain.ts";
import { GENESIS } from "#protocol/events/event.ts";
import { arcRows, LEGAL_HEAD } from "#test/events/samples.ts";
import { inflate } from "#test/events/zlib.ts";

const send = (firstSeq: number, count: number, prev: string) =>
  decodeBatch(encodeBatch({ ...LEGAL_HEAD, prev }, arcRows(firstSeq + count - 1).slice(firstSeq - 1)), inflate);
const whole = verifyChain(send(1, 10, GENESIS));
const hashAt = (seq: number) => whole[seq - 1] ?? GENESIS;

describe("the chain", () => {
  it("is the same however it is cut into batches", () => {
    const parts = [send(1, 3, GENESIS), send(4, 1, hashAt(3)), send(5, 6, hashAt(4))];
    expect(parts.flatMap((part) => verifyChain(part))).toEqual(whole);
  });

  it("begins at 1 with GENESIS and nothing else", () => {
    expect(() => verifyChain(send(1, 2, hashAt(4)))).toThrow(expect.objectContaining({ code: "event.chainBroken" }));
  });

  it("shows by another hash that what came before was another", () => {
    expect(verifyChain(send(4, 2, hashAt(3)))).toEqual(whole.slice(3, 5));
    expect(verifyChain(send(4, 2, hashAt(2)))).not.toContain(hashAt(4));
  });

  it("has no holes and no repetitions", () => {
    const batch = send(4, 3, hashAt(3));
    const [first, second, third] = batch.events;
    if (!first || !second || !third) throw new Error("three events wanted");
    for (const events of [
      [first, third],
      [first, second, second],
      [second, first],
    ]) {
      expect(() => verifyChain({ ...batch, events })).toThrow(expect.objectContaining({ code: "event.chainBroken" }));
    }
  });

  it.each(["device", "chain", "lane"] as const)("depends on %s", (member) => {
    const other = { device: "370983ZTEST000000028", chain: 6, lane: "telemetry" as const };
    const batch = { ...send(1, 2, GENESIS), [member]: other[member] };
    expect(verifyChain(batch)[0]).not.toBe(whole[0]);
  });

  it.each(["epoch", "kind", "session", "monoMs", "earliestMs", "latestMs"] as const)("depends on each event's %s", (member) => {
    const batch = send(1, 1, GENESIS);
    const [judged] = batch.events;
    if (!judged) throw new Error("one event wanted");
    const altered = { ...judged, event: { ...judged.event, [member]: 77 } };
    expect(verifyChain({ ...batch, events: [altered] })[0]).not.toBe(whole[0]);
    expect(verifyChain({ ...batch, events: [{ ...judged, digest: GENESIS }] })[0]).not.toBe(whole[0]);
  });
});
