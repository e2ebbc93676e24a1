/** What is done by hand for speed says what the schema and the standard say. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "#protocol/events/canonical.ts";
import { WireEvent } from "#protocol/events/messages.ts";
import { isWireEvent } from "#protocol/events/wireShape.ts";

const SEED = 20_261_122;
const GOOD = {
  seq: 1,
  epoch: 5,
  kind: 2001,
  session: 41,
  monoMs: 60_000.25,
  earliestMs: 1_795_219_200_000,
  latestMs: null,
  payload: { arcMs: 5 },
};
const DIGEST = "ab".repeat(32);

const odd = fc.oneof(
  fc.constantFrom<unknown>(null, 0, -1, 0.5, 999, 1000, 5999, 6000, 1e14, 1e14 + 1, 2 ** 53, 1e300, "", "7", DIGEST, [], {}, true, [1]),
  fc.jsonValue(),
);
const member = fc.constantFrom(...Object.keys(GOOD), "digest", "more");
const change = fc.record({ member, value: odd, removed: fc.boolean() });
const parsed = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("an event's shape", () => {
  it.each([GOOD, { ...GOOD, latestMs: 7, session: null }, { ...GOOD, payload: null, digest: DIGEST }])("is known, %#", (event) => {
    expect([isWireEvent(event), WireEvent.safeParse(event).success]).toEqual([true, true]);
  });

  it("is judged as the schema judges it, whatever is changed in it", () => {
    const verdict = fc.property(fc.array(change, { minLength: 1, maxLength: 2 }), (changes) => {
      const changed: Record<string, unknown> = { ...GOOD };
      for (const { member: name, value, removed } of changes) {
        if (removed) delete changed[name];
        else changed[name] = value;
      }
      const event = parsed(changed);
      expect(isWireEvent(event)).toBe(WireEvent.safeParse(event).success);
    });
    fc.assert(verdict, { seed: SEED, numRuns: 5_000 });
  });

  it.each([null, 7, "event", [], [GOOD], undefined])("is not that of %j", (value) => {
    expect(isWireEvent(value)).toBe(false);
  });
});

describe("canonical text", () => {
  it("is the same whether the keys were in order or not, and reads back as what it was made of", () => {
    const same = fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(reversed(value))).toBe(text);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
      expect(JSON.parse(text)).toEqual(parsed(value));
    });
    fc.assert(same, { seed: SEED, numRuns: 2_000 });
  });

  it.each([
    [{ b: undefined, a: 1 }, '{"a":1}'],
    [{ a: [undefined, Number.NaN, -0] }, '{"a":[null,null,0]}'],
    [{ a: Number.POSITIVE_INFINITY, b: 1e21 }, '{"a":null,"b":1e+21}'],
    [{ a: "\ud800", b: "\u2028é" }, '{"a":"\\ud800","b":"\u2028é"}'],
    [{ "9": 1, "10": 2 }, '{"10":2,"9":1}'],
    [new Date(0), "{}"],
  ])("of %j", (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}
