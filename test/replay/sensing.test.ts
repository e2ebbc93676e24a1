import { describe, expect, test } from "vitest";
import { presenceAmps } from "#agent/core/metering/limits.ts";
import { generateRecording, type RecordingSpec, recordingCsv } from "#scripts/recordings/generate.ts";
import { chanceOf } from "#scripts/recordings/random.ts";
import type { Incident, WeldingProcess } from "#scripts/recordings/timeline.ts";
import { meterAll } from "#test/metering/arcsOf.ts";
import { type Truth, truthOfRows } from "#test/recordings/reference.ts";
import { MODEL_OF, machineOf } from "#test/replay/models.ts";
import { senseRecording } from "#test/replay/sensed.ts";

const PROCESSES: readonly WeldingProcess[] = ["mma", "mag", "pulse", "tig", "ac"];
const RATES = [9, 42, 1000];
const INCIDENTS: readonly Incident[] = ["dropout", "broken", "lostArc", "dudStrike", "stuck", "frozen", "stillButShort", "hole", "blink"];
const RECORDINGS = 200;
const BLOCK = 40;
/** Nearer to a threshold than this, rounding decides and not the definition: such a recording is made anew. */
const LEAST_MARGIN_S = 0.012;
const LEAST_FROZEN_MARGIN_S = 0.25;

interface Case {
  csv: string;
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
  const { settings } = machineOf(model);
  const jitter = chance.between(0, 0.45);
  const incidents = INCIDENTS.filter(() => chance.happens(0.4));
  for (let attempt = 0; attempt < 30; attempt++) {
    const spec: RecordingSpec = { process, rowsPerSecond, seconds, jitter, incidents, seed: 500_000 + seed * 100 + attempt };
    const { rows } = generateRecording(spec);
    const truth = truthOfRows(rows, settings.arcMinAmps, { presenceAmps: presenceAmps(settings), alternating: settings.alternating });
    if (truth.marginS < LEAST_MARGIN_S || truth.frozenMarginS < LEAST_FROZEN_MARGIN_S) continue;
    return { csv: recordingCsv(rows), truth, model, phaseMs: chance.between(0, 100), label: JSON.stringify(spec) };
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
      const { csv, truth, model, phaseMs, label } = caseOf(seed);
      const { sensed, settings } = machineOf(model);
      const { windows, startMs, firstS } = senseRecording(csv, sensed, phaseMs);
      const { arcs, facts, totals } = meterAll(windows, settings);
      const inRecording = (clockMs: number) => (clockMs - startMs) / 1000 + firstS;
      expect(arcs.length, `${label}: arcs`).toBe(truth.arcs.length);
      arcs.forEach((arc, at) => {
        expect(Math.abs(inRecording(arc.startMs) - (truth.arcs[at]?.startS ?? 0)), `${label}: start of arc ${at}`).toBeLessThan(0.15);
        expect(Math.abs(inRecording(arc.endMs) - (truth.arcs[at]?.endS ?? 0)), `${label}: end of arc ${at}`).toBeLessThan(0.15);
      });
      expectWithin(arcs.reduce((total, arc) => total + arc.endMs - arc.startMs, 0) / 1000, truth.spanSeconds, `${label}: arc seconds`);
      expectWithin(totals.stuckMs / 1000, truth.stuckSeconds, `${label}: stuck seconds`);
      const frozen = facts.filter((fact) => fact.type === "frozenReading");
      expect(frozen.length, `${label}: frozen stretches`).toBe(truth.frozen.length);
    }
  });
});
