import { describe, expect, test } from "vitest";
import { meterAll, SETTINGS } from "#test/metering/arcsOf.ts";
import { type Made, makeWindow, NO_LOAD } from "#test/metering/windows.ts";

describe("slow meters, one reading a second", () => {
  const settings = { ...SETTINGS, windowMs: 1000 };
  const read = (seq: number, made: Made) => {
    const window = makeWindow(seq, { ...made, spreadVolts: 0 }, 1000);
    return { ...window, currentPeakAmps: window.currentMeanAmps };
  };
  const reading: Made = { volts: 26, amps: 140, arcMs: 1000 };

  test("a reading without arc ends it, and what lay between readings is not known", () => {
    const windows = [NO_LOAD, reading, reading, reading, NO_LOAD, reading, NO_LOAD].map((made, seq) => read(seq, made));
    const { arcs, totals } = meterAll(windows, settings);
    expect(arcs.map((arc) => [arc.startMs, arc.endMs, arc.ending])).toEqual([
      [1000, 4000, "off"],
      [5000, 6000, "off"],
    ]);
    expect(totals).toMatchObject({ arcMs: 4000, noLoadMs: 3000 });
  });

  test("two readings of a short are a stuck electrode, one is not", () => {
    const short: Made = { volts: 2, amps: 200, shortMs: 1000 };
    const one = [reading, short, reading, NO_LOAD].map((made, seq) => read(seq, made));
    expect(meterAll(one, settings).arcs).toHaveLength(1);
    const two = [reading, short, short, reading, NO_LOAD].map((made, seq) => read(seq, made));
    expect(meterAll(two, settings).arcs.map((arc) => arc.ending)).toEqual(["stuck", "off"]);
    expect(meterAll(two, settings).totals.stuckMs).toBe(2000);
  });

  test("ten like readings are a freeze; a meter that answers whole amperes must not be judged by nine", () => {
    const still: Made = { ...reading, still: true };
    const readings = (count: number) =>
      [...Array.from({ length: count }, () => still), reading, NO_LOAD].map((made, seq) => read(seq, made));
    expect(meterAll(readings(9), settings).facts.some((fact) => fact.type === "frozenReading")).toBe(false);
    expect(meterAll(readings(10), settings).facts).toContainEqual(
      expect.objectContaining({ type: "frozenReading", startMs: 0, endMs: 10_000 }),
    );
  });
});
