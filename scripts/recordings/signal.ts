import type { Chance } from "#scripts/recordings/random.ts";
import type { Phase, WeldingProcess } from "#scripts/recordings/timeline.ts";

export interface Reading {
  amps: number;
  volts: number;
}

/** Current and voltage of one machine at any time; ask in order of time. */
export interface Signal {
  at(tS: number, phase: Phase): Reading;
}

interface Character {
  amps: [number, number];
  loadLine: (amps: number) => number;
  openCircuitVolts: number;
  /** Of the mean. */
  ampsNoise: number;
  voltsNoise: number;
  shortsPerSecond: number;
}

const CHARACTER: Record<WeldingProcess, Character> = {
  mma: { amps: [90, 180], loadLine: (i) => 20 + 0.04 * i, openCircuitVolts: 68, ampsNoise: 0.04, voltsNoise: 1.2, shortsPerSecond: 2 },
  mag: { amps: [110, 220], loadLine: (i) => 14 + 0.05 * i, openCircuitVolts: 52, ampsNoise: 0.08, voltsNoise: 1, shortsPerSecond: 70 },
  pulse: { amps: [100, 200], loadLine: (i) => 14 + 0.05 * i, openCircuitVolts: 58, ampsNoise: 0.03, voltsNoise: 0.8, shortsPerSecond: 0 },
  tig: { amps: [30, 160], loadLine: (i) => 10 + 0.04 * i, openCircuitVolts: 62, ampsNoise: 0.015, voltsNoise: 0.4, shortsPerSecond: 0 },
  ac: { amps: [100, 200], loadLine: (i) => 20 + 0.04 * i, openCircuitVolts: 66, ampsNoise: 0.04, voltsNoise: 1.2, shortsPerSecond: 0 },
};

const PULSES_PER_SECOND = 93;
const PULSE_PART = 0.35;
const MAINS_HZ = 50;

/** `instantaneous`: an AC machine's waves; otherwise their RMS, as a slow meter gives it. */
export function makeSignal(chance: Chance, process: WeldingProcess, instantaneous: boolean): Signal {
  const character = CHARACTER[process];
  const setAmps = chance.between(...character.amps);
  const transfer = droplets(chance, character.shortsPerSecond);
  const steady = (tS: number, phase: Phase): Reading => {
    const noise = chance.noise();
    if (phase.kind === "hush") return { amps: 0.15 * noise, volts: character.openCircuitVolts + 0.3 * chance.noise() };
    if (phase.kind === "short" || transfer(tS)) {
      return { amps: setAmps * 1.35 + 4 * noise, volts: 2.5 + 0.3 * chance.noise() };
    }
    const amps = burning(tS, process, setAmps) * (1 + character.ampsNoise * noise);
    return { amps, volts: character.loadLine(amps) + character.voltsNoise * chance.noise() };
  };
  return { at: (tS, phase) => (process === "ac" && instantaneous ? wave(tS, phase, steady(tS, phase)) : steady(tS, phase)) };
}

function burning(tS: number, process: WeldingProcess, setAmps: number): number {
  if (process !== "pulse") return setAmps;
  return (tS * PULSES_PER_SECOND) % 1 < PULSE_PART ? setAmps * 1.9 : setAmps * 0.5;
}

/** Sine current; the arc's voltage is nearly square with it, the open circuit's is a sine too. */
function wave(tS: number, phase: Phase, rms: Reading): Reading {
  const sine = Math.sin(2 * Math.PI * MAINS_HZ * tS);
  const volts = phase.kind === "arc" ? rms.volts * Math.tanh(6 * sine) * 1.04 : rms.volts * Math.SQRT2 * sine;
  return { amps: rms.amps * Math.SQRT2 * sine, volts };
}

/** Short-circuit transfer: is a droplet bridging the arc now? */
function droplets(chance: Chance, perSecond: number): (tS: number) => boolean {
  if (perSecond === 0) return () => false;
  let from = 0;
  let to = 0;
  return (tS) => {
    while (tS >= to) {
      from = to + chance.between(0.4, 1.6) / perSecond;
      to = from + chance.between(0.002, 0.004);
    }
    return tS >= from;
  };
}
