import { expect, test } from "vitest";
import { divide, fills } from "#agent/core/metering/shares.ts";
import { type Made, makeWindow } from "#test/metering/windows.ts";

/** A window with arc from 30 to 80 ms, of which 10 ms were none. */
const middle: Made = { arcMs: 40, arcFirstMs: 30, arcLastMs: 80 };

test.each<[string, Made, boolean, [headShort: number, headNeither: number, innerShort: number, tailShort: number, tailNeither: number]]>([
  ["no short", middle, false, [0, 30, 0, 0, 20]],
  ["the inside is filled first", { ...middle, shortMs: 8 }, false, [0, 30, 8, 0, 20]],
  ["then the tail", { ...middle, shortMs: 25 }, false, [0, 30, 10, 15, 5]],
  ["and what is over, the head", { ...middle, shortMs: 40 }, false, [10, 20, 10, 20, 0]],
  ["but first the head, when a short reaches in", { ...middle, shortMs: 25 }, true, [15, 15, 10, 0, 20]],
  ["and then the tail", { ...middle, shortMs: 50 }, true, [30, 0, 10, 10, 10]],
  ["all of it", { ...middle, shortMs: 60 }, false, [30, 0, 10, 20, 0]],
])("shorts in a window with arc: %s", (_, made, reachesIn, expected) => {
  const shares = divide(makeWindow(0, made), 100, reachesIn);
  expect([shares.headShortMs, shares.headNeitherMs, shares.innerShortMs, shares.tailShortMs, shares.tailNeitherMs]).toEqual(expected);
});

test("a place is filled to within the rounding of the wire", () => {
  expect(fills(99.5, 100, 100)).toBe(true);
  expect(fills(98, 100, 100)).toBe(false);
  expect(fills(0, 0, 100)).toBe(false);
});
