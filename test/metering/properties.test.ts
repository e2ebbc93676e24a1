import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { initialMeter, type MeterState, meterWindows } from "#agent/core/metering/meter.ts";
import type { MeterFact } from "#agent/core/metering/settings.ts";
import type { Window } from "#protocol/chip/window.ts";
import { SETTINGS } from "#test/metering/arcsOf.ts";
import { type Made, makeWindow, sequence } from "#test/metering/windows.ts";

/** fast-check prints it with the path to the counterexample. Another one may be tried by FC_SEED. */
const SEED = Number(process.env.FC_SEED ?? 20_260_101);

/** Stretches of all that a machine may show, of lengths on either side of every threshold. */
const stretch: fc.Arbitrary<[number, Made]> = fc
  .record({
    count: fc.oneof(fc.integer({ min: 1, max: 13 }), fc.integer({ min: 95, max: 115 })),
    kind: fc.constantFrom("arc", "short", "noLoad", "open", "leak", "hole", "transfer", "reversed", "phantom"),
    still: fc.boolean(),
    edgeMs: fc.integer({ min: 1, max: 100 }),
  })
  .map(({ count, kind, still, edgeMs }) => [count, { ...showing(kind, edgeMs), still }]);

function showing(kind: string, edgeMs: number): Made {
  switch (kind) {
    case "arc":
      return { volts: 25, amps: 130, arcMs: edgeMs, arcLastMs: edgeMs, strikes: edgeMs < 10 ? 1 : 0 };
    case "transfer":
      return { volts: 20, amps: 150, arcMs: edgeMs, arcFirstMs: 0, arcLastMs: 100, shortMs: 100 - edgeMs, shorts: 4 };
    case "short":
      return { volts: 3, amps: 180, shortMs: Math.max(50, edgeMs), shorts: edgeMs % 2 };
    case "open":
      return { closed: false, amps: 1 };
    case "leak":
      return { closed: false, amps: 40 };
    case "hole":
      return { invalid: true };
    case "reversed":
      return { volts: 25, amps: -90 };
    case "phantom":
      return { volts: 22, spreadVolts: 5 };
    default:
      return { volts: 68 };
  }
}

const story = fc
  .array(stretch, { minLength: 1, maxLength: 12 })
  .chain((parts) => fc.record({ windows: fc.constant(sequence(...parts)), lost: fc.nat(200), lostCount: fc.nat(8) }))
  .map(({ windows, lost, lostCount }) => windows.filter((window) => window.seq < lost || window.seq >= lost + lostCount));

function inPieces(windows: readonly Window[], sizes: readonly number[], between: (state: MeterState) => MeterState) {
  let state = initialMeter();
  const facts: MeterFact[] = [];
  let turn = 0;
  for (let at = 0; at < windows.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    const metered = meterWindows(state, windows.slice(at, at + size), SETTINGS);
    facts.push(...metered.facts);
    state = between(metered.state);
    at += size;
  }
  return { state, facts };
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 });

describe("whatever the windows show", () => {
  test("their partition into calls changes nothing", () => {
    fc.assert(
      fc.property(story, sizes, (windows, pieces) => {
        expect(inPieces(windows, pieces, (state) => state)).toEqual(meterWindows(initialMeter(), windows, SETTINGS));
      }),
      { numRuns: 150, seed: SEED },
    );
  });

  test("a kill at any point loses nothing: the state comes back out of JSON, and the last windows may come twice", () => {
    fc.assert(
      fc.property(story, sizes, (windows, pieces) => {
        const whole = meterWindows(initialMeter(), windows, SETTINGS);
        const killed = inPieces(windows, pieces, (state) => JSON.parse(JSON.stringify(state)) as MeterState);
        expect(killed).toEqual(whole);
        expect(meterWindows(killed.state, windows.slice(-20), SETTINGS)).toEqual({ state: whole.state, facts: [] });
      }),
      { numRuns: 150, seed: SEED },
    );
  });

  test("arcs are announced and ended in turn, and end before they are told", () => {
    fc.assert(
      fc.property(story, (windows) => {
        const { facts, state } = meterWindows(initialMeter(), windows, SETTINGS);
        let openAtMs: number | null = null;
        let lastEndMs = 0;
        for (const fact of facts) {
          if (fact.type === "arcStarted") {
            expect(openAtMs).toBeNull();
            expect(fact.atMs).toBeGreaterThanOrEqual(lastEndMs);
            openAtMs = fact.atMs;
          }
          if (fact.type !== "arcEnded") continue;
          expect(fact.arc.startMs).toBe(openAtMs);
          expect(fact.arc.endMs - fact.arc.startMs).toBeGreaterThanOrEqual(300);
          expect(fact.arc.arcMs).toBeLessThanOrEqual(fact.arc.endMs - fact.arc.startMs + 1e-6);
          expect(fact.arc.endMs).toBeLessThanOrEqual(state.clockMs);
          lastEndMs = fact.arc.endMs;
          openAtMs = null;
        }
      }),
      { numRuns: 200, seed: SEED },
    );
  });

  test("the state stays within its bounds", () => {
    fc.assert(
      fc.property(story, (windows) => {
        const { state } = meterWindows(initialMeter(), windows, SETTINGS);
        expect(state.freeze.held.length).toBeLessThanOrEqual(105);
        expect(state.duty.buckets.length).toBeLessThanOrEqual(61);
      }),
      { numRuns: 100, seed: SEED },
    );
  });

  test("an idle run cut in two gives the same facts as whole", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 4095 }), fc.integer({ min: 1, max: 4094 }), fc.boolean(), (run, cut, closed) => {
        const first = Math.min(cut, run - 1);
        const made: Made = closed ? { volts: 68, still: true } : { closed, amps: 2, still: true };
        const arc = sequence([20, { volts: 25, amps: 130, arcMs: 100 }]);
        const whole = [...arc, makeWindow(20, { ...made, run })];
        const halves = [...arc, makeWindow(20, { ...made, run: first }), makeWindow(20 + first, { ...made, run: run - first })];
        const one = meterWindows(initialMeter(), whole, SETTINGS);
        const two = meterWindows(initialMeter(), halves, SETTINGS);
        expect(two.facts).toEqual(one.facts);
        expect(two.state.zeroAmps).toBeCloseTo(one.state.zeroAmps, 9);
        expect({ ...two.state, zeroAmps: 0 }).toEqual({ ...one.state, zeroAmps: 0 });
      }),
      { numRuns: 100, seed: SEED },
    );
  });
});
