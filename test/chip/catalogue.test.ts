import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decodeWindow, encodeWindow } from "#protocol/chip/window.ts";
import { CATALOGUE } from "#scripts/recordings/catalogue.ts";
import { parseRecording } from "#scripts/recordings/generate.ts";
import { OpenCircuit } from "#simulator/chip/plant/openCircuit.ts";
import type { Machine } from "#simulator/chip/plant/plant.ts";
import { Player } from "#simulator/chip/plant/player.ts";
import { Random } from "#simulator/chip/plant/random.ts";
import { RecordingParser } from "#simulator/chip/plant/recording.ts";
import { rig } from "#test/chip/rig.ts";
import { meterAll, settingsOf } from "#test/metering/arcsOf.ts";
import { truthOf } from "#test/recordings/compare.ts";

const SENSOR = { rangeAmps: 600, rangeVolts: 200, ampsStep: 0.01, voltsStep: 0.01, ampsOffset: 0, voltsOffset: 0 };

/** The recording through the chip, from the moment when its contactor closes, as records on the wire. */
function played(csv: string, process: string, windowMs: number) {
  const parser = new RecordingParser();
  parser.push(csv);
  const recording = parser.finish();
  const machine: Machine = { process: process === "tig" ? "tig" : "mma", ratedAmps: 400, alternating: process === "ac", vrd: false };
  const player = new Player(recording, new OpenCircuit({ ...machine, alternating: false }, new Random(1)));
  const arcMinAmps = process === "tig" ? 5 : 15;
  const { alternating } = machine;
  const r = rig(
    { sensor: SENSOR, windowMs, arcMinAmps, alternating, plantArcMinAmps: arcMinAmps, plantAlternating: alternating },
    machine,
    player,
  );
  r.run(1_234);
  while (!player.done) {
    r.order();
    r.run(1_000);
  }
  r.run(2_000);
  const windows = r.chip.ring.read(0, 100_000).windows.map((window) => decodeWindow(encodeWindow(window, windowMs), window.seq, windowMs));
  return { windows, truth: r.chip.truth(), zeroS: (player.zeroAtMs ?? 0) / 1000 };
}

const within = (truthS: number) => Math.max(0.3, 0.02 * truthS);

describe.each(Object.entries(CATALOGUE))("%s through the chip", (name, spec) => {
  const csv = readFileSync(new URL(`../recordings/${name}.csv`, import.meta.url), "utf8");
  const reference = truthOf(parseRecording(csv), spec);

  it("is metered by the agent as its rows say", () => {
    const windowMs = 100;
    const { windows, zeroS } = played(csv, spec.process, windowMs);
    const { arcs, totals, facts } = meterAll(windows, settingsOf(spec, windowMs));
    expect(arcs.length).toBe(reference.arcs.length);
    expect(Math.abs(totals.arcMs / 1000 - reference.arcSeconds)).toBeLessThanOrEqual(within(reference.arcSeconds));
    expect(Math.abs(totals.stuckMs / 1000 - reference.stuckSeconds)).toBeLessThanOrEqual(within(reference.stuckSeconds));
    expect(facts.filter(({ type }) => type === "frozenReading").length).toBe(reference.frozen.length);
    for (const [index, arc] of arcs.entries()) {
      expect(Math.abs(arc.startMs / 1000 - zeroS - (reference.arcs[index]?.startS ?? 0))).toBeLessThan(0.3);
    }
  });
});

/** The truth counts what flows; that a sensor froze is none of its business. */
const UNFROZEN = Object.entries(CATALOGUE).filter(([name]) => !name.includes("frozen"));

describe.each(UNFROZEN)("%s", (name, spec) => {
  it("is counted by the simulator's own truth as its rows say", () => {
    const csv = readFileSync(new URL(`../recordings/${name}.csv`, import.meta.url), "utf8");
    const reference = truthOf(parseRecording(csv), spec);
    const { truth } = played(csv, spec.process, 100);
    expect(truth.arcs).toBe(reference.arcs.length);
    expect(Math.abs(truth.arcMs / 1000 - reference.arcSeconds)).toBeLessThanOrEqual(within(reference.arcSeconds) / 2);
  });
});
