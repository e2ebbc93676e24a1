import { describe, expect, test } from "vitest";
import { initialMeter, isArcing, meterWindows, startSession, totals } from "#agent/core/metering/meter.ts";
import type { MeterFact } from "#agent/core/metering/settings.ts";
import { meterAll, SETTINGS } from "#test/metering/arcsOf.ts";
import { ARC, HOLE, type Made, makeWindow, NO_LOAD, OPEN, SHORT, sequence } from "#test/metering/windows.ts";

function factsOf(type: MeterFact["type"], ...parts: [number, Made][]): MeterFact[] {
  return meterAll(sequence(...parts), SETTINGS).facts.filter((fact) => fact.type === type);
}

describe("stuck electrode", () => {
  test("the whole short is stuck time, told when it ends", () => {
    const end: Made = { ...SHORT, shortMs: 40 };
    expect(factsOf("stuckElectrode", [5, ARC], [15, SHORT], [1, end], [5, NO_LOAD])).toMatchObject([{ startMs: 500, endMs: 2040 }]);
    expect(meterAll(sequence([5, ARC], [15, SHORT], [1, end], [5, NO_LOAD]), SETTINGS).totals.stuckMs).toBe(1540);
  });

  test("a second is not yet stuck, and a new short is not the old one", () => {
    expect(factsOf("stuckElectrode", [5, ARC], [10, SHORT], [5, NO_LOAD])).toEqual([]);
    const again: Made = { ...SHORT, shortMs: 60, shorts: 1 };
    expect(factsOf("stuckElectrode", [6, SHORT], [1, again], [6, SHORT], [5, NO_LOAD])).toEqual([]);
  });

  test("a short that began at the end of a window goes on in the next", () => {
    const began: Made = { ...SHORT, shortMs: 60, shorts: 1 };
    expect(factsOf("stuckElectrode", [3, SHORT], [1, began], [10, SHORT], [5, NO_LOAD])).toMatchObject([{ startMs: 340, endMs: 1400 }]);
  });

  test("the session's end ends it", () => {
    expect(factsOf("stuckElectrode", [20, SHORT])).toMatchObject([{ startMs: 0, endMs: 2000 }]);
  });
});

describe("frozen reading", () => {
  const frozen: Made = { ...ARC, still: true };

  test("the whole stretch is withdrawn, and the arcs end and begin at its edges", () => {
    const { arcs, facts, totals: sums } = meterAll(sequence([20, ARC], [120, frozen], [20, ARC], [5, NO_LOAD]), SETTINGS);
    // The windows beside it hold several values: the freeze is taken to begin and end in their middle.
    expect(facts.filter((fact) => fact.type === "frozenReading")).toEqual([
      { type: "frozenReading", channel: "current", startMs: 1950, endMs: 14_050, withdrawnArcMs: 12_100 },
    ]);
    expect(arcs.map((arc) => [arc.startMs, arc.endMs, arc.ending])).toEqual([
      [0, 1950, "missing"],
      [14_050, 16_000, "off"],
    ]);
    expect(sums).toMatchObject({ arcs: 2, arcMs: 3900, shorts: 0 });
  });

  test.each([
    ["voltage", { voltageMeanVolts: 25, voltageRmsVolts: 25, voltagePeakVolts: 25 }],
    ["current", { currentMeanAmps: 120, currentRmsAmps: 120, currentPeakAmps: 120 }],
  ])("one channel is enough: %s", (channel, values) => {
    const windows = sequence([20, ARC], [110, ARC], [5, NO_LOAD]).map((window) =>
      window.seq >= 20 && window.seq < 130 ? { ...window, ...values } : window,
    );
    const { facts, arcs } = meterAll(windows, SETTINGS);
    expect(facts.filter((fact) => fact.type === "frozenReading")).toMatchObject([{ channel, endMs: 13_000 }]);
    expect(arcs).toHaveLength(1);
  });

  test("9.8 s are not enough, nor is standing still without load, nor across a hole", () => {
    expect(factsOf("frozenReading", [5, ARC], [98, frozen], [5, ARC])).toEqual([]);
    expect(factsOf("frozenReading", [500, { ...NO_LOAD, still: true }])).toEqual([]);
    expect(factsOf("frozenReading", [70, frozen], [1, HOLE], [70, frozen], [5, NO_LOAD])).toEqual([]);
  });

  test("the interlock still sees the arc, and what was held is metered when the reading moves", () => {
    const still = meterWindows(initialMeter(), sequence([5, ARC], [90, frozen]), SETTINGS);
    expect(isArcing(still.state)).toBe(true);
    const { arcs } = meterAll(sequence([5, ARC], [90, frozen], [5, NO_LOAD]), SETTINGS);
    expect(arcs.map((arc) => [arc.startMs, arc.endMs])).toEqual([[0, 9500]]);
  });

  test("the state stays small however long it stands still", () => {
    const { state } = meterWindows(initialMeter(), sequence([5, ARC], [5000, frozen]), SETTINGS);
    expect(JSON.stringify(state).length).toBeLessThan(5000);
    const held = meterWindows(initialMeter(), sequence([5, ARC], [98, frozen]), SETTINGS).state;
    expect(held.freeze.held.length).toBeLessThanOrEqual(105);
  });
});

