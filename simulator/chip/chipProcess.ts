import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { sha256Hex } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { type BusCommand, Command, type CommandInput, isBusCommand } from "#simulator/chip/control/commands.ts";
import { Chip } from "#simulator/chip/machine/chip.ts";
import { FramFile, RamStore } from "#simulator/chip/machine/memory.ts";
import { command, type MachineTruth, rewire, type Workplace } from "#simulator/chip/machine/workplace.ts";
import { type CheckedOptions, type ChipOptions, checkOptions } from "#simulator/chip/options.ts";
import { OpenCircuit } from "#simulator/chip/plant/openCircuit.ts";
import { arcMinAmpsOf } from "#simulator/chip/plant/plant.ts";
import { Player } from "#simulator/chip/plant/player.ts";
import { Random } from "#simulator/chip/plant/random.ts";
import { type Recording, readRecording } from "#simulator/chip/plant/recording.ts";
import { Welder } from "#simulator/chip/plant/welder.ts";
import type { SensorMake } from "#simulator/chip/sensing/sensor.ts";
import { ChipBus, type Timing } from "#simulator/chip/wire/bus.ts";
import { ControlServer } from "#simulator/line/controlServer.ts";
import { PtyLine } from "#simulator/line/ptyLine.ts";

/** A running bus of chips. */
export interface ChipProcess {
  readonly tty: string;
  readonly control: string;
  readonly machines: readonly { device: string; address: number }[];
  /** What the control socket takes and gives. Bus commands give null. Throws `chip.badCommand`. */
  command(command: CommandInput): MachineTruth | null;
  /** Removes the link and the socket. */
  close(): Promise<void>;
}

interface ChipEvents {
  /** Default: this process dies at once, as by kill -9. */
  powerCut?: () => void;
  /** The chips' memory failed; default: thrown out of a timer. */
  failed?: (error: unknown) => void;
}

const TICK_MS = 10;
const RANGE_VOLTS = 200;

/** Opens the pty, the control socket and the chips' memory, and runs until `close`. Throws CodedErrors of the area `chip`. */
export async function startChip(options: ChipOptions, events: ChipEvents = {}): Promise<ChipProcess> {
  const checked = checkOptions(options);
  const recording = checked.trace === undefined ? null : readRecording(checked.trace);
  const timing = realTiming();
  const places = checked.addresses.map((_, index) => makeWorkplace(checked, index, recording, timing.nowMs()));
  const line = new PtyLine(checked.tty, (bytes) => bus.hear(bytes));
  const { baud, characterBits, paced, speed, seed } = checked;
  const bus = new ChipBus(
    (address) => places.find((place) => place.address === address)?.chip,
    { rate: { baud, characterBits }, paced, speed, seed },
    timing,
    (bytes) => line.write(bytes),
  );
  const runner = new Runner(places, bus, line, timing, events.powerCut ?? (() => process.kill(process.pid, "SIGKILL")));
  const control = await ControlServer.open(checked.control, (asked) => runner.command(asked)).catch((error: unknown) => {
    line.unplug();
    for (const { chip } of places) chip.close();
    throw error;
  });
  const ticker = setInterval(() => {
    try {
      runner.advance();
    } catch (error) {
      if (!events.failed) throw error;
      events.failed(error);
    }
  }, TICK_MS);
  return {
    tty: checked.tty,
    control: checked.control,
    machines: places.map(({ address, chip }) => ({ device: chip.make.device, address })),
    command: (asked) => runner.command(asked),
    close: async () => {
      clearInterval(ticker);
      line.unplug();
      await control.close();
      rmSync(checked.control, { force: true });
      for (const { chip } of places) chip.close();
    },
  };
}

class Runner {
  readonly #places: readonly Workplace[];
  readonly #bus: ChipBus;
  readonly #line: PtyLine;
  readonly #timing: Timing;
  readonly #powerCut: () => void;

  constructor(places: readonly Workplace[], bus: ChipBus, line: PtyLine, timing: Timing, powerCut: () => void) {
    this.#places = places;
    this.#bus = bus;
    this.#line = line;
    this.#timing = timing;
    this.#powerCut = powerCut;
  }

