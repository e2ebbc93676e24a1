import { LEASE_MS, type LeaseResult } from "#protocol/chip/arcgateChip.ts";
import type { LeaseOrder } from "#protocol/chip/link.ts";
import type { ChipMake } from "#simulator/chip/machine/chipMake.ts";
import { Contact } from "#simulator/chip/machine/contact.ts";
import {
  type ContactorEvent,
  type ContactorState,
  contactorDeadline,
  contactorNext,
  powerUpContactor,
} from "#simulator/chip/machine/contactor.ts";
import { type Classing, Instrument } from "#simulator/chip/machine/instrument.ts";
import { LeaseDesk } from "#simulator/chip/machine/leaseDesk.ts";
import { type ChipMemory, keptContactor, type MemoryStore, newMemory } from "#simulator/chip/machine/memory.ts";
import { Panel } from "#simulator/chip/machine/panel.ts";
import { Presence } from "#simulator/chip/machine/presence.ts";
import { SessionAccount } from "#simulator/chip/machine/sessionAccount.ts";
import { Supervision } from "#simulator/chip/machine/supervision.ts";
import { Vault } from "#simulator/chip/machine/vault.ts";
import type { Piece, Plant } from "#simulator/chip/plant/plant.ts";
import type { Truth } from "#simulator/chip/plant/truth.ts";
import type { Calibration } from "#simulator/chip/sensing/calibration.ts";
import { ringDepthFor, WindowRing } from "#simulator/chip/sensing/ring.ts";
import type { Sensor } from "#simulator/chip/sensing/sensor.ts";

const ARC_OFF_MS = 2_000;
/** A process that was stopped for longer does not make up the plant's time; the watchdog's it does. */
const MOST_CATCH_UP_MS = 60_000;

/** One chip with its machine: everything but the wire. Driven by `advance`, with a monotonic clock in milliseconds. */
export class Chip {
  readonly make: ChipMake;
  readonly desk: LeaseDesk;
  readonly ring: WindowRing;
  readonly account: SessionAccount;
  readonly panel = new Panel();
  readonly contact = new Contact();
  readonly presence = new Presence();
  readonly vault: Vault;
  readonly #instrument: Instrument;
  readonly #store: MemoryStore;
  readonly #memory: ChipMemory;
  readonly #supervision: Supervision;
  readonly #bootAtMs: number;
  #nowMs: number;
  #speed: number;
  /** The plant's clock is whole milliseconds; what real time is ahead of it. */
  #plantMs = 0;
  #owedMs = 0;
  #windowEndMs: number;
  #closedMs = 0;
  #contactor: ContactorState;
  #memoryStale = false;

  voltsNow = 0;
  ampsNow = 0;

