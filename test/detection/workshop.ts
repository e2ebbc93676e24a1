/** A simulated chip with its welder in virtual time, and detection at the other end of its registers, read once a second as the agent does. */
import { type DetectionState, detect, initialDetection } from "#agent/core/detection/detection.ts";
import type { Finding, Found } from "#agent/core/detection/finding.ts";
import type { MeterSettings } from "#agent/core/metering/settings.ts";
import { statusOf } from "#agent/shell/serial/chipReading.ts";
import { LEASE, type LeaseMode, PAGE, WINDOW } from "#protocol/chip/arcgateChip.ts";
import { decodePage, encodeLease } from "#protocol/chip/link.ts";
import { Chip } from "#simulator/chip/machine/chip.ts";
import { FORGETFUL } from "#simulator/chip/machine/memory.ts";
import { readRegisters } from "#simulator/chip/machine/registers.ts";
import { writeRegisters } from "#simulator/chip/machine/writes.ts";
import { arcMinAmpsOf, type Machine } from "#simulator/chip/plant/plant.ts";
import type { Random } from "#simulator/chip/plant/random.ts";
import { Welder, type WeldJob } from "#simulator/chip/plant/welder.ts";
import type { SensorMake } from "#simulator/chip/sensing/sensor.ts";
import { BUDGET_KEY, CLOSE, DEVICE } from "#test/chip/rig.ts";

export const WINDOW_MS = 100;
const EXCHANGE_MS = 1_000;
export const RANGE_AMPS = 600;

export const MACHINES = {
  mma: { process: "mma", ratedAmps: 400, alternating: false, vrd: false },
  vrd: { process: "mma", ratedAmps: 400, alternating: false, vrd: true },
  ac: { process: "mma", ratedAmps: 315, alternating: true, vrd: false },
  mag: { process: "mag", ratedAmps: 350, alternating: false, vrd: false },
  tig: { process: "tig", ratedAmps: 315, alternating: false, vrd: false },
} as const satisfies Record<string, Machine>;

export interface Told {
  found: Found;
  finding: Finding;
  /** Plant time of the exchange that brought it. */
  atMs: number;
}

export class Workshop {
  readonly machine: Machine;
  readonly welder: Welder;
  readonly chip: Chip;
  readonly told: Told[] = [];
  state: DetectionState = initialDetection();
  readonly settings: MeterSettings;
  session = 0;
  #mode: LeaseMode = "open";
  #nowMs = 1_000;
  #counter = 0;
  /** Where in the second the agent's exchanges fall. */
  #nextExchangeMs: number;

  constructor(machine: Machine, random: Random, sensor: Partial<SensorMake> = {}) {
    const arcMinAmps = arcMinAmpsOf(machine.process);
    this.machine = machine;
    this.welder = new Welder(machine, random.integer(0, 2 ** 32 - 1));
    const ideal = { rangeAmps: RANGE_AMPS, rangeVolts: 200, ampsStep: 0.1, voltsStep: 0.02, ampsOffset: 0, voltsOffset: 0, ...sensor };
    this.chip = new Chip(
      {
        ...{ device: DEVICE, uid: new Uint8Array(12), linkKey: new Uint8Array(32).fill(9), budgetKey: BUDGET_KEY },
        ...{ bootNonce: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), windowMs: WINDOW_MS, sensor: ideal, arcMinAmps, speed: 1 },
        ...{ alternating: machine.alternating, plantArcMinAmps: arcMinAmps, plantAlternating: machine.alternating },
      },
      this.welder,
      FORGETFUL,
      this.#nowMs,
    );
    this.settings = settingsFor(machine);
    this.#nextExchangeMs = this.#nowMs + random.integer(1, EXCHANGE_MS);
  }

  get plantMs(): number {
    return this.chip.plantMs;
  }

  start(): void {
    this.session += 1;
    this.#mode = "closed";
    this.#exchange();
  }

  lock(): void {
    this.#mode = "open";
    this.#exchange();
  }

  weld(job: Partial<WeldJob> = {}): void {
    this.welder.weld(jobFor(this.machine, job));
  }

  run(ms: number): void {
    const untilMs = this.#nowMs + ms;
    while (this.#nextExchangeMs <= untilMs) {
      this.#advance(this.#nextExchangeMs);
      this.#nextExchangeMs += EXCHANGE_MS;
      this.#exchange();
    }
    this.#advance(untilMs);
  }

  #advance(nowMs: number): void {
    this.#nowMs = nowMs;
    this.chip.advance(nowMs);
  }

  /** One FC23: lease and acknowledgement out, page in; several pages when there is more. */
  #exchange(): void {
    const { chip } = this;
    this.#counter = Math.max(this.#counter, chip.desk.counter) + 1;
    const readFrom = this.state.nextSeq ?? 0;
    const order = { ...CLOSE, mode: this.#mode, session: this.session, counter: this.#counter, readFrom, confirmedBelow: readFrom };
    if (writeRegisters(chip, LEASE.address, encodeLease(order, chip.desk.secret))) throw new Error("the lease was not written");
    const words = readRegisters(chip, PAGE.address, PAGE.words + 10 * WINDOW.words);
    const page = typeof words === "number" ? undefined : decodePage(words, WINDOW_MS, chip.desk.secret);
    if (!page) throw new Error("no authentic page");
    const reading = { status: statusOf(page.header), windows: page.windows, roundTripMs: 20 };
    const { state, findings } = detect(this.state, reading, this.session, this.settings);
    this.state = state;
    for (const finding of findings) this.told.push({ found: finding.found, finding, atMs: this.plantMs });
    if (page.windows.length === 10) this.#exchange();
  }
}

/** `reason` where there is one, else the name. */
export function reasonOf(found: Found): string {
  return "reason" in found ? found.reason : found.name;
}

export function settingsFor(machine: Machine): MeterSettings {
  return {
    ...{ windowMs: WINDOW_MS, arcMinAmps: arcMinAmpsOf(machine.process), alternating: machine.alternating },
    ...{ ratedAmps: machine.ratedAmps, ratedDutyCycle: 0.6, sensorRangeAmps: RANGE_AMPS },
  };
}

export function jobFor({ process, ratedAmps }: Machine, job: Partial<WeldJob>): WeldJob {
  const shortsPerS = { mma: 1, mag: 60, tig: 0 }[process];
  const amps = Math.round(ratedAmps * 0.35);
  return { rods: 1, rodMs: 5_000, changeMs: 1_000, amps, shortsPerS, pulseHz: 0, lostPerRod: 0, stickMs: 0, ...job };
}
