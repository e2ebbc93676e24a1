import { describe, expect, it } from "vitest";
import { ForeignWindows } from "#agent/shell/serial/foreignWindows.ts";

const ARC = { voltageVolts: 24, currentAmps: 120 };
const SHORT = { voltageVolts: 3, currentAmps: 180 };
const NOTHING = { voltageVolts: 70, currentAmps: 0 };

function windowsOf(readings: readonly [atMs: number, reading: typeof ARC | null][]): ForeignWindows {
  const windows = new ForeignWindows(0, 15);
  for (const [atMs, reading] of readings) windows.add(atMs, true, reading);
  return windows;
}

describe("windows of a slow meter", () => {
  it("bear readings that come early or late", () => {
    const windows = windowsOf([
      [990, ARC],
      [2_040, ARC],
      [2_960, ARC],
      [4_300, ARC],
    ]).read(0, 0);
    expect(windows.map(({ seq, invalid }) => [seq, invalid])).toEqual([
      [0, false],
      [1, false],
      [2, false],
      [3, false],
    ]);
  });

  it("count strikes, shorts and arc by single readings", () => {
    const windows = windowsOf([
      [1_000, NOTHING],
      [2_000, SHORT],
      [3_000, SHORT],
      [4_000, ARC],
      [5_000, NOTHING],
    ]).read(0, 0);
    expect(windows.map(({ arcMs, shortMs, shorts, strikes }) => [arcMs, shortMs, shorts, strikes])).toEqual([
      [0, 0, 0, 0],
      [0, 1_000, 1, 1],
      [0, 1_000, 0, 0],
      [1_000, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
  });

  it("let a reading stand for three windows, and call longer pauses unseen", () => {
    expect(
      windowsOf([
        [1_000, ARC],
        [4_000, ARC],
      ])
        .read(0, 0)
        .map((window) => window.invalid),
    ).toEqual([false, false, false, false]);
    expect(
      windowsOf([
        [1_000, ARC],
        [9_000, ARC],
      ])
        .read(0, 0)
        .map(({ seq, run, invalid }) => [seq, run, invalid]),
    ).toEqual([
      [0, 1, false],
      [1, 7, true],
      [8, 1, false],
    ]);
  });

  it("are invalid while the meter is silent", () => {
    const windows = windowsOf([
      [1_000, ARC],
      [2_000, null],
      [3_000, null],
      [4_000, null],
      [5_000, null],
    ]);
    expect(windows.read(1, 0).map(({ seq, run, invalid }) => [seq, run, invalid])).toEqual([[1, 4, true]]);
    expect(windows.nextSeq).toBe(5);
  });

  it("are handed out again until they are confirmed, and are bounded", () => {
    const windows = new ForeignWindows(0, 15);
    for (let second = 1; second <= 200; second++) windows.add(second * 1_000, false, ARC);
    expect(windows.lostWindows).toBe(72);
    expect(windows.read(0, 0)[0]?.seq).toBe(72);
    expect(windows.read(150, 100)).toHaveLength(50);
    expect(windows.read(0, 100)[0]?.seq).toBe(100);
  });
});
