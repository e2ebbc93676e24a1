/** A machine with its chip, and who works it: made once, booted as often as need be. */
import { randomBytes } from "node:crypto";
import { Chip } from "#simulator/chip/machine/chip.ts";
import type { ChipMake } from "#simulator/chip/machine/chipMake.ts";
import type { MemoryStore } from "#simulator/chip/machine/memory.ts";
import { Wiring } from "#simulator/chip/machine/wiring.ts";
import { rewire, type Workplace } from "#simulator/chip/machine/workplace.ts";
import type { CheckedOptions } from "#simulator/chip/options.ts";
import { OpenCircuit } from "#simulator/chip/plant/openCircuit.ts";
import { arcMinAmpsOf, type Machine } from "#simulator/chip/plant/plant.ts";
import { Player } from "#simulator/chip/plant/player.ts";
import { Random } from "#simulator/chip/plant/random.ts";
import type { Recording } from "#simulator/chip/plant/recording.ts";
import { Welder } from "#simulator/chip/plant/welder.ts";
import type { SensorMake } from "#simulator/chip/sensing/sensor.ts";

const RANGE_VOLTS = 200;

/** The machine, and the sensor that was mounted on it. */
export interface Place extends Pick<CheckedOptions, "machine" | "bypass" | "windowMs" | "speed" | "rangeAmps"> {
  seed: number;
  recording: Recording | null;
}

/** As what the chip boots: asked at each boot. */
export interface Birth extends Pick<ChipMake, "device" | "uid" | "linkKey" | "budgetKey" | "silicon"> {
  address: number;
  /** What the chip was told of its sensor; null: what is true. */
  ranges: { amps: number; volts: number } | null;
  store: MemoryStore;
}

export function makeWorkplace(given: Place, birth: () => Birth, nowMs: number): Workplace {
  const { machine, seed, recording } = given;
  const welder = recording ? null : new Welder(machine, seed);
  const player = recording ? new Player(recording, new OpenCircuit(machine, new Random(seed))) : null;
  const plant = player ?? welder;
  if (!plant) throw new RangeError("a workplace without a plant");
  const sensor = sensorOf(given.rangeAmps, recording !== null, new Random(seed ^ 0x5e50));
  const bootChip = (born: Birth, atMs: number): Chip => {
    const make = { ...classing(machine), ...born, windowMs: given.windowMs, speed: given.speed, sensor: asTold(sensor, born.ranges) };
    return new Chip({ ...make, bootNonce: new Uint8Array(randomBytes(8)) }, plant, born.store, atMs);
  };
  const first = birth();
  const place: Workplace = {
    ...{ address: first.address, machine, welder, player, wiring: new Wiring(), chip: bootChip(first, nowMs) },
    boot: (atMs) => {
      const before = place.chip;
      const born = birth();
      place.address = born.address;
      place.chip = bootChip(born, atMs);
      rewire(place.chip, before);
      place.wiring.connect(place.chip);
    },
  };
  place.wiring.set("contactorBypassed", given.bypass);
  place.wiring.connect(place.chip);
  return place;
}

function classing({ process, alternating }: Machine) {
  const arcMinAmps = arcMinAmpsOf(process);
  return { arcMinAmps, alternating, plantArcMinAmps: arcMinAmps, plantAlternating: alternating };
}

/** A recording was sensed once already: it gets a resolution and nothing else. */
function sensorOf(rangeAmps: number, recorded: boolean, random: Random): SensorMake {
  if (recorded) return { rangeAmps, rangeVolts: RANGE_VOLTS, ampsStep: 0.001, voltsStep: 0.001, ampsOffset: 0, voltsOffset: 0 };
  const offsets = { ampsOffset: random.between(-0.4, 0.4), voltsOffset: random.between(-0.05, 0.05) };
  return { rangeAmps, rangeVolts: RANGE_VOLTS, ampsStep: 0.1, voltsStep: 0.02, ...offsets };
}

/** The converter gives a part of its range, and the chip makes amperes and volts of it by the range that it was told. */
function asTold(sensor: SensorMake, told: Birth["ranges"]): SensorMake {
  if (!told) return sensor;
  const scale = { amps: told.amps / sensor.rangeAmps, volts: told.volts / sensor.rangeVolts };
  return { ...sensor, rangeAmps: told.amps, rangeVolts: told.volts, scale };
}
