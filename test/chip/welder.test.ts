import { describe, expect, it } from "vitest";
import { arcMinAmpsOf, LOAD_LINE, type Machine, type Piece } from "#simulator/chip/plant/plant.ts";
import { TruthMeter } from "#simulator/chip/plant/truth.ts";
import { Welder, type WeldJob } from "#simulator/chip/plant/welder.ts";
import { JOB, STICK } from "#test/chip/rig.ts";

const MAG: Machine = { process: "mag", ratedAmps: 350, alternating: false, vrd: false };
const TIG: Machine = { process: "tig", ratedAmps: 315, alternating: false, vrd: false };
const AC: Machine = { process: "mma", ratedAmps: 500, alternating: true, vrd: false };

interface Burned {
  truth: ReturnType<TruthMeter["read"]>;
  pieces: Piece[];
}

function burn(machine: Machine, job: WeldJob, seed: number, powered: (ms: number) => boolean = () => true): Burned {
  const welder = new Welder(machine, seed);
  const meter = new TruthMeter(arcMinAmpsOf(machine.process), machine.alternating);
  const pieces: Piece[] = [];
  welder.weld(job);
  let atMs = 0;
  const most = 600_000;
  while (atMs < most && (welder.busy || atMs < 2_000 || pieces.length === 0)) {
    const piece: Piece = { volts: 0, amps: 0, ms: 0, valid: true };
    welder.next(powered(atMs), 10, piece);
    meter.feed(piece);
    pieces.push(piece);
    atMs += piece.ms;
  }
  for (let ms = 0; ms < 1_000; ms += 10) meter.feed({ volts: 70, amps: 0, ms: 10, valid: true });
  return { truth: meter.read(), pieces };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("what the welder does is what the truth counts", () => {
  it.each([
    ["stick", STICK, { ...JOB, rods: 5, rodMs: 4_000 }],
    ["short-circuit MAG", MAG, { ...JOB, rods: 3, rodMs: 4_000, amps: 150, shortsPerS: 90 }],
    ["pulsed MAG", MAG, { ...JOB, rods: 3, rodMs: 4_000, amps: 160, shortsPerS: 0, pulseHz: 80 }],
    ["TIG at low current", TIG, { ...JOB, rods: 4, rodMs: 3_000, amps: 12, shortsPerS: 0 }],
    ["pulsed TIG", TIG, { ...JOB, rods: 2, rodMs: 5_000, amps: 60, shortsPerS: 0, pulseHz: 2 }],
    ["AC stick", AC, { ...JOB, rods: 3, rodMs: 4_000, amps: 160, shortsPerS: 0 }],
    ["AC TIG", { ...TIG, alternating: true }, { ...JOB, rods: 3, rodMs: 4_000, amps: 100, shortsPerS: 0 }],
  ])("%s", (_, machine, job) => {
    for (let seed = 1; seed <= 10; seed++) {
      const { truth } = burn(machine, job, seed);
      expect(truth.arcs, `seed ${seed}`).toBe(job.rods);
      // AC is judged over a sliding period of 20 ms.
      expect(Math.abs(truth.arcMs - job.rods * job.rodMs), `seed ${seed}`).toBeLessThanOrEqual(job.rods * 25);
      expect(truth.stuckMs, `seed ${seed}`).toBe(0);
    }
  });

  it("a lost arc is two arcs", () => {
    const { truth } = burn(STICK, { ...JOB, rods: 2, rodMs: 6_000, lostPerRod: 2 }, 3);
    expect(truth).toMatchObject({ arcs: 6, arcMs: 12_000 });
    expect(truth.strikes).toBeGreaterThanOrEqual(6);
  });

  it("a stuck electrode is no arc", () => {
    const { truth } = burn(STICK, { ...JOB, rods: 2, rodMs: 3_000, shortsPerS: 0, stickMs: 4_000 }, 3);
    expect(truth).toMatchObject({ arcs: 2, arcMs: 6_000, stuckMs: 8_000 });
  });

  it("power lost in mid-arc ends the arc, and the welder strikes again", () => {
    const { truth } = burn(STICK, { ...JOB, rods: 1, rodMs: 6_000, shortsPerS: 0 }, 5, (ms) => ms < 4_000 || ms > 9_000);
    expect(truth).toMatchObject({ arcs: 2, arcMs: 6_000 });
  });

  it("is the same for the same seed and another for another", () => {
    const volts = (seed: number) => burn(STICK, JOB, seed).pieces.map((piece) => piece.volts);
    expect(volts(4)).toEqual(volts(4));
    expect(volts(4)).not.toEqual(volts(5));
  });
});

describe("the arc's electrics", () => {
  it.each([
    ["mma", STICK, 120],
    ["mag", MAG, 200],
    ["tig", TIG, 100],
  ] as const)("%s lies on its load line", (process, machine, amps) => {
    const { pieces } = burn(machine, { ...JOB, rodMs: 20_000, amps, shortsPerS: 0 }, 11);
    const arc = pieces.filter((piece) => piece.amps > amps / 2 && piece.volts > 8);
    const meanAmps = mean(arc.map((piece) => piece.amps));
    expect(meanAmps / amps).toBeCloseTo(1, 1);
    expect(
      Math.abs(mean(arc.map((piece) => piece.volts)) - (LOAD_LINE[process].baseVolts + LOAD_LINE[process].voltsPerAmp * meanAmps)),
    ).toBeLessThan(1);
  });

  it.each([20, 60, 120, 200])("%d short circuits a second", (shortsPerS) => {
    const { truth } = burn(MAG, { ...JOB, rodMs: 10_000, amps: 150, shortsPerS }, 2);
    expect(truth.shorts / 10).toBeGreaterThan(shortsPerS * 0.8);
    expect(truth.shorts / 10).toBeLessThan(shortsPerS * 1.2);
    expect(truth).toMatchObject({ arcs: 1, strikes: 1 });
  });

  it("AC alternates at 50 Hz", () => {
    const { pieces } = burn(AC, { ...JOB, rodMs: 2_000, amps: 160, shortsPerS: 0 }, 2);
    const arc = pieces.filter((piece) => piece.ms === 1 && Math.abs(piece.volts) < 45).slice(400, 1_400);
    expect(Math.abs(mean(arc.map((piece) => piece.amps)))).toBeLessThan(5);
    expect(Math.sqrt(mean(arc.map((piece) => piece.amps ** 2))) / 160).toBeCloseTo(1, 1);
    const crossings = arc.filter((piece, index) => index > 0 && Math.sign(piece.amps) !== Math.sign(arc[index - 1]?.amps ?? 0)).length;
    expect(crossings).toBeGreaterThan(90);
    expect(crossings).toBeLessThan(210);
  });

  it("a VRD keeps the open circuit at 15 V", () => {
    const { pieces } = burn({ ...STICK, vrd: true }, JOB, 2);
    const open = pieces.filter((piece) => piece.amps === 0);
    expect(Math.max(...open.map((piece) => piece.volts))).toBeLessThan(16);
    expect(Math.min(...open.map((piece) => piece.volts))).toBeGreaterThan(14);
  });
});

describe("the truth's definition of an arc", () => {
  const feed = (stretches: readonly [ms: number, volts: number, amps: number][]) => {
    const meter = new TruthMeter(15, false);
    for (const [ms, volts, amps] of stretches) meter.feed({ ms, volts, amps, valid: volts >= 0 });
    return meter.read();
  };
  const END: [number, number, number] = [1_000, 70, 0];
  it.each<[string, [number, number, number][], object]>([
    ["0.3 s is one", [[300, 24, 100], END], { arcs: 1, arcMs: 300 }],
    ["less is none", [[299, 24, 100], END], { arcs: 0, arcMs: 0 }],
    ["shorts inside count", [[200, 24, 100], [100, 3, 150], [200, 24, 100], END], { arcs: 1, arcMs: 500, shorts: 1 }],
    ["a short before or after does not", [[100, 3, 150], [400, 24, 100], [100, 3, 150], END], { arcs: 1, arcMs: 400 }],
    ["a gap under 0.3 s merges and is no arc time", [[400, 24, 100], [299, 70, 0], [400, 24, 100], END], { arcs: 1, arcMs: 800 }],
    ["a gap of 0.3 s parts", [[400, 24, 100], [300, 70, 0], [400, 24, 100], END], { arcs: 2, arcMs: 800, strikes: 2 }],
    ["merge first, then drop", [[100, 24, 100], [100, 70, 0], [100, 24, 100], [100, 70, 0], [100, 24, 100], END], { arcs: 1, arcMs: 300 }],
    ["stuck for 1 s parts", [[400, 24, 100], [1_000, 3, 150], [400, 24, 100], END], { arcs: 2, arcMs: 800, stuckMs: 1_000 }],
    ["no reading is no arc", [[400, 24, 100], [500, -1, 100], [400, 24, 100], END], { arcs: 2, arcMs: 800, strikes: 1 }],
  ])("%s", (_, stretches, expected) => {
    expect(feed(stretches)).toMatchObject(expected);
  });
});
