import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { BATCH_EVENTS_MAX, decodeBatch, encodeBatch, INFLATED_BYTES_MAX, PUBLISHED_BYTES_MAX } from "#protocol/events/batch.ts";
import { canonicalJson } from "#protocol/events/canonical.ts";
import { ARC, arcRows, LEGAL_HEAD, row, TELEMETRY_HEAD } from "#test/events/samples.ts";
import { deflate, inflate } from "#test/events/zlib.ts";

const refusal = (code: string) => expect.objectContaining({ code });
const withMarker = (bytes: Uint8Array) => Uint8Array.from([1, ...bytes]);

describe("a batch", () => {
  it.each([
    ["plain", undefined],
    ["deflated", deflate],
  ])("comes back as it was sent, %s", (_, deflater) => {
    const rows = arcRows(100);
    const decoded = decodeBatch(encodeBatch(LEGAL_HEAD, rows, deflater), inflate);
    expect(decoded).toMatchObject(LEGAL_HEAD);
    expect(decoded.events.map(({ payloadText, digest }) => ({ payloadText, digest }))).toEqual(
      rows.map(({ payloadText, digest }) => ({ payloadText, digest })),
    );
    expect(decoded.events.every(({ verdict }) => verdict.ok && verdict.name === "arc")).toBe(true);
    expect(decoded.events[99]?.event).toEqual({
      seq: 100,
      epoch: 5,
      kind: 2001,
      session: 41,
      ...rows[99]?.time,
      payload: { ...ARC, shorts: 99 },
    });
  });

  it("says by its first byte whether it is deflated, and deflating saves three quarters", () => {
    const plain = encodeBatch(LEGAL_HEAD, arcRows(100));
    const deflated = encodeBatch(LEGAL_HEAD, arcRows(100), deflate);
    expect([plain[0], deflated[0]]).toEqual([0x7b, 0x01]);
    expect(deflated.length).toBeLessThan(plain.length / 4);
  });

  it("carries thinned telemetry by its digest", () => {
    const thinned = { ...row(1, "stuckElectrode", { startMs: 1, endMs: 2, meanAmps: 90 }), payloadText: null };
    const [judged] = decodeBatch(encodeBatch(TELEMETRY_HEAD, [thinned]), inflate).events;
    expect(judged).toMatchObject({ payloadText: null, digest: thinned.digest, verdict: { ok: true, name: "stuckElectrode" } });
  });

  it("is judged event by event: a poison event stalls nothing", () => {
    const poison = { ...row(2, "arc", ARC), payloadText: '{"startMs":"soon"}' };
    const decoded = decodeBatch(encodeBatch(LEGAL_HEAD, [row(1, "arc", ARC), poison, row(3, "arc", ARC)]), inflate);
    expect(decoded.events.map(({ verdict }) => (verdict.ok ? "ok" : verdict.code))).toEqual(["ok", "event.badPayload", "ok"]);
  });
});

describe("bounds come before parsing", () => {
  it("refuses more published bytes than allowed without looking inside", () => {
    const inflateNothing = () => {
      throw new Error("must not be asked");
    };
    const payload = new Uint8Array(PUBLISHED_BYTES_MAX + 1).fill(1);
    expect(() => decodeBatch(payload, inflateNothing)).toThrow(refusal("event.tooLarge"));
  });

  it("stops inflating a bomb", () => {
    const bomb = withMarker(deflateRawSync(Buffer.alloc(INFLATED_BYTES_MAX * 4, " ")));
    expect(bomb.length).toBeLessThan(PUBLISHED_BYTES_MAX);
    expect(() => decodeBatch(bomb, inflate)).toThrow(refusal("event.badDeflate"));
  });

  it("survives nesting as deep as a batch can hold", () => {
    const depth = 1_000_000;
    const nested = `{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    const bytes = encodeBatch(LEGAL_HEAD, [{ ...row(1, "arc", ARC), payloadText: nested }], deflate);
    expect(() => decodeBatch(bytes, inflate)).toThrow(refusal("event.badShape"));
  });

  it("does not encode what no receiver would take", () => {
    expect(() => encodeBatch(LEGAL_HEAD, arcRows(BATCH_EVENTS_MAX + 1))).toThrow(refusal("event.tooLarge"));
    const long = { ...row(1, "arc", ARC), payloadText: canonicalJson({ note: "x".repeat(PUBLISHED_BYTES_MAX) }) };
    expect(() => encodeBatch(LEGAL_HEAD, [long])).toThrow(refusal("event.tooLarge"));
    const longer = { ...long, payloadText: canonicalJson({ note: "x".repeat(INFLATED_BYTES_MAX) }) };
    expect(() => encodeBatch(LEGAL_HEAD, [longer], deflate)).toThrow(refusal("event.tooLarge"));
  });
});

describe("canonical JSON", () => {
  it.each([
    [{ b: 1, a: [true, null, "é\n"], 10: 1, 9: 2 }, '{"10":1,"9":2,"a":[true,null,"é\\n"],"b":1}'],
    [{ present: 0, absent: undefined }, '{"present":0}'],
    [[-0, 1e21, 1e-7, 0.1 + 0.2, undefined], "[0,1e+21,1e-7,0.30000000000000004,null]"],
    [Number.NaN, "null"],
  ])("%j", (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });
});
