import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CATALOGUE } from "#scripts/recordings/catalogue.ts";
import { parseRecording, type Row } from "#scripts/recordings/generate.ts";
import { chanceOf } from "#scripts/recordings/random.ts";
import type { ReplayResult } from "#simulator/replay/result.ts";
import { rowsTruth } from "#test/replay/metered.ts";
import { MODEL_OF, machineOf } from "#test/replay/models.ts";
import { resultIn, runReplayProcess } from "#test/replay/run.ts";

/** One of each process, and of each rate; among them a frozen one. */
const RECORDINGS = ["mma-42-frozen", "mag-1000", "pulse-42", "tig-9", "ac-1000"];
const EDGE_S = 0.15;
const FROZEN_EDGE_S = 0.25;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "replay-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function expectTrue(result: ReplayResult, rows: readonly Row[], model: string): void {
  const truth = rowsTruth(rows, model);
  expect(result.arcs.length, JSON.stringify([result.arcs, truth.arcs])).toBe(truth.arcs.length);
  result.arcs.forEach(({ startS, endS }, at) => {
    expect(Math.abs(startS - (truth.arcs[at]?.startS ?? 0)), `start of arc ${at}`).toBeLessThan(EDGE_S);
    expect(Math.abs(endS - (truth.arcs[at]?.endS ?? 0)), `end of arc ${at}`).toBeLessThan(EDGE_S);
  });
  expect(Math.abs(result.arcSeconds - truth.spanSeconds)).toBeLessThanOrEqual(Math.max(0.3, 0.02 * truth.spanSeconds));
  expect(Math.abs(result.stuckSeconds - truth.stuckSeconds)).toBeLessThanOrEqual(Math.max(0.3, 0.02 * truth.stuckSeconds));
  const frozen = result.faults.filter(({ name }) => name === "frozenReading");
  expect(frozen.length).toBe(truth.frozen.length);
  frozen.forEach(({ startS, endS }, at) => {
    expect(Math.abs((startS ?? 0) - (truth.frozen[at]?.startS ?? 0)), `freeze ${at} begins`).toBeLessThan(FROZEN_EDGE_S);
    expect(Math.abs((endS ?? 0) - (truth.frozen[at]?.endS ?? 0)), `freeze ${at} ends`).toBeLessThan(FROZEN_EDGE_S);
  });
}

describe("a recording through chip, agent and platform as processes", () => {
  test.each(RECORDINGS)("%s comes out as its rows say", async (name) => {
    const path = fileURLToPath(new URL(`../recordings/${name}.csv`, import.meta.url));
    const model = MODEL_OF[CATALOGUE[name]?.process ?? "mma"];
    const result = resultIn(await runReplayProcess([path, "--model", model, "--json"]));
    const rows = parseRecording(readFileSync(path, "utf8"));
    expect(result.arcs.length).toBeGreaterThan(0);
    expectTrue(result, rows, model);
    const longest = result.arcs.toSorted((one, other) => one.endS - one.startS - (other.endS - other.startS)).at(-1);
    const { amps, volts } = meansWithin(rows, longest, machineOf(model).settings.alternating);
    expect(Math.abs((longest?.meanAmps ?? 0) / amps - 1), `${longest?.meanAmps} A for ${amps}`).toBeLessThan(0.05);
    expect(Math.abs((longest?.meanVolts ?? 0) / volts - 1), `${longest?.meanVolts} V for ${volts}`).toBeLessThan(0.05);
  });

  test("a reversed sensor's hour-long pause, from one arc to another, in a file of another make", async () => {
    const rows = reversedWithPause();
    const lines = rows.map(({ tS, amps, volts }) => `${volts} , ${tS}, ${amps}\r\n`);
    const path = join(folder, "reversed.csv");
    writeFileSync(path, `\uFEFFvoltage_v, t_s ,current_a\r\n${lines.join("")}`);
    const run = await runReplayProcess([path, "--model", "ZX7-400"]);
    const result = resultIn(run);
    expectTrue(
      result,
      rows.map((row) => ({ ...row, amps: Math.abs(row.amps) })),
      "ZX7-400",
    );
    expect(result.arcs.length).toBe(2);
    expect(result.arcs[0]?.meanAmps).toBeGreaterThan(100);
    expect(result.faults.map(({ name }) => name)).toEqual(["reversedSensor"]);
    expect(run.stdout).toContain("电弧 arcs 2");
  });
});

/** Of the rows between the arc's edges: means, and RMS of an alternating machine. */
function meansWithin(rows: readonly Row[], arc: ReplayResult["arcs"][number] | undefined, alternating: boolean) {
  const inside = rows.filter(({ tS }) => arc && tS >= arc.startS + EDGE_S && tS <= arc.endS - EDGE_S);
  const mean = (of: (row: Row) => number) => inside.reduce((total, row) => total + of(row), 0) / inside.length;
  if (!alternating) return { amps: mean((row) => row.amps), volts: mean((row) => row.volts) };
  return { amps: Math.sqrt(mean((row) => row.amps ** 2)), volts: Math.sqrt(mean((row) => row.volts ** 2)) };
}

/** Begins inside an arc, says nothing for an hour, ends inside another. The clock is that of the day. */
function reversedWithPause(): Row[] {
  const chance = chanceOf(7);
  const rows: Row[] = [];
  const arc = (fromS: number, toS: number) => {
    for (let tS = fromS; tS < toS; tS += chance.between(0.015, 0.03)) {
      rows.push({ tS: Number(tS.toFixed(3)), amps: -120 + 4 * chance.noise(), volts: 24 + chance.noise() });
    }
  };
  arc(36_000, 36_005);
  rows.push({ tS: 36_005.02, amps: 0, volts: 66 });
  for (let tS = 36_006; tS < 39_600; tS += 1) rows.push({ tS, amps: 0, volts: 66 });
  arc(39_600, 39_604);
  return rows;
}
