/** Verdicts on what goes through the real agent: clock, scan, current, arc, platform. */
import { type Finding, failed, limit, measure, passed, skipped, yesNo } from "#scripts/install/commission/core/finding.ts";
import { LIMITS, type MachineLimits } from "#scripts/install/commission/core/limits.ts";

export interface ClockReading {
  earliestMs: number;
  latestMs: number | null;
  source: string;
}

export interface ScanReading {
  /** Null: no decision was made. */
  allowed: boolean | null;
  /** Rule that allowed, or code that refused. */
  reason: string;
  energised: boolean;
  afterMs: number;
}

export interface WeldReading {
  /** Each with at least the least current of an arc. */
  samples: readonly { amps: number; volts: number }[];
  /** What the agent has metered meanwhile; sizes, for only the samples have a direction. */
  arcs: number;
  arcMs: number;
  arcAmps: number;
  arcVolts: number;
}

export interface PlatformReading {
  online: boolean;
  reason: string;
  journalled: number;
  waiting: number;
  refused: number;
}

export function judgeClock({ earliestMs, latestMs, source }: ClockReading, offline: boolean): Finding {
  const most = LIMITS.clockWidthMostMs;
  const limits = [limit("width", 0, most, "ms")];
  if (latestMs === null) return offline ? skipped("offline") : failed("clockUnknown", { measured: [], limits }, source);
  const figures = { measured: [measure("width", latestMs - earliestMs, "ms")], limits };
  const isSound = latestMs >= earliestMs && latestMs - earliestMs <= most;
  return isSound ? passed(figures) : failed("clockUnsound", figures, source);
}

export function judgeScan({ allowed, reason, energised, afterMs }: ScanReading): Finding {
  const measured = [yesNo("allowed", allowed === true), yesNo("energised", energised), measure("energisedAfter", afterMs / 1_000, "s")];
  const figures = { measured, limits: [] };
  if (energised) return passed(figures);
  if (allowed === null) return failed("scanNotSeen", figures);
  return failed(allowed ? "scanDidNotClose" : "scanRefused", figures, reason);
}

/** Direction where it is DC, and size: the installer was asked to set `weldAmps`. A resistor of a dry run draws what it draws. */
export function judgeCurrent(reading: WeldReading, { alternating, weldAmps }: MachineLimits, dry: boolean): Finding {
  const sampled = medianOf(reading.samples.map(({ amps }) => amps));
  const size = reading.arcs > 0 ? reading.arcAmps : Math.abs(sampled);
  const { currentPart, halfPart } = LIMITS;
  const figures = {
    measured: [measure("current", size, "A"), measure("direction", Math.sign(sampled), ""), measure("samples", reading.samples.length, "")],
    limits: [
      ...(dry ? [] : [limit("current", weldAmps * currentPart.least, weldAmps * currentPart.most, "A")]),
      ...(alternating ? [] : [limit("direction", 1, 1, "")]),
    ],
  };
  if (reading.samples.length === 0) return skipped("arc", figures);
  if (!alternating && sampled < 0) return failed("currentReversed", figures);
  const part = size / weldAmps;
  if (dry || (part >= currentPart.least && part <= currentPart.most)) return passed(figures);
  return failed(part > halfPart.least && part < halfPart.most ? "currentSensorHalf" : "currentDeviates", figures);
}

export function judgeArc({ samples, arcs, arcMs, arcAmps, arcVolts }: WeldReading, dry: boolean): Finding {
  const figures = {
    measured: [
      measure("arcs", arcs, ""),
      measure("arcTime", arcMs / 1_000, "s"),
      measure("current", arcAmps, "A"),
      measure("voltage", arcVolts, "V"),
      measure("samples", samples.length, ""),
    ],
    limits: dry ? [] : [limit("arcs", 1, null, "")],
  };
  return arcs > 0 || (dry && samples.length > 0) ? passed(figures) : failed("arcNotSeen", figures);
}

export function judgePlatform({ online, reason, journalled, waiting, refused }: PlatformReading, offline: boolean): Finding {
  const figures = {
    measured: [measure("records", journalled, ""), measure("waiting", waiting, ""), measure("refused", refused, "")],
    limits: [limit("waiting", 0, 0, "")],
  };
  if (!online) return offline ? skipped("offline", figures) : failed("platformOffline", figures, reason);
  // What is refused is off the backlog, and acknowledged it is not.
  return journalled > refused && waiting === 0 ? passed(figures) : failed("notAcknowledged", figures);
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
