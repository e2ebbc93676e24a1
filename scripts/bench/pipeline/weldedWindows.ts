/** Windows of a welder who never tires: an arc of a minute, ten seconds for the next rod. No two readings are the same. */
import type { Window } from "#protocol/chip/window.ts";

const ARC_WINDOWS = 600;
const CYCLE_WINDOWS = 700;
/** Coprime to the moduli below, so that values wander. */
const STRIDE = 7_919;

/** Before the contactor has closed. */
export function openWindowAt(seq: number): Window {
  const nothing = { arcMs: 0, shortMs: 0, arcFirstMs: 0, arcLastMs: 0, shorts: 0, strikes: 0 };
  const dead = { voltageMeanVolts: 0, voltageRmsVolts: 0, voltagePeakVolts: 0, currentMeanAmps: 0, currentRmsAmps: 0, currentPeakAmps: 0 };
  return { seq, run: 1, closed: false, sensorMissing: false, invalid: false, ...dead, ...nothing };
}

export function windowAt(seq: number): Window {
  const base = { seq, run: 1, closed: true, sensorMissing: false, invalid: false };
  const wander = (seq * STRIDE) % 997;
  if (seq % CYCLE_WINDOWS >= ARC_WINDOWS) {
    const volts = hundredths(70 + wander / 1000);
    const quiet = { voltageMeanVolts: volts, voltageRmsVolts: volts, voltagePeakVolts: 71, currentMeanAmps: 0.1 };
    const nothing = { arcMs: 0, shortMs: 0, arcFirstMs: 0, arcLastMs: 0, shorts: 0, strikes: 0 };
    return { ...base, ...quiet, currentRmsAmps: 0.1, currentPeakAmps: 0.2, ...nothing };
  }
  const volts = hundredths(22 + wander / 250);
  const amps = Math.round(1_100 + wander / 5) / 10;
  return {
    ...base,
    ...{ voltageMeanVolts: volts, voltageRmsVolts: hundredths(volts + 0.2), voltagePeakVolts: hundredths(volts + 6) },
    ...{ currentMeanAmps: amps, currentRmsAmps: amps + 1, currentPeakAmps: amps + 40 },
    ...{ arcMs: 98, shortMs: 2, arcFirstMs: 0, arcLastMs: 100, shorts: 1, strikes: seq % CYCLE_WINDOWS === 0 ? 1 : 0 },
  };
}

/** The chip's own resolution of a voltage. */
function hundredths(volts: number): number {
  return Math.round(volts * 100) / 100;
}
