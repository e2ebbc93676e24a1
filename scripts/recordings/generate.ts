import { chanceOf } from "#scripts/recordings/random.ts";
import { makeSignal } from "#scripts/recordings/signal.ts";
import { type Incident, makeTimeline, type Phase, type Still, type Timeline, type WeldingProcess } from "#scripts/recordings/timeline.ts";

export interface RecordingSpec {
  process: WeldingProcess;
  rowsPerSecond: number;
  seconds: number;
  seed: number;
  /** Each step is longer or shorter by up to this part of it. */
  jitter: number;
  incidents: readonly Incident[];
}

export interface Row {
  tS: number;
  amps: number;
  volts: number;
}

/** Rows as a recorder wrote them, and what the welder did meanwhile. */
export interface Recording {
  rows: Row[];
  timeline: Timeline;
}

/** Above this an AC machine is recorded as waves, below as RMS. */
const WAVES_FROM_ROWS_PER_SECOND = 500;

export function generateRecording(spec: RecordingSpec): Recording {
  const chance = chanceOf(spec.seed);
  const timeline = makeTimeline(chance, spec.process, spec.seconds, spec.incidents);
  const signal = makeSignal(chance, spec.process, spec.rowsPerSecond >= WAVES_FROM_ROWS_PER_SECOND);
  const stepS = 1 / spec.rowsPerSecond;
  const rows: Row[] = [];
  const phaseAt = follower(timeline.phases);
  for (let tS = 0; tS < timeline.endS; tS += stepS * (1 + spec.jitter * (2 * chance.next() - 1))) {
    const { amps, volts } = signal.at(tS, phaseAt(tS));
    if (timeline.holes.some((hole) => tS >= hole.startS && tS < hole.endS)) continue;
    rows.push({ tS: round(tS, 4), amps: round(amps, 1), volts: round(volts, 2) });
  }
  for (const still of timeline.stills) freeze(rows, still);
  return { rows, timeline };
}

/** The format that the simulated chip plays: `t_s,current_a,voltage_v`. */
export function recordingCsv(rows: readonly Row[]): string {
  return `t_s,current_a,voltage_v\n${rows.map((row) => `${row.tS},${row.amps},${row.volts}\n`).join("")}`;
}

export function parseRecording(csv: string): Row[] {
  const [, ...lines] = csv.trimEnd().split("\n");
  return lines.map((line) => {
    const [tS, amps, volts] = line.split(",").map(Number);
    return { tS: tS ?? Number.NaN, amps: amps ?? Number.NaN, volts: volts ?? Number.NaN };
  });
}

function freeze(rows: readonly Row[], still: Still): void {
  let last: Row | undefined;
  for (const row of rows) {
    if (row.tS >= still.endS) return;
    if (row.tS < still.startS || !last) {
      last = row;
      continue;
    }
    if (still.channel !== "current") row.volts = last.volts;
    if (still.channel !== "voltage") row.amps = last.amps;
  }
}

function follower(phases: readonly Phase[]): (tS: number) => Phase {
  let index = 0;
  return (tS) => {
    while (index < phases.length - 1 && tS >= (phases[index]?.endS ?? 0)) index++;
    const phase = phases[index];
    if (!phase) throw new RangeError("A timeline has at least one phase");
    return phase;
  };
}

function round(value: number, decimals: number): number {
  // Adding 0 turns −0 into 0, which a CSV cannot tell apart.
  return Number(value.toFixed(decimals)) + 0;
}
