import { describe, expect, it } from "vitest";
import { raiseFloor, startClock, syncClock, timeAt } from "#agent/core/clock/interval.ts";

describe("time as an interval", () => {
  it("has no upper bound until the platform has spoken, and its floor only rises", () => {
    const started = startClock(1_000_000, 0);
    expect(timeAt(started, 10_000)).toEqual({ earliestMs: 1_009_999, latestMs: null });
    expect(raiseFloor(started, 900_000, "list", 10)).toBe(started);
    expect(timeAt(raiseFloor(started, 5_000_000, "list", 10), 10).earliestMs).toBe(5_000_000);
  });

  it("widens by the crystal's drift after a synchronisation", () => {
    const synced = syncClock(startClock(0, 0), 10_000_000, 50, 1_000);
    expect(timeAt(synced, 1_000)).toEqual({ earliestMs: 9_999_950, latestMs: 10_000_050 });
    expect(timeAt(synced, 1_000_1000)).toEqual({ earliestMs: 19_998_950, latestMs: 20_001_050 });
  });
});
