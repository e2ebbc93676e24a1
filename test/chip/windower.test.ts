import { describe, expect, it } from "vitest";
import { Windower } from "#simulator/chip/sensing/windower.ts";

const FLAGS = { closed: true, sensorMissing: false };

function feed(windower: Windower, pieces: readonly [ms: number, volts: number, amps: number][]) {
  for (const [ms, volts, amps] of pieces) windower.feed({ ms, volts, amps, valid: true });
}

describe("a window's integrals", () => {
  it("weighs each reading by its time", () => {
    const windower = new Windower(15, false);
    feed(windower, [
      [12.5, 70, 0],
      [25, 2, 160],
      [50, 24, 120],
      [12.5, 68, -1],
    ]);
    const { window, chargeAmpereSeconds, energyJoules } = windower.finish(9, FLAGS);
    expect(window).toMatchObject({ seq: 9, run: 1, closed: true, sensorMissing: false, invalid: false });
    expect(window.voltageMeanVolts).toBeCloseTo((70 * 12.5 + 2 * 25 + 24 * 50 + 68 * 12.5) / 100, 9);
    expect(window.voltageRmsVolts).toBeCloseTo(Math.sqrt((4900 * 12.5 + 4 * 25 + 576 * 50 + 4624 * 12.5) / 100), 9);
    expect(window.currentMeanAmps).toBeCloseTo((160 * 25 + 120 * 50 - 12.5) / 100, 9);
    expect(window.currentRmsAmps).toBeCloseTo(Math.sqrt((25600 * 25 + 14400 * 50 + 12.5) / 100), 9);
    expect(window).toMatchObject({ voltagePeakVolts: 70, currentPeakAmps: 160 });
    expect(window).toMatchObject({ arcMs: 50, shortMs: 25, arcFirstMs: 37.5, arcLastMs: 87.5, shorts: 1, strikes: 1 });
    expect(chargeAmpereSeconds).toBeCloseTo(0.16 * 25 + 0.12 * 50 + 0.001 * 12.5, 9);
    expect(energyJoules).toBeCloseTo((2 * 160 * 25 + 24 * 120 * 50 - 68 * 12.5) / 1000, 9);
  });

  it("keeps the sign of the largest reading, and takes its size for the arc", () => {
    const windower = new Windower(15, false);
    feed(windower, [
      [50, -24, -130],
      [50, -25, -110],
    ]);
    expect(windower.finish(0, FLAGS).window).toMatchObject({ voltagePeakVolts: -25, currentPeakAmps: -130, arcMs: 100 });
  });

  it.each([
    ["least current and least voltage", 8, 15, 100, 0],
    ["most voltage", 45, 15, 100, 0],
    ["just under the least voltage: a short", 7.99, 15, 0, 100],
    ["just over the most voltage", 45.01, 15, 0, 0],
    ["just under the least current", 24, 14.99, 0, 0],
  ])("%s", (_, volts, amps, arcMs, shortMs) => {
    const windower = new Windower(15, false);
    feed(windower, [[100, volts, amps]]);
    expect(windower.finish(0, FLAGS).window).toMatchObject({ arcMs, shortMs });
  });

  it("counts shorts at their onset, over windows too, and strikes only after 20 ms without current", () => {
    const windower = new Windower(15, false);
    feed(windower, [
      [40, 2, 150],
      [10, 24, 120],
      [10, 60, 0],
      [10, 24, 120],
      [30, 2, 150],
    ]);
    expect(windower.finish(0, FLAGS).window).toMatchObject({ shorts: 2, strikes: 1 });
    feed(windower, [
      [20, 2, 150],
      [30, 60, 0],
      [50, 24, 120],
    ]);
    expect(windower.finish(1, FLAGS).window).toMatchObject({ shorts: 0, strikes: 1 });
  });

  it("takes means over what was read, and is invalid without any reading", () => {
    const windower = new Windower(15, false);
    windower.feed({ ms: 30, volts: 24, amps: 100, valid: true });
    windower.feed({ ms: 70, volts: 999, amps: 999, valid: false });
    expect(windower.finish(0, FLAGS).window).toMatchObject({ invalid: false, voltageMeanVolts: 24, currentMeanAmps: 100, arcMs: 30 });
    windower.feed({ ms: 100, volts: 999, amps: 999, valid: false });
    const { window } = windower.finish(1, FLAGS);
    expect(window).toMatchObject({ invalid: true, voltageMeanVolts: 0, currentPeakAmps: 0, arcMs: 0 });
  });

  it("classifies AC by 20 ms RMS: zero crossings break no arc", () => {
    const windower = new Windower(15, true);
    const arc = (ms: number) => {
      const sine = Math.sin((2 * Math.PI * ms) / 20);
      windower.feed({ ms: 1, volts: 25 * Math.sign(sine), amps: Math.SQRT2 * 100 * sine, valid: true });
    };
    for (let ms = 0; ms < 100; ms++) arc(ms);
    windower.finish(0, FLAGS);
    for (let ms = 0; ms < 100; ms++) arc(ms);
    const { window } = windower.finish(1, FLAGS);
    expect(window.arcMs).toBeCloseTo(100, 6);
    expect(window.currentMeanAmps).toBeCloseTo(0, 6);
    expect(window.currentRmsAmps).toBeCloseTo(100, 6);
    expect(window).toMatchObject({ shorts: 0, strikes: 0 });
  });
});
