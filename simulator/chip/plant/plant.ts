/** A stretch of time in which the machine's output does not change. Reused between steps: copy what you keep. */
export interface Piece {
  volts: number;
  amps: number;
  ms: number;
  /** False where a recording has a hole: there is nothing to sense. */
  valid: boolean;
}

/** What stands behind the contactor: a welder at work, or a recording of one. */
export interface Plant {
  /** Fills `into` with the next stretch, `mostMs` long at most. Without power there is no current, whatever the plant would do. */
  next(powered: boolean, mostMs: number, into: Piece): void;
}

export type Process = "mma" | "mag" | "tig";

/** The electrical make of the machine. */
export interface Machine {
  process: Process;
  ratedAmps: number;
  alternating: boolean;
  /** Voltage-reducing device: 15 V instead of the open-circuit voltage while nothing is touched. */
  vrd: boolean;
}

/** What somebody did to the machine's inside: added to what it had. */
export interface Modification {
  noLoadVolts: number;
  arcVolts: number;
}

/** Conventional load lines (GB/T 15579.1), capped above 600 A. */
export const LOAD_LINE = {
  mma: { baseVolts: 20, voltsPerAmp: 0.04, mostVolts: 44 },
  mag: { baseVolts: 14, voltsPerAmp: 0.05, mostVolts: 44 },
  tig: { baseVolts: 10, voltsPerAmp: 0.04, mostVolts: 34 },
} as const satisfies Record<Process, { baseVolts: number; voltsPerAmp: number; mostVolts: number }>;

/** Least current of an arc by the design's definition. */
export function arcMinAmpsOf(process: Process): number {
  return process === "tig" ? 5 : 15;
}
