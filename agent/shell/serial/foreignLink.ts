import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import type { Adoption, LinkOrder, LinkReading, MachineStatus, MeterSetup } from "#agent/core/link.ts";
import type { Clock, MachineLink } from "#agent/ports.ts";
import type { ForeignMeter } from "#agent/shell/serial/foreignMeter.ts";
import type { ForeignRelay } from "#agent/shell/serial/foreignRelay.ts";
import { FOREIGN_WINDOW_MS, ForeignWindows, type MeterReading } from "#agent/shell/serial/foreignWindows.ts";
import type { Rank } from "#agent/shell/serial/requestQueue.ts";
import type { OpenedBy } from "#protocol/chip/arcgateChip.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

/** A read-back that differs once may have crossed the order on its way. */
const DISAGREEMENTS_MAX = 2;

interface Adopted {
  setup: MeterSetup;
  bootId: string;
  startMs: number;
  windows: ForeignWindows;
}

/**
 * A machine made of a meter and a relay that were never meant for each other: the driver numbers the windows, renews
 * the relay's time, and reads the coil back in place of a mirror contact.
 */
export class ForeignLink implements MachineLink {
  readonly device: string;
  readonly vault = null;
  readonly #meter: ForeignMeter;
  readonly #relay: ForeignRelay;
  readonly #clock: Clock;
  #adopted: Adopted | undefined;
  /** The latest that was wanted, whatever its place in the queue. */
  #order: LinkOrder | undefined;
  #reading: MeterReading | null = null;
  #arcIsOff = false;
  #commandedClosed = false;
  #closedUntilMs = 0;
  #openedBy: OpenedBy = "none";
  #disagreements = 0;

  constructor(device: string, meter: ForeignMeter, relay: ForeignRelay, clock: Clock) {
    this.device = device;
    this.#meter = meter;
    this.#relay = relay;
    this.#clock = clock;
  }

  get hasDeadMan(): boolean {
    return this.#relay.hasDeadMan;
  }

  /** Rejects when meter or relay does not answer. Windows go on being counted when it is called again with the same setup. */
  async adopt(setup: MeterSetup): Promise<Adoption> {
    const sensorRangeAmps = await this.#meter.rangeAmps();
    this.#reading = await this.#meter.read("low");
    const mirrorClosed = await this.#relay.isClosed("low");
    const adopted = this.#keepOrStart(setup);
    return {
      bootId: adopted.bootId,
      uid: `meter ${this.#meter.address}, relay ${this.#relay.address}`,
      firmware: "",
      deviceCode: this.device,
      windowMs: FOREIGN_WINDOW_MS,
      sensorRangeAmps,
      hasLease: this.hasDeadMan,
      keepsWindows: false,
      session: 0,
      totals: null,
      status: this.#status(adopted, mirrorClosed),
    };
  }

  totals(): Promise<null> {
    return Promise.resolve(null);
  }

  async exchange(order: LinkOrder, priority: "urgent" | "routine"): Promise<LinkReading> {
    const adopted = this.#adopted;
    if (!adopted) throw new CodedError("link.rebooted", `${this.device} is not adopted yet`);
    if (order.mode !== "closedUntilArcOff") this.#arcIsOff = false;
    this.#order = order;
    const measuredFirst = order.mode === "closedUntilArcOff";
    if (measuredFirst) await this.#measure(adopted, priority);
    const driven = await this.#relay.drive(() => this.#closeForMs(adopted), priority);
    const mirrorClosed = await this.#relay.isClosed(priority);
    this.#disagreements = mirrorClosed === this.#commandedClosed ? 0 : this.#disagreements + 1;
    if (!measuredFirst) await this.#measure(adopted, priority);
    adopted.windows.add(this.#clock.monoMs(), mirrorClosed, this.#reading);
    const windows = adopted.windows.read(order.readFrom, order.confirmedBelow);
    return { status: this.#status(adopted, mirrorClosed), windows, roundTripMs: performance.now() - driven.sentAtMs };
  }

  #keepOrStart(setup: MeterSetup): Adopted {
    const old = this.#adopted;
    if (old && old.setup.arcMinAmps === setup.arcMinAmps && old.setup.alternating === setup.alternating) return old;
    const startMs = this.#clock.monoMs();
    const windows = new ForeignWindows(startMs, setup.arcMinAmps);
    this.#adopted = { setup, startMs, windows, bootId: randomUUID() };
    return this.#adopted;
  }

  /** A silent meter is no reason to let the relay's time run out unseen: it shows as a missing sensor. */
  async #measure(adopted: Adopted, rank: Rank): Promise<void> {
    try {
      this.#reading = await this.#meter.read(rank);
    } catch (error) {
      if (!(error instanceof CodedError) || error.code === "link.portMissing") throw error;
      this.#reading = null;
    }
    const flowing = this.#reading !== null && this.#reading.currentAmps >= adopted.setup.arcMinAmps;
    if (this.#order?.mode === "closedUntilArcOff" && !flowing) this.#arcIsOff = true;
  }

  /** Decided when the order's turn on the wire has come: an older call in the queue must not undo a newer one. */
  #closeForMs(adopted: Adopted): number {
    const order = this.#order;
    const closed = order !== undefined && order.mode !== "open" && !this.#arcIsOff;
    const forMs = closed ? Math.min(order.leaseMs, order.sessionRemainingS * 1_000) : 0;
    this.#note(forMs, this.#clock.monoMs() - adopted.startMs);
    return forMs;
  }

  #note(closeForMs: number, nowMs: number): void {
    const lapsed = this.hasDeadMan && this.#commandedClosed && nowMs > this.#closedUntilMs;
    if (lapsed) this.#openedBy = "leaseLapsed";
    else if (this.#commandedClosed && closeForMs <= 0) this.#openedBy = this.#arcIsOff ? "arcOff" : "command";
    this.#commandedClosed = closeForMs > 0;
    this.#closedUntilMs = nowMs + closeForMs;
  }

  #status(adopted: Adopted, mirrorClosed: boolean): MachineStatus {
    const uptimeMs = this.#clock.monoMs() - adopted.startMs;
    const leaseHeld = this.hasDeadMan && this.#commandedClosed;
    return {
      commandedClosed: this.#commandedClosed,
      mirrorClosed,
      eStop: false,
      enclosureOpen: false,
      sensorMissing: this.#reading === null,
      fault: this.#disagreements >= DISAGREEMENTS_MAX ? "mirrorDisagrees" : "none",
      openedBy: this.#openedBy,
      leaseHeld,
      leaseRemainingMs: leaseHeld ? Math.max(0, this.#closedUntilMs - uptimeMs) : 0,
      leaseResult: this.#order ? "accepted" : "none",
      uptimeMs,
      startPresses: 0,
      voltageVolts: this.#reading?.voltageVolts ?? 0,
      currentAmps: this.#reading?.currentAmps ?? 0,
      lostWindows: adopted.windows.lostWindows,
      nextSeq: adopted.windows.nextSeq,
    };
  }
}
