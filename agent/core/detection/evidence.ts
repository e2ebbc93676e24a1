/** The windows around a finding: always at hand, never more than three seconds of them. */
import type { Seen } from "#agent/core/metering/seen.ts";
import type { PayloadOf } from "#protocol/events/payloads.ts";

export type Evidence = PayloadOf<"sensorMissing">["evidence"];

/** Longer than every rule that judges by windows takes, and two seconds more. */
const EVIDENCE_MS = 3_000;
const ROWS_MAX = 40;
const CLOSED = 1;
const SENSOR_MISSING = 2;
const NO_READING = 4;

/** `[seq, run, flags, volts, amps, peakAmps, arcMs, shorts]`: short, for it is in every checkpoint. */
export type Row = readonly [number, number, number, number, number, number, number, number];

const tenths = (value: number) => Math.round(value * 10) / 10;
const hundredths = (value: number) => Math.round(value * 100) / 100;

/** Adds a window and forgets what is older than three seconds before its end. AC machines by RMS, as they are metered. */
export function remember(rows: Row[], { window, volts, amps, peakAmps, windowMs }: Seen): void {
  const flags = (window.closed ? CLOSED : 0) | (window.sensorMissing ? SENSOR_MISSING : 0) | (window.invalid ? NO_READING : 0);
  rows.push([
    ...([window.seq, window.run, flags, hundredths(volts), tenths(amps), tenths(peakAmps)] as const),
    ...([tenths(window.arcMs), window.shorts] as const),
  ]);
  const keepFrom = window.seq + window.run - EVIDENCE_MS / windowMs;
  while (rows.length > ROWS_MAX || (rows.length > 1 && endOf(rows[0]) <= keepFrom)) rows.shift();
}

/** As columns, so that they compress; numbered without gaps, for lost windows are rows without a reading. */
export function evidenceOf(rows: readonly Row[], windowMs: number): Evidence {
  const columns: Evidence = {
    windowMs,
    firstSeq: rows[0]?.[0] ?? 0,
    runs: [],
    flags: [],
    volts: [],
    amps: [],
    peakAmps: [],
    arcMs: [],
    shorts: [],
  };
  for (const [, run, flags, volts, amps, peakAmps, arcMs, shorts] of rows) {
    columns.runs.push(run);
    columns.flags.push(flags);
    columns.volts.push(volts);
    columns.amps.push(amps);
    columns.peakAmps.push(peakAmps);
    columns.arcMs.push(arcMs);
    columns.shorts.push(shorts);
  }
  return columns;
}

function endOf(row: Row | undefined): number {
  return row ? row[0] + row[1] : 0;
}
