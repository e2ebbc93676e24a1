/** The plant through the chip's own sensing path to detection, without registers and contactor logic: an hour of work in a fraction of a second. */
import { type DetectionState, detect, initialDetection } from "#agent/core/detection/detection.ts";
import type { Finding } from "#agent/core/detection/finding.ts";
import type { MachineStatus } from "#agent/core/link.ts";
import type { Machine, Piece, Plant } from "#simulator/chip/plant/plant.ts";
import type { Random } from "#simulator/chip/plant/random.ts";
import { Welder, type WeldJob } from "#simulator/chip/plant/welder.ts";
import { WindowRing } from "#simulator/chip/sensing/ring.ts";
import { Sensor, type SensorMake } from "#simulator/chip/sensing/sensor.ts";
import { Windower } from "#simulator/chip/sensing/windower.ts";
import { jobFor, RANGE_AMPS, settingsFor, WINDOW_MS } from "#test/detection/workshop.ts";

const EXCHANGE_WINDOWS = 10;
const STATUS: MachineStatus = {
  ...{ commandedClosed: false, mirrorClosed: false, eStop: false, enclosureOpen: false, sensorMissing: false, fault: "none" },
  ...{ openedBy: "command", leaseHeld: false, leaseRemainingMs: 0, leaseResult: "accepted", uptimeMs: 0, startPresses: 0 },
  ...{ voltageVolts: 0, currentAmps: 0, lostWindows: 0, nextSeq: 0 },
};

/** What a building site adds to a machine: noise on both channels, mains that sag, and a switch of the machine's own. */
class Site implements Plant {
  readonly #inner: Plant;
  readonly #random: Random;
  ampsNoise = 0;
  voltsNoise = 0;
  mainsPart = 1;
  switchedOn = true;

  constructor(inner: Plant, random: Random) {
    this.#inner = inner;
    this.#random = random;
  }

  next(powered: boolean, mostMs: number, into: Piece): void {
    this.#inner.next(powered && this.switchedOn, mostMs, into);
    into.volts = into.volts * this.mainsPart + this.voltsNoise * this.#random.bell();
    into.amps += this.ampsNoise * this.#random.bell();
  }
}

export class SensingLine {
  readonly machine: Machine;
  readonly welder: Welder;
  readonly site: Site;
  /** May be changed while it runs: offsets drift. */
  readonly make: SensorMake;
  readonly findings: Finding[] = [];
  state: DetectionState = initialDetection();
  arcMs = 0;
  #session = 0;
  #closed = false;
  #nextSeq = 0;
  readonly #sensor: Sensor;
  readonly #windower: Windower;
  readonly #ring = new WindowRing(1_200);
  readonly #flowing: Piece = { volts: 0, amps: 0, ms: 0, valid: true };
  readonly #sensed: Piece = { volts: 0, amps: 0, ms: 0, valid: true };

  constructor(machine: Machine, random: Random, offsets: Pick<SensorMake, "ampsOffset" | "voltsOffset">) {
    this.machine = machine;
    this.welder = new Welder(machine, random.integer(0, 2 ** 32 - 1));
    this.site = new Site(this.welder, random);
    this.make = { rangeAmps: RANGE_AMPS, rangeVolts: 200, ampsStep: 0.1, voltsStep: 0.02, ...offsets };
    this.#sensor = new Sensor(this.make);
    this.#windower = new Windower(settingsFor(machine).arcMinAmps, machine.alternating);
  }

  get plantMs(): number {
    return this.#nextSeq * WINDOW_MS;
  }

  start(): void {
    this.#session += 1;
    this.#closed = true;
  }

  lock(): void {
    this.#closed = false;
  }

  weld(job: Partial<WeldJob>): void {
    this.welder.weld(jobFor(this.machine, job));
  }

  /** To the end of a window. */
  run(ms: number): void {
    const untilMs = this.plantMs + ms;
    while (this.plantMs < untilMs) {
      this.#fillWindow();
      if (this.#nextSeq % EXCHANGE_WINDOWS === 0) this.#exchange();
    }
  }

  #fillWindow(): void {
    for (let leftMs = WINDOW_MS; leftMs > 1e-6; leftMs -= this.#flowing.ms) {
      this.site.next(this.#closed, leftMs, this.#flowing);
      this.#sensor.read(this.#flowing, this.#sensed);
      this.#windower.feed(this.#sensed);
    }
    const { window } = this.#windower.finish(this.#nextSeq, { closed: this.#closed, sensorMissing: false });
    this.arcMs += window.arcMs;
    this.#ring.push(window);
    this.#nextSeq += 1;
  }

  #exchange(): void {
    const { windows } = this.#ring.read(this.state.nextSeq ?? 0, EXCHANGE_WINDOWS);
    const contact = { commandedClosed: this.#closed, mirrorClosed: this.#closed };
    const status = { ...STATUS, ...contact, uptimeMs: this.plantMs, nextSeq: this.#nextSeq };
    const { state, findings } = detect(this.state, { status, windows, roundTripMs: 20 }, this.#session, settingsFor(this.machine));
    this.state = state;
    this.findings.push(...findings);
    this.#ring.confirmBelow(this.state.nextSeq ?? 0);
  }
}
