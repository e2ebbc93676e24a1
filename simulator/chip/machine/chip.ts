import type { Lamp, LeaseResult, OpenedBy } from "#protocol/chip/arcgateChip.ts";
import { LEASE_MS } from "#protocol/chip/arcgateChip.ts";
import type { LeaseOrder, LinkSecret } from "#protocol/chip/link.ts";
import {
  type ContactorEvent,
  type ContactorState,
  contactorDeadline,
  contactorNext,
  powerUpContactor,
} from "#simulator/chip/machine/contactor.ts";
import { type ChipMemory, type MemoryStore, newMemory } from "#simulator/chip/machine/memory.ts";
import { SessionAccount } from "#simulator/chip/machine/sessionAccount.ts";
import { Supervision } from "#simulator/chip/machine/supervision.ts";
import type { Piece, Plant } from "#simulator/chip/plant/plant.ts";
import { TruthMeter } from "#simulator/chip/plant/truth.ts";
import { WindowRing } from "#simulator/chip/sensing/ring.ts";
import { Sensor, type SensorMake } from "#simulator/chip/sensing/sensor.ts";
import { Windower } from "#simulator/chip/sensing/windower.ts";

export interface ChipMake {
  device: string;
  uid: Uint8Array;
  linkKey: Uint8Array;
  /** Random, of this boot. */
  bootNonce: Uint8Array;
  windowMs: number;
  sensor: SensorMake;
  /** As the chip leaves the bench; the agent's settings replace them. */
  arcMinAmps: number;
  alternating: boolean;
  /** What the plant really is, for the truth. */
  plantArcMinAmps: number;
  plantAlternating: boolean;
  speed: number;
}

export interface Opening {
  by: OpenedBy;
  /** Uptime, real. */
  atMs: number;
  arcing: boolean;
}

const RING_S = 90;
const LEAST_RING_RECORDS = 1_200;
const MOST_RING_RECORDS = 0xffff;
const ARC_OFF_MS = 2_000;
const PRESS_MS = 300;
const MOST_OPENINGS = 200;
/** A process that was stopped for longer does not make up the plant's time; the watchdog's it does. */
const MOST_CATCH_UP_MS = 60_000;

/** One chip with its machine: everything but the wire. Driven by `advance`, with a monotonic clock in milliseconds. */
export class Chip {
  readonly make: ChipMake;
  readonly secret: LinkSecret;
  readonly ring: WindowRing;
  readonly sensor: Sensor;
  readonly account: SessionAccount;
  readonly #plant: Plant;
  readonly #store: MemoryStore;
  readonly #memory: ChipMemory;
  readonly #windower: Windower;
  readonly #supervision: Supervision;
  readonly #truth: TruthMeter;
  readonly #bootAtMs: number;
  readonly #flowing: Piece = { volts: 0, amps: 0, ms: 0, valid: true };
  readonly #sensed: Piece = { volts: 0, amps: 0, ms: 0, valid: true };
  #nowMs: number;
  #speed: number;
  /** The plant's clock is whole milliseconds; what real time is ahead of it. */
  #plantMs = 0;
  #owedMs = 0;
  #windowEndMs: number;
  #closedMs = 0;
  #quietMs = Number.POSITIVE_INFINITY;
  #contactor: ContactorState = powerUpContactor();
  #mainClosed = false;
  #memoryStale = false;
  #pressedUntilMs = 0;
  #blinkUntilMs = 0;

  welded = false;
  bypassed = false;
  mirrorStuckOpen = false;
  foreign = false;
  silent = false;
  startPresses = 0;
  lamp: Lamp = "off";
  leaseCounter = 0;
  leaseResult: LeaseResult = "none";
  leasesAccepted = 0;
  lastLeaseAtMs: number | null = null;
  readFrom = 0;
  voltsNow = 0;
  ampsNow = 0;
  readonly openings: Opening[] = [];