  constructor(make: ChipMake, plant: Plant, store: MemoryStore, nowMs: number) {
    this.make = make;
    this.#store = store;
    this.#memory = store.load() ?? newMemory();
    this.#memory.bootCount += 1;
    this.#contactor = powerUpContactor(keptContactor(this.#memory));
    this.#bootAtMs = nowMs;
    this.#nowMs = nowMs;
    this.#speed = make.speed;
    this.#windowEndMs = make.windowMs;
    this.desk = new LeaseDesk({ key: make.linkKey, bootNonce: make.bootNonce });
    this.ring = new WindowRing(ringDepthFor(make.windowMs, make.speed));
    this.account = new SessionAccount(this.#memory.totals, this.#memory.bootCount, make.windowMs);
    this.vault = new Vault(this.#memory.vault, make);
    const real = { arcMinAmps: make.plantArcMinAmps, alternating: make.plantAlternating };
    this.#instrument = new Instrument(plant, make.sensor, { ...this.settings, calibration: this.#memory.calibration }, real);
    this.#supervision = new Supervision(make.sensor.rangeAmps);
    this.keep();
  }

  get contactor(): ContactorState {
    return this.#contactor;
  }

  get memory(): ChipMemory {
    return this.#memory;
  }

  get sensor(): Sensor {
    return this.#instrument.sensor;
  }

  get settings(): Classing {
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

  get currentPresent(): boolean {
    return this.#supervision.isPresent(this.ampsNow);
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get leaseRemainingMs(): number {
    const until = this.#contactor.leaseUntilMs;
    return until === null ? 0 : Math.max(0, Math.min(LEASE_MS, Math.round(until - this.uptimeMs)));
  }

  truth(): Truth {
    return this.#instrument.truth();
  }

  /** Brings the chip and its machine up to `nowMs`; deadlines on the way are met at their own time. */
  advance(nowMs: number): void {
    if (!this.presence.isRunning) {
      this.#nowMs = nowMs;
      return;
    }
    while (this.#nowMs < nowMs) {
      const deadline = contactorDeadline(this.#contactor);
      const stopMs = Math.max(this.#nowMs, Math.min(nowMs, deadline === null ? nowMs : deadline + this.#bootAtMs));
      this.#runPlant(Math.min(MOST_CATCH_UP_MS, stopMs - this.#nowMs) * this.#speed);
      this.#nowMs = stopMs;
      // Uptime by subtraction may round to just below the deadline, which would then stand for ever.
      if (deadline !== null && stopMs >= deadline + this.#bootAtMs)
        this.happen({ type: "tick" }, Math.max(deadline, stopMs - this.#bootAtMs));
    }
    if (this.vault.runTo(this.uptimeMs) || this.#memoryStale) this.keep();
  }

  /** Something happened to the contactor's logic: an order, a switch, a fault. */
  happen(event: ContactorEvent, uptimeMs = this.#nowMs - this.#bootAtMs): LeaseResult | undefined {
    const before = this.#contactor;
    const { state, result } = contactorNext(before, event, uptimeMs);
    this.#contactor = state;
    this.contact.follow(state.commandedClosed);
    const opens = before.commandedClosed && !state.commandedClosed;
    const isBarred = before.barredSession !== state.barredSession;
    const { lastAtMs: renewedAtMs } = this.desk;
    this.contact.note(before, state, { atMs: this.uptimeMs, renewedAtMs, arcing: this.#instrument.burning });
    if (isBarred || (opens && state.openedBy === "arcOff")) this.account.end();
    if (isBarred) this.keep();
    if (state.commandedClosed && (!before.commandedClosed || before.session !== state.session)) {
      if (!this.account.isRunning(state.session)) this.vault.spendStart();
      this.account.begin(state.session);
      this.#memoryStale = true;
    }
    if (event.type === "order" && event.order.mode === "open") this.account.end();
    return result;
  }

  /** An authentic order, its counter checked. */
  obey(order: LeaseOrder): LeaseResult {
    const { desk } = this;
    if (order.leaseMs > LEASE_MS) return "badValue";
    const isUnpaid = this.vault.isSpent && !this.account.isRunning(order.session);
    const result = this.happen({ type: "order", order: desk.leased(order), isUnpaid }) ?? "none";
    if (result === "badValue") return result;
    this.panel.lamp = order.lamp;
    desk.readFrom = order.readFrom;
    this.ring.confirmBelow(Math.min(order.confirmedBelow, this.ring.nextSeq));
    if (result !== "accepted") return result;
    desk.accepted += 1;
    desk.lastAtMs = this.uptimeMs;
    return result;
  }

  applySettings(settings: Classing): void {
    this.#memory.settings = settings;
    this.#instrument.classifyBy(settings);
    this.keep();
  }

  calibrate(calibration: Calibration, lock: boolean): void {
    this.#memory.calibration = calibration;
    if (lock) this.vault.lockCalibration();
    this.#instrument.correctBy(calibration);
    this.keep();
  }

  setSpeed(speed: number): void {
    this.#speed = speed;
    this.ring.deepen(ringDepthFor(this.make.windowMs, speed));
  }

  close(): void {
    this.#store.close();
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
    const sensed = this.#instrument.step(this.contact.powers, mostMs);
    this.#plantMs += sensed.ms;
    if (this.#contactor.commandedClosed) this.#closedMs += sensed.ms;
    if (this.#instrument.quietMs >= ARC_OFF_MS && this.#contactor.mode === "closedUntilArcOff") this.happen({ type: "arcOff" });
    this.#watch(sensed);
  }

  #watch({ ms, amps }: Piece): void {
    const { commandedClosed, fault: latched } = this.#contactor;
    const sensorMissing = this.sensor.unplugged;
    const fault = this.#supervision.watch({ ms, amps, commandedClosed, mirrorClosed: this.contact.mirrorClosed, sensorMissing });
    if (latched === "none" && fault !== "none") this.happen({ type: "fault", fault });
    // A sensor that is back is a fault that is over; the others wait for the installer.
    else if (latched === "sensorMissing" && !sensorMissing) this.happen({ type: "clearFault" });
  }

  #finishWindow(): void {
    const closed = this.#closedMs > 0;
    const finished = this.#instrument.finish(this.ring.nextSeq, { closed, sensorMissing: this.sensor.unplugged });
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

  /** Whoever changed the memory has it kept before anybody is told of the change. */
  keep(): void {
    this.#memory.totals = this.account.totals;
    this.#memory.barredSession = this.#contactor.barredSession;
    this.#store.store(this.#memory);
    this.#memoryStale = false;
  }
}
