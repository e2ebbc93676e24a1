import { describe, expect, test } from "vitest";
import { generateRecording, type RecordingSpec, type Row } from "#scripts/recordings/generate.ts";
import { chanceOf } from "#scripts/recordings/random.ts";
import type { Incident, WeldingProcess } from "#scripts/recordings/timeline.ts";
import type { Truth } from "#test/recordings/reference.ts";
import { meterRecording, rowsTruth } from "#test/replay/metered.ts";
import { MODEL_OF } from "#test/replay/models.ts";

const PROCESSES: readonly WeldingProcess[] = ["mma", "mag", "pulse", "tig", "ac"];
const RATES = [9, 42, 1000];
const INCIDENTS: readonly Incident[] = ["dropout", "broken", "lostArc", "dudStrike", "stuck", "frozen", "stillButShort", "hole", "blink"];
const RECORDINGS = 200;
const BLOCK = 40;
/** Nearer to a threshold than this, rounding decides and not the definition: such a recording is made anew. */
const LEAST_MARGIN_S = 0.012;
const LEAST_FROZEN_MARGIN_S = 0.25;

interface Case {
  rows: readonly Row[];
  truth: Truth;
  model: string;
  phaseMs: number;
  label: string;
}

function caseOf(seed: number): Case {
  const chance = chanceOf(seed);
  const process = PROCESSES[seed % PROCESSES.length] ?? "mma";
  const rowsPerSecond = RATES[seed % RATES.length] ?? 9;
  const seconds = rowsPerSecond > 500 ? 12 : 45;
  const model = MODEL_OF[process];
  const jitter = chance.between(0, 0.45);
  const incidents = INCIDENTS.filter(() => chance.happens(0.4));
  for (let attempt = 0; attempt < 30; attempt++) {
    const spec: RecordingSpec = { process, rowsPerSecond, seconds, jitter, incidents, seed: 500_000 + seed * 100 + attempt };
    const { rows } = generateRecording(spec);
    const truth = rowsTruth(rows, model);
    if (truth.marginS < LEAST_MARGIN_S || truth.frozenMarginS < LEAST_FROZEN_MARGIN_S) continue;
    return { rows, truth, model, phaseMs: chance.between(0, 100), label: JSON.stringify(spec) };
  }
  throw new Error(`No recording of seed ${seed} is clear of every threshold`);
}

function expectWithin(measured: number, truth: number, label: string): void {
  expect(Math.abs(measured - truth), `${label}: ${measured} for ${truth}`).toBeLessThanOrEqual(Math.max(0.02 * truth, 0.3));
}

/** The chip's own sensing path and the agent's meter, against the rows' own truth. */
describe("recordings by chance, through the chip's sensing path into the meter", () => {
  test.each(Array.from({ length: RECORDINGS / BLOCK }, (_, block) => block * BLOCK))("40 recordings from seed %i", (first) => {
    for (let seed = first; seed < first + BLOCK; seed++) {
      const { rows, truth, model, phaseMs, label } = caseOf(seed);
      const { arcs, arcSeconds, facts, totals } = meterRecording(rows, model, phaseMs);
      expect(arcs.length, `${label}: arcs`).toBe(truth.arcs.length);
      arcs.forEach((arc, at) => {
        expect(Math.abs(arc.startS - (truth.arcs[at]?.startS ?? 0)), `${label}: start of arc ${at}`).toBeLessThan(0.15);
        expect(Math.abs(arc.endS - (truth.arcs[at]?.endS ?? 0)), `${label}: end of arc ${at}`).toBeLessThan(0.15);
      });
      expectWithin(arcSeconds, truth.spanSeconds, `${label}: arc seconds`);
      expectWithin(totals.stuckMs / 1000, truth.stuckSeconds, `${label}: stuck seconds`);
      const frozen = facts.filter((fact) => fact.type === "frozenReading");
      expect(frozen.length, `${label}: frozen stretches`).toBe(truth.frozen.length);
    }
  });
});