  constructor(make: ChipMake, plant: Plant, store: MemoryStore, nowMs: number) {
    this.make = make;
    this.#plant = plant;
    this.#store = store;
    this.#memory = store.load() ?? newMemory();
    this.#memory.bootCount += 1;
    this.#bootAtMs = nowMs;
    this.#nowMs = nowMs;
    this.#speed = make.speed;
    this.#windowEndMs = make.windowMs;
    this.secret = { key: make.linkKey, bootNonce: make.bootNonce };
    this.ring = new WindowRing(this.#ringDepth());
    this.sensor = new Sensor(make.sensor);
    this.account = new SessionAccount(this.#memory.totals, this.#memory.bootCount, make.windowMs);
    this.#windower = new Windower(this.settings.arcMinAmps, this.settings.alternating);
    this.#supervision = new Supervision(make.sensor.rangeAmps);
    this.#truth = new TruthMeter(make.plantArcMinAmps, make.plantAlternating);
    this.#keep();
  }

  get contactor(): ContactorState {
    return this.#contactor;
  }

  get mirrorClosed(): boolean {
    return this.#mainClosed && !this.mirrorStuckOpen;
  }

  get memory(): ChipMemory {
    return this.#memory;
  }

  get settings(): { arcMinAmps: number; alternating: boolean } {
    return this.#memory.settings ?? { arcMinAmps: this.make.arcMinAmps, alternating: this.make.alternating };
  }

  get plantMs(): number {
    return this.#plantMs;
  }

  get uptimeMs(): number {
    return Math.floor(this.#nowMs - this.#bootAtMs);
  }

  get speed(): number {
    return this.#speed;
  }

  get powered(): boolean {
    return this.#mainClosed || this.bypassed;
  }

  get currentPresent(): boolean {
    return this.#supervision.isPresent(this.ampsNow);
  }

  get startButtonDown(): boolean {
    return this.#nowMs < this.#pressedUntilMs;
  }

  get blinking(): boolean {
    return this.#nowMs < this.#blinkUntilMs;
  }

  get leaseRemainingMs(): number {
    const until = this.#contactor.leaseUntilMs;
    return until === null ? 0 : Math.max(0, Math.min(LEASE_MS, Math.round(until - this.uptimeMs)));
  }

  truth() {
    return this.#truth.read();
  }

  /** Brings the chip and its machine up to `nowMs`; deadlines on the way are met at their own time. */
  advance(nowMs: number): void {
    while (this.#nowMs < nowMs) {
      const deadline = contactorDeadline(this.#contactor);
      const stopMs = Math.max(this.#nowMs, Math.min(nowMs, deadline === null ? nowMs : deadline + this.#bootAtMs));
      this.#runPlant(Math.min(MOST_CATCH_UP_MS, stopMs - this.#nowMs) * this.#speed);
      this.#nowMs = stopMs;
      if (deadline !== null && stopMs >= deadline + this.#bootAtMs) this.happen({ type: "tick" });
    }
    if (this.#memoryStale) this.#keep();
  }

  /** Something happened to the contactor's logic: an order, a switch, a fault. */
  happen(event: ContactorEvent): LeaseResult | undefined {
    const before = this.#contactor;
    const { state, result } = contactorNext(before, event, this.#nowMs - this.#bootAtMs);
    this.#contactor = state;
    this.#moveContact();
    if (before.commandedClosed && !state.commandedClosed) this.#onOpened(state);
    if (state.commandedClosed && (!before.commandedClosed || before.session !== state.session)) {
      this.account.begin(state.session);
      this.#memoryStale = true;
    }
    if (event.type === "order" && event.order.mode === "open") this.account.end();
    return result;
  }

  /** An authentic order, its counter checked. */
  obey(order: LeaseOrder): void {
    this.leaseResult = order.leaseMs > LEASE_MS ? "badValue" : (this.happen({ type: "order", order }) ?? "none");
    if (this.leaseResult === "badValue") return;
    this.lamp = order.lamp;
    this.readFrom = order.readFrom;
    this.ring.confirmBelow(Math.min(order.confirmedBelow, this.ring.nextSeq));
    if (this.leaseResult !== "accepted") return;
    this.leasesAccepted += 1;
    this.lastLeaseAtMs = this.uptimeMs;
  }

  applySettings(arcMinAmps: number, alternating: boolean): void {
    this.#memory.settings = { arcMinAmps, alternating };
    this.#windower.classifyBy(arcMinAmps, alternating);
    this.#keep();
  }

  setWelded(on: boolean): void {
    this.welded = on;
    this.#moveContact();
  }

  setSpeed(speed: number): void {
    this.#speed = speed;
    this.ring.deepen(this.#ringDepth());
  }

  pressStart(): void {
    this.startPresses = (this.startPresses + 1) & 0xffff;
    this.#pressedUntilMs = this.#nowMs + PRESS_MS;
  }

  blink(seconds: number): void {
    this.#blinkUntilMs = this.#nowMs + seconds * 1000;
  }

  close(): void {
    this.#store.close();
  }

  #ringDepth(): number {
    const wanted = Math.ceil((RING_S * 1000 * this.#speed) / this.make.windowMs);
    return Math.min(MOST_RING_RECORDS, Math.max(LEAST_RING_RECORDS, wanted));
  }

  #moveContact(): void {
    if (this.#contactor.commandedClosed) this.#mainClosed = true;
    else if (!this.welded) this.#mainClosed = false;
  }

  #onOpened(state: ContactorState): void {
    if (this.openings.length === MOST_OPENINGS) this.openings.shift();
    this.openings.push({ by: state.openedBy, atMs: Math.floor(this.#nowMs - this.#bootAtMs), arcing: this.#windower.condition !== "none" });
    if (state.barredSession === state.session || state.openedBy === "arcOff") this.account.end();
  }

  #runPlant(ms: number): void {
    this.#owedMs += ms;
    const untilMs = this.#plantMs + Math.floor(this.#owedMs);
    this.#owedMs -= untilMs - this.#plantMs;
    while (this.#plantMs < untilMs - 1e-6) {
      this.#step(Math.min(untilMs, this.#windowEndMs) - this.#plantMs);
      if (this.#plantMs >= this.#windowEndMs - 1e-6) this.#finishWindow();
    }
    this.#plantMs = untilMs;
  }

  #step(mostMs: number): void {
    const flowing = this.#flowing;
    const sensed = this.#sensed;
    this.#plant.next(this.powered, mostMs, flowing);
    this.#truth.feed(flowing);
    this.sensor.read(flowing, sensed);
    this.#windower.feed(sensed);
    const { ms } = sensed;
    this.#plantMs += ms;
    if (this.#contactor.commandedClosed) this.#closedMs += ms;
    this.#quietMs = this.#windower.condition === "none" ? this.#quietMs + ms : 0;
    if (this.#quietMs >= ARC_OFF_MS && this.#contactor.mode === "closedUntilArcOff") this.happen({ type: "arcOff" });
    this.#watch(sensed);
  }

  #watch({ ms, amps }: Piece): void {
    const { commandedClosed, fault: latched } = this.#contactor;
    const sensorMissing = this.sensor.unplugged;
    const fault = this.#supervision.watch({ ms, amps, commandedClosed, mirrorClosed: this.mirrorClosed, sensorMissing });
    if (latched === "none" && fault !== "none") this.happen({ type: "fault", fault });
    // A sensor that is back is a fault that is over; the others wait for the installer.
    else if (latched === "sensorMissing" && !sensorMissing) this.happen({ type: "clearFault" });
  }

  #finishWindow(): void {
    const closed = this.#closedMs > 0;
    const finished = this.#windower.finish(this.ring.nextSeq, { closed, sensorMissing: this.sensor.unplugged });
    const { window } = finished;
    const alternating = this.settings.alternating;
    this.voltsNow = alternating ? window.voltageRmsVolts : window.voltageMeanVolts;
    this.ampsNow = alternating ? window.currentRmsAmps : window.currentMeanAmps;
    if (this.account.count(finished, this.#closedMs)) this.#memoryStale = true;
    this.ring.push(window);
    this.#closedMs = 0;
    this.#plantMs = this.#windowEndMs;
    this.#windowEndMs += this.make.windowMs;
  }

  #keep(): void {
    this.#memory.totals = this.account.totals;
    this.#store.store(this.#memory);
    this.#memoryStale = false;
  }
}