describe("duty cycle", () => {
  const at = (amps: number): Made => ({ ...ARC, amps });

  test("above what the current allows it is told once, at the end of ten seconds", () => {
    // 400 A at 60 %: 566 A would be allowed 30 %, which 180 s of 600 reach.
    const facts = factsOf("dutyCycleExceeded", [2500, at(565.2)], [5, NO_LOAD]);
    expect(facts).toHaveLength(1);
    expect(facts[0]).toMatchObject({ atMs: 190_000 });
  });

  test("rated current may be had for the rated part; less current for longer", () => {
    expect(factsOf("dutyCycleExceeded", [3590, at(399)], [5, NO_LOAD])).toEqual([]);
    expect(factsOf("dutyCycleExceeded", [3800, at(399.6)], [5, NO_LOAD])).toHaveLength(1);
    expect(factsOf("dutyCycleExceeded", [9000, at(200)], [5, NO_LOAD])).toEqual([]);
  });

  test("it slides: the same work with pauses is allowed, and after a rest it is told anew", () => {
    const work: [number, Made][] = [
      [1500, at(565.2)],
      [4500, NO_LOAD],
    ];
    expect(factsOf("dutyCycleExceeded", ...work, ...work)).toEqual([]);
    const toomuch: [number, Made][] = [
      [2200, at(565.2)],
      [1, { ...NO_LOAD, run: 4095 }],
      [1, { ...NO_LOAD, run: 4095 }],
    ];
    expect(factsOf("dutyCycleExceeded", ...toomuch, ...toomuch)).toHaveLength(2);
  });
});

describe("the sensor's zero", () => {
  test("the zero is learned while open and taken off while closed", () => {
    const offset: Made = { closed: false, amps: 5, still: true };
    const { arcs } = meterAll(sequence([1, { ...offset, run: 4000 }], [10, { ...ARC, still: true }], [5, NO_LOAD]), SETTINGS);
    expect(arcs[0]?.meanAmps).toBeCloseTo(115, 5);
    const closed = meterAll(sequence([1, { ...offset, closed: true, run: 4000 }], [10, { ...ARC, still: true }], [5, NO_LOAD]), SETTINGS);
    expect(closed.arcs[0]?.meanAmps).toBe(120);
  });
});

describe("windows lost", () => {
  test("a gap in the numbers is told, and is a hole", () => {
    const windows = sequence([15, ARC], [5, NO_LOAD]).filter((window) => window.seq < 5 || window.seq >= 9);
    const { facts, arcs } = meterAll(windows, SETTINGS);
    expect(facts[1]).toEqual({ type: "windowsLost", fromSeq: 5, count: 4 });
    expect(arcs.map((arc) => [arc.startMs, arc.endMs, arc.ending])).toEqual([
      [0, 500, "missing"],
      [900, 1500, "off"],
    ]);
  });

  test("windows metered before are passed over, and so is the known part of a run", () => {
    const windows = sequence([10, ARC], [1, { ...NO_LOAD, run: 50 }]);
    const once = meterWindows(initialMeter(), windows, SETTINGS);
    expect(meterWindows(once.state, windows, SETTINGS)).toEqual({ state: once.state, facts: [] });
    const longer = meterWindows(once.state, [makeWindow(10, { ...NO_LOAD, run: 80 })], SETTINGS);
    expect(totals(longer.state).noLoadMs).toBe(8000);
  });
});

describe("sessions", () => {
  test("totals begin anew; an arc that is open belongs to the session in which it ends", () => {
    const [before, after] = [sequence([10, ARC], [5, NO_LOAD], [5, ARC]), sequence([10, ARC], [5, NO_LOAD], [8, ARC], [5, NO_LOAD])];
    const first = meterWindows(initialMeter(), before, SETTINGS);
    expect(totals(first.state)).toMatchObject({ arcs: 1, arcMs: 1000, noLoadMs: 500 });
    const second = meterWindows(startSession(first.state), after, SETTINGS);
    expect(totals(second.state)).toMatchObject({ arcs: 1, arcMs: 800 });
  });

  test("no-load time is closed, without current, with voltage", () => {
    const { totals: sums } = meterAll(sequence([10, OPEN], [20, NO_LOAD], [5, { volts: 0 }], [10, ARC], [7, NO_LOAD]), SETTINGS);
    expect(sums.noLoadMs).toBe(2700);
  });

  test("an idle run costs the same however long it is", () => {
    const idle = Array.from({ length: 5000 }, (_, i) => makeWindow(i * 4095, { ...NO_LOAD, run: 4095 }));
    const { state, facts } = meterWindows(initialMeter(), idle, SETTINGS);
    expect(facts).toEqual([]);
    expect(totals(state).noLoadMs).toBe(5000 * 409_500);
  });
});
