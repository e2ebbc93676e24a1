import { describe, expect, it } from "vitest";
import { raiseFloorByFile, startClock, syncClock, timeAt } from "#agent/core/clock/interval.ts";

describe.each(["list", "policy"] as const)("the issue time of a %s", (source) => {
  const BEHIND = startClock(1_000_000, 0);

  it("raises the floor of a clock that nothing bounds, and never lowers it", () => {
    const raised = raiseFloorByFile(BEHIND, 5_000_000, source, 10);
    expect(timeAt(raised, 10)).toEqual({ earliestMs: 5_000_000, latestMs: null });
    expect(raised.floorSource).toBe(source);
    expect(raiseFloorByFile(raised, 4_000_000, source, 20)).toBe(raised);
  });

  it("proves no more than the platform's own word allows, and leaves that bound where it is", () => {
    const synced = syncClock(BEHIND, 2_000_000, 50, 10);
    const { latestMs } = timeAt(synced, 1_010);
    const raised = raiseFloorByFile(synced, 9_000_000, source, 1_010);
    expect(timeAt(raised, 1_010)).toEqual({ earliestMs: latestMs, latestMs });
    expect(raiseFloorByFile(synced, 1_500_000, source, 10)).toBe(synced);
  });
});
