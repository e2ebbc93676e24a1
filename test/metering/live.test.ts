import { describe, expect, test } from "vitest";
import {
  beads,
  flush,
  initialMeter,
  isArcing,
  isCurrentPresent,
  lastArcOffMs,
  lostArcs,
  meterWindows,
  windowClockMs,
} from "#agent/core/metering/meter.ts";
import { SETTINGS } from "#test/metering/arcsOf.ts";
import { ARC, type Made, NO_LOAD, SHORT, sequence } from "#test/metering/windows.ts";

describe("while it goes on", () => {
  const feed = (...parts: [number, Made][]) => meterWindows(initialMeter(), sequence(...parts), SETTINGS);

  test("an arc is known as such from its first window, and over 0.3 s after its last", () => {
    expect(isArcing(feed([3, NO_LOAD]).state)).toBe(false);
    expect(isArcing(feed([3, NO_LOAD], [1, ARC]).state)).toBe(true);
    expect(isArcing(feed([3, NO_LOAD], [1, ARC], [2, NO_LOAD]).state)).toBe(true);
    const off = feed([3, NO_LOAD], [1, ARC], [3, NO_LOAD]).state;
    expect(isArcing(off)).toBe(false);
    expect(lastArcOffMs(off)).toBe(400);
    expect(windowClockMs(off)).toBe(700);
  });

  test("a stuck electrode is no arc after a second", () => {
    expect(isArcing(feed([5, ARC], [10, SHORT]).state)).toBe(true);
    const stuck = feed([5, ARC], [11, SHORT]).state;
    expect(isArcing(stuck)).toBe(false);
    expect(isCurrentPresent(stuck)).toBe(true);
  });

  test("an arc's end is told with the window that makes it certain", () => {
    expect(feed([5, ARC], [2, NO_LOAD]).facts.some((fact) => fact.type === "arcEnded")).toBe(false);
    expect(feed([5, ARC], [3, NO_LOAD]).facts.some((fact) => fact.type === "arcEnded")).toBe(true);
  });

  test("an arc of under a second that is struck again is lost, and makes no bead", () => {
    const { state } = feed([6, ARC], [8, NO_LOAD], [20, ARC], [9, NO_LOAD], [7, ARC], [40, NO_LOAD], [20, ARC], [5, NO_LOAD]);
    const ended = flush(state, SETTINGS).state;
    expect(ended.totals.arcs).toBe(4);
    expect(lostArcs(ended)).toBe(1);
    expect(beads(ended)).toBe(3);
  });
});
