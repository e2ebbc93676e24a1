import { describe, expect, it } from "vitest";
import { decodeWindow, encodeWindow } from "#protocol/chip/window.ts";
import type { Machine } from "#simulator/chip/plant/plant.ts";
import { Welder, type WeldJob } from "#simulator/chip/plant/welder.ts";
import { JOB, rig, STICK } from "#test/chip/rig.ts";
import { meterAll, SETTINGS } from "#test/metering/arcsOf.ts";

const MAG: Machine = { process: "mag", ratedAmps: 350, alternating: false, vrd: false };
const TIG: Machine = { process: "tig", ratedAmps: 315, alternating: false, vrd: false };
const SEEDS = [1, 2, 3, 4, 5];

/** The simulated welder through the chip's sensor and windows into the agent's meter, and what really flowed beside it. */
function welded(machine: Machine, job: WeldJob, seed: number) {
  const arcMinAmps = machine.process === "tig" ? 5 : 15;
  const { alternating } = machine;
  const welder = new Welder(machine, seed);
  const r = rig({ arcMinAmps, alternating, plantArcMinAmps: arcMinAmps, plantAlternating: alternating }, machine, welder);
  welder.weld(job);
  for (let second = 0; second < 600 && (welder.busy || second < 2); second++) {
    r.order();
    r.run(1_000);
  }
  const windows = r.chip.ring.read(0, 100_000).windows.map((window) => decodeWindow(encodeWindow(window, 100), window.seq, 100));
  return { truth: r.chip.truth(), ...meterAll(windows, { ...SETTINGS, arcMinAmps, alternating }) };
}

describe("the agent's meter and the simulator's truth agree on", () => {
  it.each([
    ["stick", STICK, { ...JOB, rods: 4, rodMs: 6_000 }],
    ["stick with a VRD", { ...STICK, vrd: true }, { ...JOB, rods: 3, rodMs: 6_000 }],
    ["lost arcs", STICK, { ...JOB, rods: 2, rodMs: 9_000, lostPerRod: 2 }],
    ["stuck electrodes", STICK, { ...JOB, rods: 2, rodMs: 5_000, stickMs: 3_000 }],
    ["short-circuit MAG", MAG, { ...JOB, rods: 3, rodMs: 8_000, amps: 140, shortsPerS: 80 }],
    ["pulsed MAG", MAG, { ...JOB, rods: 3, rodMs: 8_000, amps: 160, shortsPerS: 0, pulseHz: 90 }],
    ["TIG at 12 A", TIG, { ...JOB, rods: 3, rodMs: 6_000, amps: 12, shortsPerS: 0 }],
    ["AC stick", { ...STICK, alternating: true }, { ...JOB, rods: 3, rodMs: 6_000, amps: 160, shortsPerS: 0 }],
  ])("%s", (_, machine, job) => {
    for (const seed of SEEDS) {
      const { truth, arcs, totals, facts } = welded(machine, job, seed);
      const seen = `seed ${seed}`;
      expect(truth.arcs, seen).toBe(job.rods * (job.lostPerRod + 1));
      expect(arcs.length, seen).toBe(truth.arcs);
      expect(Math.abs(totals.arcMs - truth.arcMs), seen).toBeLessThanOrEqual(Math.max(300, truth.arcMs * 0.02));
      expect(Math.abs(totals.stuckMs - truth.stuckMs), seen).toBeLessThanOrEqual(100);
      expect(totals.strikes, seen).toBe(truth.strikes);
      expect(
        facts.map(({ type }) => type).filter((type) => type !== "arcStarted" && type !== "arcEnded" && type !== "stuckElectrode"),
        seen,
      ).toEqual([]);
    }
  });
});
