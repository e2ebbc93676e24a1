/** An acknowledgement of the journal of chain 9, as it should be. */
export function ackOf(upTo: number, more: object = {}): object {
  return { v: 1, lane: "legal", chain: 9, upTo, refused: [], ...more };
}

/** An acknowledgement of 400 events, to a journal of 2,500, that is certainly wrong. */
export function malformedAck(random: () => number): string {
  const pick = <T>(values: readonly T[]): T | undefined => values[Math.floor(random() * values.length)];
  const good = JSON.stringify(ackOf(400));
  const cut = 1 + Math.floor(random() * (good.length - 1));
  const wrong = pick([null, -1, 1.5, "400", [], {}, 1e300, Number.MAX_SAFE_INTEGER, true]);
  const members = [
    { upTo: wrong },
    { chain: wrong },
    { chain: 8 },
    { v: wrong },
    { lane: wrong },
    { refused: [{ seq: 401 + Math.floor(random() * 1000), code: "x" }] },
    { refused: [{ seq: 0, code: "x" }] },
    { refused: [{ seq: 3, code: "x".repeat(65) }] },
    { refused: Array(501).fill({ seq: 1, code: "x" }) },
    { upTo: 2_501 + Math.floor(random() * 1e9) },
    { watermark: {} },
    { [`more${cut}`]: wrong },
  ];
  const kinds = [
    () => good.slice(0, cut),
    () => `${good.slice(0, cut)}\u0000${good.slice(cut)}`,
    () => good + good.slice(0, cut),
    () => JSON.stringify(ackOf(400, pick(members))),
    () => JSON.stringify(ackOf(400, pick(members))),
    () => JSON.stringify(wrong ?? null),
    () => good + " ".repeat(64 * 1024),
    () => "[".repeat(cut * 100),
    () => Array.from({ length: cut }, () => String.fromCharCode(Math.floor(random() * 256))).join(""),
  ];
  return pick(kinds)?.() ?? "";
}
