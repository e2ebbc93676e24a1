import { describe, expect, it } from "vitest";
import { EMPTY_WINDOW, RUN_MAX, type Window } from "#protocol/chip/window.ts";
import { WindowRing } from "#simulator/chip/sensing/ring.ts";

function window(seq: number, change: Partial<Window> = {}): Window {
  const idle = { voltageMeanVolts: 70, voltageRmsVolts: 70, voltagePeakVolts: 71, currentPeakAmps: 0.3 };
  return { ...EMPTY_WINDOW, ...idle, seq, closed: true, ...change };
}

const welding = (seq: number) => window(seq, { currentPeakAmps: 120, currentMeanAmps: 110, arcMs: 100 });

describe("the ring", () => {
  it("collapses like idle windows into one record and gives each window its number back", () => {
    const ring = new WindowRing(100);
    for (let seq = 0; seq < 50; seq++) ring.push(window(seq));
    ring.push(welding(50));
    ring.push(window(51, { closed: false }));
    ring.push(window(52, { closed: false, voltageMeanVolts: 68.9 }));
    ring.push(window(53, { closed: false, voltageMeanVolts: 68.9, currentPeakAmps: 2 }));
    const runs = ring.read(0, 10).windows.map(({ seq, run }) => [seq, run]);
    expect(runs).toEqual([
      [0, 50],
      [50, 1],
      [51, 1],
      [52, 1],
      [53, 1],
    ]);
    expect(ring.nextSeq).toBe(54);
  });

  it("measures likeness from the run's first window: a slow decay makes new records", () => {
    const ring = new WindowRing(100);
    for (let seq = 0; seq < 40; seq++) ring.push(window(seq, { voltageMeanVolts: 70 - seq * 0.03, voltageRmsVolts: 70 - seq * 0.03 }));
    const { windows } = ring.read(0, 10);
    expect(windows.length).toBe(4);
    expect(windows.reduce((sum, { run }) => sum + run, 0)).toBe(40);
  });

  it("starts a record after the longest run", () => {
    const ring = new WindowRing(100);
    for (let seq = 0; seq <= RUN_MAX; seq++) ring.push(window(seq));
    expect(ring.read(0, 10).windows.map(({ run }) => run)).toEqual([RUN_MAX, 1]);
  });

  it("reads from inside a run, from before the oldest and from beyond the newest", () => {
    const ring = new WindowRing(100);
    for (let seq = 0; seq < 20; seq++) ring.push(window(seq));
    ring.push(welding(20));
    expect(ring.read(7, 1)).toMatchObject({ firstSeq: 7, windows: [{ seq: 7, run: 13 }] });
    expect(ring.read(20, 5).windows.map(({ seq }) => seq)).toEqual([20]);
    expect(ring.read(21, 5)).toEqual({ firstSeq: 21, windows: [] });
    expect(ring.read(4_000_000, 5)).toEqual({ firstSeq: 21, windows: [] });
  });

  it("forgets what is confirmed, and splits a run there", () => {
    const ring = new WindowRing(100);
    for (let seq = 0; seq < 20; seq++) ring.push(window(seq));
    ring.push(welding(20));
    ring.confirmBelow(8);
    expect(ring.read(0, 5).windows.map(({ seq, run }) => [seq, run])).toEqual([
      [8, 12],
      [20, 1],
    ]);
    ring.confirmBelow(21);
    expect(ring.records).toBe(0);
    expect(ring.lostWindows).toBe(0);
  });

  it("overruns the oldest, and counts the windows lost", () => {
    const ring = new WindowRing(10);
    for (let seq = 0; seq < 5; seq++) ring.push(window(seq));
    for (let seq = 5; seq < 5_000; seq++) ring.push(welding(seq));
    expect(ring.records).toBe(10);
    expect(ring.lostWindows).toBe(4_990);
    expect(ring.read(0, 1).firstSeq).toBe(4_990);
  });

  it("does not collapse a window with arc time of an AC arc that is just over", () => {
    const ring = new WindowRing(10);
    ring.push(window(0, { arcMs: 6, arcLastMs: 6 }));
    for (let seq = 1; seq < 5; seq++) ring.push(window(seq));
    expect(ring.read(0, 10).windows.map(({ run }) => run)).toEqual([1, 4]);
  });

  it("does not collapse invalid windows with valid ones", () => {
    const ring = new WindowRing(10);
    ring.push(window(0, { voltageMeanVolts: 0, voltageRmsVolts: 0 }));
    ring.push(window(1, { voltageMeanVolts: 0, voltageRmsVolts: 0, invalid: true }));
    expect(ring.records).toBe(2);
  });
});
