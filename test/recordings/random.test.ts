import { describe, expect, test } from "vitest";
import { generateRecording, type RecordingSpec } from "#scripts/recordings/generate.ts";
import { type Chance, chanceOf } from "#scripts/recordings/random.ts";
import type { Incident, WeldingProcess } from "#scripts/recordings/timeline.ts";
import { expectMetered, truthOf } from "#test/recordings/compare.ts";

const PROCESSES: readonly WeldingProcess[] = ["mma", "mag", "pulse", "tig", "ac"];
const RATES = [9, 42, 1000];
const INCIDENTS: readonly Incident[] = ["dropout", "broken", "lostArc", "dudStrike", "stuck", "frozen", "stillButShort", "hole", "blink"];
const RECORDINGS = 200;
const BLOCK = 20;
/** Half of them in one run, the others in another. */
const TURN = Number(process.env.ARCGATE_SEED ?? Math.floor(Math.random() * 2)) % 2;
const BLOCKS = Array.from({ length: RECORDINGS / BLOCK / 2 }, (_, i) => (2 * i + TURN) * BLOCK);
/** Nearer to a threshold than this, rounding decides and not the definition: such a recording is made anew. */
const LEAST_MARGIN_S = 0.012;
const LEAST_FROZEN_MARGIN_S = 0.25;

function specOf(seed: number, chance: Chance, incidents: readonly Incident[]): RecordingSpec {
  const rowsPerSecond = RATES[seed % RATES.length] ?? 9;
  return {
    process: PROCESSES[seed % PROCESSES.length] ?? "mma",
    rowsPerSecond,
    seconds: rowsPerSecond > 500 ? 15 : 45,
    seed: seed * 1000,
    jitter: chance.between(0, 0.4),
    incidents: incidents.filter(() => chance.happens(0.4)),
  };
}

function decidable(spec: RecordingSpec) {
  for (let attempt = 0; attempt < 20; attempt++) {
    const { rows } = generateRecording({ ...spec, seed: spec.seed + attempt });
    const truth = truthOf(rows, spec);
    if (truth.marginS >= LEAST_MARGIN_S && truth.frozenMarginS >= LEAST_FROZEN_MARGIN_S) return { rows, truth, seed: spec.seed + attempt };
  }
  throw new Error(`No recording of seed ${spec.seed} is clear of every threshold`);
}

describe("recordings by chance, each with its seed", () => {
  test.each(BLOCKS)("20 recordings from seed %i", (first) => {
    for (let seed = first; seed < first + BLOCK; seed++) {
      const spec = specOf(seed, chanceOf(seed), INCIDENTS);
      const { rows, truth, seed: used } = decidable(spec);
      expect(truth.arcs.length).toBeGreaterThan(0);
      expectMetered(rows, spec, truth, 100, `seed ${used} of ${JSON.stringify(spec)}`);
    }
  });

  // Not AC: the RMS of its strike passes through the arc's voltages, and in a long window that cannot be told from an arc.
  test("windows of a second, as a slow bus has them, where arcs are whole and pauses long", () => {
    for (let seed = 0; seed < 30; seed++) {
      const spec = specOf(seed, chanceOf(seed), []);
      if (spec.process === "ac") continue;
      const { rows, truth, seed: used } = decidable(spec);
      expectMetered(rows, spec, truth, 1000, `seed ${used} of ${JSON.stringify(spec)}`);
    }
  });
});

test("the reference agrees with what the generator set out to make", () => {
  for (let seed = 0; seed < 10; seed++) {
    const process = PROCESSES[seed % 4] ?? "mma";
    const spec: RecordingSpec = { process, rowsPerSecond: 1000, seconds: 15, seed, jitter: 0.3, incidents: ["broken", "stuck"] };
    const { rows, timeline } = generateRecording(spec);
    const planned = timeline.phases.filter((phase) => phase.kind === "arc");
    const truth = truthOf(rows, spec);
    expect(truth.arcs.length, `seed ${seed}`).toBe(planned.length);
    const plannedS = planned.reduce((total, phase) => total + phase.endS - phase.startS, 0);
    expect(Math.abs(truth.spanSeconds - plannedS), `seed ${seed}`).toBeLessThan(0.05 * planned.length);
  }
});
