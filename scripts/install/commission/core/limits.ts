/** What the items are judged by. Values of the field's design stand in protocol and design; what is ours is said so. */
import type { Designation } from "#protocol/codes/gbt10249.ts";

/** Open-circuit voltage without increased hazard of electric shock, GB/T 15579.1: DC as mean, AC as RMS. */
const OPEN_CIRCUIT_MOST_VOLTS = { dc: 113, ac: 80 } as const;
/** A voltage-reducing device leaves no less; ours. */
const OPEN_CIRCUIT_LEAST_VOLTS = 10;

export const LIMITS = {
  linkExchanges: 40,
  /** Of forty: a computer that is busy elsewhere hears one late. */
  linkSpoiltMost: 3,
  roundTripMostMs: 500,
  /** Below it there is no power: less than a voltage-reducing device leaves, more than a reading's offset. */
  powerlessMostVolts: 10,
  leadsOpenMostVolts: 5,
  /** The chip itself latches a mirror that disagrees for 500 ms: it is waited for a little longer. */
  mirrorMostMs: 1_000,
  /** A residual voltage falls below this part while the contactor opens; one that is fed does not. */
  fallenPart: 0.7,
  leaseMs: 1_500,
  /** The chip opens within so long after its lease. */
  leaseGraceMs: 200,
  currentPart: { least: 0.7, most: 1.4 },
  halfPart: { least: 0.35, most: 0.65 },
  arcLeastMs: 300,
  clockWidthMostMs: 60_000,
} as const;

export interface MachineLimits {
  alternating: boolean;
  zeroMostAmps: number;
  openCircuitLeastVolts: number;
  openCircuitMostVolts: number;
  arcMinAmps: number;
  /** What the installer is asked to set for the arc. */
  weldAmps: number;
}

export function machineLimits(designation: Designation, sensorRangeAmps: number): MachineLimits {
  const { alternating, arcMinAmps, ratedAmps } = designation;
  return {
    alternating,
    // One part in a hundred of the range is a good sensor's zero; below 2 A nothing is judged by it.
    zeroMostAmps: Math.max(2, 0.01 * sensorRangeAmps),
    openCircuitLeastVolts: OPEN_CIRCUIT_LEAST_VOLTS,
    openCircuitMostVolts: OPEN_CIRCUIT_MOST_VOLTS[alternating ? "ac" : "dc"],
    arcMinAmps,
    weldAmps: Math.round(ratedAmps * 0.3),
  };
}
