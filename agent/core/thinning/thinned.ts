/** What is kept of `windows` events whose payloads go: lines within a stated error, and what adds up. */
import { largestError, type Point, swingingDoor } from "#agent/core/thinning/swingingDoor.ts";
import type { PayloadOf } from "#protocol/events/payloads.ts";

type Windows = PayloadOf<"windows">;
type Thinned = PayloadOf<"windowsThinned">;

/** A `windows` event of the journal. */
export interface WindowsRow {
  seq: number;
  payload: Windows;
}

const LIMIT_AMPS = 10;
const LIMIT_VOLTS = 2;
/** Where work is so restless that lines keep most of it, the limits are doubled, this often at most. */
const DOUBLINGS_MAX = 4;
/** A line of so many points for each window saves enough. */
const POINTS_PART = 0.25;

/** Windows in a row. */
interface Stretch {
  firstSeq: number;
  windows: number;
  arcMs: number;
  shorts: number;
  peakAmps: number;
  amps: Point[];
  volts: Point[];
}

/** One record in place of the payloads of `rows`, which ascend and belong to one session. */
export function thin(rows: readonly WindowsRow[]): Thinned {
  const stretches = stretchesOf(rows);
  const measured = stretches.reduce((sum, { amps, volts }) => sum + amps.length + volts.length, 0);
  let factor = 1;
  let lines = linesOf(stretches, factor);
  for (let doubled = 0; doubled < DOUBLINGS_MAX && lines.points > POINTS_PART * measured; doubled++) {
    factor *= 2;
    lines = linesOf(stretches, factor);
  }
  return {
    ...{ fromSeq: rows[0]?.seq ?? 0, toSeq: rows.at(-1)?.seq ?? 0, rows: rows.length, method: "swingingDoor" },
    ...{ limitAmps: LIMIT_AMPS * factor, limitVolts: LIMIT_VOLTS * factor, errorAmps: lines.errorAmps, errorVolts: lines.errorVolts },
    windowMs: rows[0]?.payload.windowMs ?? 0,
    firstSeq: stretches.map(({ firstSeq }) => firstSeq),
    windows: stretches.map(({ windows }) => windows),
    arcMs: stretches.map(({ arcMs }) => arcMs),
    shorts: stretches.map(({ shorts }) => shorts),
    peakAmps: stretches.map(({ peakAmps }) => peakAmps),
    ...{ ampsAt: lines.amps.map(({ at }) => at), amps: lines.amps.map(({ value }) => value) },
    ...{ voltsAt: lines.volts.map(({ at }) => at), volts: lines.volts.map(({ value }) => value) },
  };
}

/** Lines do not reach over a gap: each stretch has its own. */
function linesOf(stretches: readonly Stretch[], factor: number) {
  const lines = { amps: [] as Point[], volts: [] as Point[], errorAmps: 0, errorVolts: 0, points: 0 };
  for (const stretch of stretches) {
    const amps = swingingDoor(stretch.amps, LIMIT_AMPS * factor);
    const volts = swingingDoor(stretch.volts, LIMIT_VOLTS * factor);
    lines.amps.push(...amps);
    lines.volts.push(...volts);
    lines.errorAmps = Math.max(lines.errorAmps, largestError(stretch.amps, amps));
    lines.errorVolts = Math.max(lines.errorVolts, largestError(stretch.volts, volts));
    lines.points += amps.length + volts.length;
  }
  return lines;
}

function stretchesOf(rows: readonly WindowsRow[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const { payload } of rows) {
    let seq = payload.firstSeq;
    const last = stretches.at(-1);
    const goesOn = last && last.firstSeq + last.windows === seq;
    const stretch = goesOn ? last : { firstSeq: seq, windows: 0, arcMs: 0, shorts: 0, peakAmps: 0, amps: [], volts: [] };
    if (!goesOn) stretches.push(stretch);
    for (const [index, run] of payload.runs.entries()) {
      addRun(stretch, payload, index, seq, run);
      seq += run;
    }
  }
  return stretches;
}

/** A run of like windows is a level from its first to its last. */
function addRun(stretch: Stretch, payload: Windows, index: number, seq: number, run: number): void {
  for (const at of run > 1 ? [seq, seq + run - 1] : [seq]) {
    stretch.amps.push({ at, value: payload.amps[index] ?? 0 });
    stretch.volts.push({ at, value: payload.volts[index] ?? 0 });
  }
  stretch.windows += run;
  stretch.arcMs += (payload.arcMs[index] ?? 0) * run;
  stretch.shorts += (payload.shorts[index] ?? 0) * run;
  const peak = payload.peakAmps[index] ?? 0;
  if (Math.abs(peak) > Math.abs(stretch.peakAmps)) stretch.peakAmps = peak;
}
