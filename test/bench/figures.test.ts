import { describe, expect, it } from "vitest";
import { benchResult, table } from "#scripts/bench/base/figures.ts";
import { median, percentile } from "#scripts/bench/base/statistics.ts";

describe("figures", () => {
  it("gives ours over the floor for what both have, and nothing for a floor of zero", () => {
    const result = benchResult("x", { aMs: 3, bMb: 1, cMb: 5 }, { aMs: 2, cMb: 0 }, { budget: 0.123456 });
    expect(result.ratio).toEqual({ aMs: 1.5, budget: 0.1235 });
  });

  it("prints every figure once, with a dash where a side has none", () => {
    const lines = table(benchResult("x", { aMs: 3, bMb: 1 }, { aMs: 2 })).split("\n");
    expect(lines.map((line) => line.split(/ +/))).toEqual([
      ["x", "ours", "floor", "ratio"],
      ["aMs", "3", "2", "1.5"],
      ["bMb", "1", "–", "–"],
    ]);
  });
});

describe("statistics", () => {
  it("takes percentiles by nearest rank", () => {
    const values = [5, 1, 4, 2, 3];
    expect([percentile(values, 0), median(values), percentile(values, 0.99)]).toEqual([1, 3, 5]);
    expect(median([2, 1])).toBe(1);
  });

  it("has no result where nothing was measured", () => {
    expect(() => median([])).toThrow(RangeError);
  });
});