  advance(): void {
    const nowMs = this.#timing.nowMs();
    for (const place of this.#places) {
      place.chip.advance(nowMs);
      if (place.chip.presence.isBootDue(nowMs)) place.boot(nowMs);
    }
  }

  command(asked: unknown): MachineTruth | null {
    const parsed = Command.safeParse(asked);
    if (!parsed.success) throw new CodedError("chip.badCommand", JSON.stringify(asked)?.slice(0, 120) ?? "nothing");
    this.advance();
    if (isBusCommand(parsed.data)) {
      this.#onBus(parsed.data);
      return null;
    }
    const { at } = parsed.data;
    const place = at === undefined ? this.#places[0] : this.#places.find(({ address }) => address === at);
    if (!place) throw new CodedError("chip.badCommand", `no machine at ${at}`);
    return command(place, parsed.data);
  }

  #onBus(asked: BusCommand): void {
    switch (asked.do) {
      case "unplugCable":
        this.#line.unplug();
        break;
      case "plugCable":
        this.#line.plug();
        break;
      case "powerCut":
        this.#powerCut();
        break;
      case "noise":
        this.#bus.setNoise(asked.rate);
        break;
      case "speed":
        for (const { chip } of this.#places) chip.setSpeed(asked.x);
        this.#bus.setSpeed(asked.x);
        break;
    }
  }
}

function makeWorkplace(options: CheckedOptions, index: number, recording: Recording | null, nowMs: number): Workplace {
  const { machine } = options;
  const address = options.addresses[index] ?? 1;
  const device = options.devices[index] ?? "";
  const seed = options.seed + index;
  const welder = recording ? null : new Welder(machine, seed);
  const player = recording ? new Player(recording, new OpenCircuit(machine, new Random(seed))) : null;
  const arcMinAmps = arcMinAmpsOf(machine.process);
  const make = {
    device,
    uid: Uint8Array.from(Buffer.from(sha256Hex(`arcgate-sim-uid/${device}`), "hex").subarray(0, 12)),
    linkKey: options.linkKey,
    budgetKey: options.budgetKey,
    windowMs: options.windowMs,
    sensor: sensorOf(options, recording !== null, new Random(seed ^ 0x5e50)),
    arcMinAmps,
    alternating: machine.alternating,
    plantArcMinAmps: arcMinAmps,
    plantAlternating: machine.alternating,
    speed: options.speed,
  };
  const store = options.state === undefined ? new RamStore() : new FramFile(options.state, device);
  const plant = player ?? welder;
  if (!plant) throw new RangeError("a workplace without a plant");
  const bootChip = (atMs: number) => new Chip({ ...make, bootNonce: new Uint8Array(randomBytes(8)) }, plant, store, atMs);
  const place: Workplace = {
    ...{ address, machine, welder, player, chip: bootChip(nowMs) },
    boot: (atMs) => {
      const before = place.chip;
      place.chip = bootChip(atMs);
      rewire(place.chip, before);
    },
  };
  place.chip.contact.bypassed = options.bypass;
  return place;
}

/** A recording was sensed once already: it gets a resolution and nothing else. */
function sensorOf({ rangeAmps }: CheckedOptions, recorded: boolean, random: Random): SensorMake {
  if (recorded) return { rangeAmps, rangeVolts: RANGE_VOLTS, ampsStep: 0.001, voltsStep: 0.001, ampsOffset: 0, voltsOffset: 0 };
  const offsets = { ampsOffset: random.between(-0.4, 0.4), voltsOffset: random.between(-0.05, 0.05) };
  return { rangeAmps, rangeVolts: RANGE_VOLTS, ampsStep: 0.1, voltsStep: 0.02, ...offsets };
}

function realTiming(): Timing {
  return {
    nowMs: () => performance.now(),
    wakeAfter: (ms, run) => {
      setTimeout(run, Math.max(0, ms));
    },
  };
}
