import { decodeWindow, encodeWindow, type Window } from "#protocol/chip/window.ts";
import { OpenCircuit } from "#simulator/chip/plant/openCircuit.ts";
import type { Machine, Piece } from "#simulator/chip/plant/plant.ts";
import { Player } from "#simulator/chip/plant/player.ts";
import { Random } from "#simulator/chip/plant/random.ts";
import { RecordingParser } from "#simulator/chip/plant/recording.ts";
import { Sensor } from "#simulator/chip/sensing/sensor.ts";
import { Windower } from "#simulator/chip/sensing/windower.ts";

interface Sensed {
  windows: Window[];
  /** Window clock when the first row was played, and that row's `t_s`. */
  startMs: number;
  firstS: number;
}

export interface SensedMachine {
  machine: Machine;
  arcMinAmps: number;
  windowMs: number;
  sensorRangeAmps: number;
}

const AFTERWARDS_MS = 3_000;
const ROUNDING_MS = 1e-6;

/**
 * A recording through the simulated chip's own sensing path, over the wire's format and back, without processes or real time.
 * `phaseMs`: where in a window the contactor closes.
 */
export function senseRecording(csv: string, { machine, arcMinAmps, windowMs, sensorRangeAmps }: SensedMachine, phaseMs: number): Sensed {
  const parser = new RecordingParser();
  parser.push(csv);
  const recording = parser.finish();
  const player = new Player(recording, new OpenCircuit(machine, new Random(1)));
  const sensor = new Sensor({
    rangeAmps: sensorRangeAmps,
    rangeVolts: 200,
    ampsStep: 0.001,
    voltsStep: 0.001,
    ampsOffset: 0,
    voltsOffset: 0,
  });
  const windower = new Windower(arcMinAmps, machine.alternating);
  const windows: Window[] = [];
  const flowing: Piece = { volts: 0, amps: 0, ms: 0, valid: true };
  const read: Piece = { ...flowing };
  const endMs = phaseMs + (recording.atMs.at(-1) ?? 0) + AFTERWARDS_MS;
  let atMs = 0;
  while (atMs < endMs) {
    const windowEndMs = (windows.length + 1) * windowMs;
    const powered = atMs >= phaseMs - ROUNDING_MS;
    player.next(powered, (powered ? windowEndMs : Math.min(windowEndMs, phaseMs)) - atMs, flowing);
    sensor.read(flowing, read);
    windower.feed(read);
    atMs += read.ms;
    if (atMs < windowEndMs - ROUNDING_MS) continue;
    atMs = windowEndMs;
    const { window } = windower.finish(windows.length, { closed: atMs > phaseMs, sensorMissing: false });
    windows.push(decodeWindow(encodeWindow(window, windowMs), windows.length, windowMs));
  }
  return { windows, startMs: player.startedAtMs ?? 0, firstS: recording.firstS };
}
