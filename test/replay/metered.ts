import { presenceAmps } from "#agent/core/metering/limits.ts";
import { type Row, recordingCsv } from "#scripts/recordings/generate.ts";
import { meterAll } from "#test/metering/arcsOf.ts";
import { type Truth, truthOfRows } from "#test/recordings/reference.ts";
import { machineOf } from "#test/replay/models.ts";
import { senseRecording } from "#test/replay/sensed.ts";

/** What chip and meter make of a recording, in its own seconds. `phaseMs`: where in a window the contactor closes. */
export function meterRecording(rows: readonly Row[], model: string, phaseMs: number) {
  const { sensed, settings } = machineOf(model);
  const { windows, startMs, firstS } = senseRecording(recordingCsv(rows), sensed, phaseMs);
  const { arcs, facts, totals } = meterAll(windows, settings);
  const inRecording = (clockMs: number) => (clockMs - startMs) / 1000 + firstS;
  const spans = arcs.map((arc) => ({ ...arc, startS: inRecording(arc.startMs), endS: inRecording(arc.endMs) }));
  return { arcs: spans, arcSeconds: spans.reduce((total, { startS, endS }) => total + endS - startS, 0), facts, totals };
}

/** The rows' own truth for that machine. */
export function rowsTruth(rows: readonly Row[], model: string): Truth {
  const { settings } = machineOf(model);
  return truthOfRows(rows, settings.arcMinAmps, { presenceAmps: presenceAmps(settings), alternating: settings.alternating });
}
