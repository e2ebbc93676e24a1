/** What is measured with the contactor open, closed, and between. Each leaves it open. */
import { CodedError } from "#protocol/errors/codedError.ts";
import { tellsOfLease } from "#scripts/install/commission/core/judgeElectrical.ts";
import { LIMITS } from "#scripts/install/commission/core/limits.ts";
import type { ContactorReading, LeaseReading, LinkReading, OpenReading } from "#scripts/install/commission/core/readings.ts";
import { type Bench, keep, meanAmps, meanVolts, peakVolts } from "#scripts/install/commission/probes/bench.ts";

/** Of the machine's time. */
const STRETCH_MS = 1_000;
const SETTLE_MS = 500;
/** In so long a charge that nothing feeds falls by as much as `LIMITS.fallenPart` asks. */
const FALL_MS = 2_000;
/** A machine may hold its charge for a minute after it was opened. */
const FALL_MOST_MS = 60_000;
/** Less than this part gone in a stretch is no fall. */
const STEADY_PART = 0.95;
const SILENCE_MS = 950;
const LOOK_EVERY_MS = 40;
const LEASE_TRIES = 3;
/** So long after its lease a chip is watched that does not open. */
const OVERDUE_MS = 1_000;

export async function probeLink({ desk, nowMs, pause }: Bench): Promise<LinkReading> {
  const tripsMs: number[] = [];
  let missedBefore = false;
  let misses = 0;
  let noise = 0;
  for (let exchange = 0; exchange < LIMITS.linkExchanges; exchange++) {
    const sentAtMs = nowMs();
    try {
      await desk.lookOnce();
      tripsMs.push(nowMs() - sentAtMs);
      missedBefore = false;
    } catch (error) {
      if (!(error instanceof CodedError) || error.code === "link.portMissing") throw error;
      if (error.code === "link.timeout") misses += 1;
      else noise += 1;
      // The driver asks a chip that missed twice no more for a while: those would be misses of its own making.
      if (missedBefore) await pause(SILENCE_MS);
      missedBefore = !missedBefore;
    }
  }
  tripsMs.sort((left, right) => left - right);
  const medianMs = tripsMs[Math.floor(tripsMs.length / 2)] ?? 0;
  return { exchanges: LIMITS.linkExchanges, misses, noise, medianMs, mostMs: tripsMs.at(-1) ?? 0 };
}

/** Waits until the voltage is gone, or no longer falls. */
export async function probeOpen(bench: Bench): Promise<OpenReading> {
  const startMs = bench.nowMs();
  let stretch = await keep(bench, "open", STRETCH_MS / bench.haste);
  const firstVolts = meanVolts(stretch.windows, bench.limits);
  const amps = meanAmps(stretch.windows, bench.limits);
  let lastVolts = firstVolts;
  let steady = false;
  while (Math.abs(lastVolts) >= LIMITS.powerlessMostVolts && !steady && bench.nowMs() - startMs < FALL_MOST_MS) {
    stretch = await keep(bench, "open", STRETCH_MS / bench.haste);
    const volts = meanVolts(stretch.windows, bench.limits);
    steady = Math.abs(volts) > STEADY_PART * Math.abs(lastVolts);
    lastVolts = volts;
  }
  return { amps, sight: stretch.sight, firstVolts, lastVolts, steady, waitedMs: bench.nowMs() - startMs };
}

export async function probeContactor(bench: Bench): Promise<ContactorReading> {
  const { desk, limits } = bench;
  const before = await keep(bench, "open", SETTLE_MS / bench.haste);
  const rest = { sight: before.sight, volts: meanVolts(before.windows, limits) };
  if (rest.sight.mirrorClosed) return { rest, closing: null, opening: null };
  desk.newSession();
  const closingAtMs = bench.nowMs();
  const { sight: answer, windows } = await desk.order("closed");
  const result = answer.leaseResult;
  const nothing = { result, mirrorClosed: false, afterMs: 0, volts: 0 };
  if (result !== "accepted") return { rest: { ...rest, sight: answer }, closing: nothing, opening: null };
  const first = await keep(bench, "closed", LIMITS.mirrorMostMs, ({ mirrorClosed, commandedClosed }) => mirrorClosed || !commandedClosed);
  const afterMs = bench.nowMs() - closingAtMs;
  // A mirror that disagrees makes the chip open by itself: what was powered until then is in the windows.
  const held = await keep(bench, "closed", SETTLE_MS / bench.haste, ({ commandedClosed }) => !commandedClosed);
  const volts = peakVolts([...windows, ...first.windows, ...held.windows], limits);
  const closing = { result, mirrorClosed: first.sight.mirrorClosed, afterMs, volts };
  const openingAtMs = bench.nowMs();
  const opened = await keep(bench, "open", LIMITS.mirrorMostMs, ({ mirrorClosed }) => !mirrorClosed);
  const openedAfterMs = bench.nowMs() - openingAtMs;
  const { mirrorClosed } = opened.sight;
  if (mirrorClosed) await keep(bench, "open", FALL_MS / bench.haste);
  const after = await keep(bench, "open", SETTLE_MS / bench.haste);
  return { rest, closing, opening: { mirrorClosed, afterMs: openedAfterMs, volts: meanVolts(after.windows, limits) } };
}

/** Open-circuit voltage, after it has settled. */
export async function probeVoltage(bench: Bench): Promise<number> {
  bench.desk.newSession();
  await keep(bench, "closed", SETTLE_MS / bench.haste);
  const { windows } = await keep(bench, "closed", STRETCH_MS / bench.haste);
  await bench.desk.order("open");
  return meanVolts(windows, bench.limits);
}

/** Stops renewing and watches, without a write that could renew, until the chip says that it has opened. */
export async function probeLease(bench: Bench): Promise<LeaseReading> {
  let reading = await lapse(bench);
  for (let again = 1; again < LEASE_TRIES && !tellsOfLease(reading); again++) reading = await lapse(bench);
  return reading;
}

async function lapse({ desk, pause, nowMs }: Bench): Promise<LeaseReading> {
  const { leaseMs } = LIMITS;
  desk.newSession();
  const { sight: accepted } = await desk.order("closed", leaseMs);
  const sinceMs = accepted.uptimeMs;
  const untilMs = nowMs() + leaseMs + LIMITS.leaseGraceMs + OVERDUE_MS;
  let closedUntilMs: number | null = accepted.commandedClosed ? 0 : null;
  let reading: LeaseReading = { leaseMs, closedUntilMs, openFromMs: null, openedBy: accepted.openedBy };
  await pause(leaseMs / 2);
  while (nowMs() < untilMs && reading.openFromMs === null) {
    const sight = await desk.look();
    const afterMs = sight.uptimeMs - sinceMs;
    // What the contact does counts, not only what the chip commands.
    const isClosed = sight.commandedClosed || sight.mirrorClosed;
    if (isClosed) closedUntilMs = afterMs;
    reading = { leaseMs, closedUntilMs, openFromMs: isClosed ? null : afterMs, openedBy: sight.openedBy };
    if (isClosed) await pause(LOOK_EVERY_MS);
  }
  await desk.order("open");
  return reading;
}
