/**
 * A chip and its machine in virtual time: the simulator's contactor and vault, numbered windows, totals that outlive a power loss.
 * It is run to a moment whenever somebody looks; what happens by itself (a lease that lapses, an arc that is cut) happens to the millisecond.
 */
import type {
  Adoption,
  JournalHead,
  LinkOrder,
  LinkReading,
  LinkTotals,
  LinkVault,
  MachineStatus,
  VersionFloors,
} from "#agent/core/link.ts";
import type { LeaseResult, OpenedBy } from "#protocol/chip/arcgateChip.ts";
import {
  type ContactorEvent,
  type ContactorState,
  contactorDeadline,
  contactorNext,
  powerUpContactor,
} from "#simulator/chip/machine/contactor.ts";
import { ARC_WATTS, type ChipMemory, ChipVault, chipUid, newChipMemory } from "#test/simulation/chipMemory.ts";
import { WINDOW_MS, WindowRing } from "#test/simulation/windowRing.ts";

/** Of no current, after which a contactor that is closed until the arc is off opens. */
const ARC_OFF_MS = 2_000;

export interface ChipWatch {
  /** An order came. `isLeased`: the contactor is closed by it; `wasOpenMs`: after it had been open for so long. */
  ordered(order: LinkOrder, result: LeaseResult, isLeased: boolean, wasOpenMs: number | null): void;
  opened(session: number, by: OpenedBy, atMs: number): void;
  /** An arc is over; `session` is whose it was. */
  arced(session: number, fromMs: number, toMs: number): void;
  /** The contactor was closed at `atMs`; it had been renewed, and had seen an arc, so long ago. */
  heldFor(atMs: number, silentMs: number, quietMs: number): void;
}

export class ModelChip {
  readonly device: string;
  readonly memory: ChipMemory;
  readonly #watch: ChipWatch;
  #contactor: ContactorState = powerUpContactor();
  #vault: ChipVault;
  #ring = new WindowRing();
  #bootedAtMs = 0;
  #nowMs = 0;
  #presses = 0;
  /** Since when there has been no arc. */
  #quietSinceMs = 0;
  #openSinceMs = 0;
  #renewedAtMs = 0;
  #arcSinceMs: number | null = null;
  /** The electrode is at the work. */
  #welding = false;
  isPowered = true;

  constructor(device: string, watch: ChipWatch) {
    this.device = device;
    this.#watch = watch;
    this.memory = newChipMemory();
    this.#vault = new ChipVault(this.memory);
  }

  get bootId(): string {
    return `boot-${this.memory.boots}`;
  }

  get closedFor(): number | null {
    return this.#contactor.commandedClosed ? this.#contactor.session : null;
  }

  get isArcing(): boolean {
    return this.#arcSinceMs !== null;
  }

  get lostWindows(): number {
    return this.#ring.lost;
  }

  /** What goes on by itself until now. */
  runTo(nowMs: number): void {
    if (!this.isPowered) {
      this.#nowMs = nowMs;
      return;
    }
    while (this.#nowMs < nowMs) {
      const deadline = contactorDeadline(this.#contactor);
      const lapse = deadline === null ? nowMs : deadline + this.#bootedAtMs;
      const arcOff = this.#contactor.mode === "closedUntilArcOff" ? this.#quietSinceMs + ARC_OFF_MS : nowMs;
      const next = Math.max(this.#nowMs, Math.min(nowMs, lapse, this.#arcSinceMs === null ? arcOff : nowMs));
      this.#pass(next);
      if (this.closedFor !== null) this.#watch.heldFor(next, next - this.#renewedAtMs, this.isArcing ? 0 : next - this.#quietSinceMs);
      if (this.#arcSinceMs === null && this.#contactor.mode === "closedUntilArcOff" && next >= this.#quietSinceMs + ARC_OFF_MS)
        this.#happen({ type: "arcOff" });
      this.#happen({ type: "tick" });
    }
  }

  weld(nowMs: number, on: boolean): void {
    this.runTo(nowMs);
    this.#welding = on;
    this.#strike();
  }

  press(nowMs: number): void {
    this.runTo(nowMs);
    this.#presses += 1;
  }

  eStop(nowMs: number, on: boolean): void {
    this.runTo(nowMs);
    this.#happen({ type: "eStop", on });
  }

  /** Off: windows that nobody has read are gone, the contactor falls open. */
  power(nowMs: number, on: boolean): void {
    this.runTo(nowMs);
    if (this.isPowered === on) return;
    if (!on) {
      this.#fallOpen("powerUp");
      this.isPowered = false;
      return;
    }
    const { barredSession, eStop } = this.#contactor;
    this.isPowered = true;
    this.memory.boots += 1;
    this.#bootedAtMs = nowMs;
    this.#contactor = powerUpContactor({ session: this.memory.running, barredSession });
    this.#happen({ type: "eStop", on: eStop });
    this.#vault = new ChipVault(this.memory);
    this.#ring = new WindowRing();
    this.#presses = 0;
    this.#quietSinceMs = nowMs;
  }

  exchange(nowMs: number, order: LinkOrder, most: number): LinkReading {
    this.runTo(nowMs);
    const { mode, session, leaseMs, sessionRemainingS } = order;
    const isUnpaid = this.#vault.isSpent && this.memory.running !== session;
    const wasClosed = this.closedFor !== null;
    const result = this.#happen({ type: "order", order: { mode, session, leaseMs, sessionRemainingS }, isUnpaid }) ?? "none";
    const leased = this.closedFor !== null && result === "accepted";
    if (leased) this.#renewedAtMs = nowMs;
    this.#watch.ordered(order, result, leased, leased && !wasClosed ? nowMs - this.#openSinceMs : null);
    if (leased) this.#count(session);
    if (mode === "open") this.memory.running = 0;
    this.#ring.confirm(Math.min(order.confirmedBelow, this.#ring.nextSeq));
    return { status: this.#status(result), windows: this.#ring.read(order.readFrom, most), roundTripMs: 20 };
  }

  adoption(nowMs: number): Adoption {
    this.runTo(nowMs);
    const { totals } = this;
    return {
      ...{ bootId: this.bootId, uid: chipUid, firmware: "1.0.0", deviceCode: this.device, windowMs: WINDOW_MS, sensorRangeAmps: 600 },
      ...{ hasLease: true, keepsWindows: true, session: totals.session, totals, status: this.#status("none") },
    };
  }

  get totals(): LinkTotals {
    const { session, arcMs, chargeAmpereSeconds, boots } = this.memory;
    return {
      ...{ session, closed: this.closedFor !== null, arcMs, chargeAmpereSeconds: Math.floor(chargeAmpereSeconds) },
      ...{ energyJoules: Math.floor((chargeAmpereSeconds * ARC_WATTS) / 120), strikes: 0, shorts: 0, shortMs: 0, closedMs: 0 },
      ...{ lastSeq: Math.max(0, this.#ring.nextSeq - 1), bootCount: boots },
    };
  }

  vault(nowMs: number): LinkVault {
    this.runTo(nowMs);
    return this.#vault.read(nowMs - this.#bootedAtMs);
  }

  raise(nowMs: number, floors: VersionFloors, head: JournalHead): void {
    this.runTo(nowMs);
    this.#vault.raise(floors, head, nowMs - this.#bootedAtMs);
  }

  carry(nowMs: number, envelope: Uint8Array): boolean {
    this.runTo(nowMs);
    return this.#vault.carry(envelope, nowMs - this.#bootedAtMs);
  }

  #pass(toMs: number): void {
    const arcing = this.#arcSinceMs !== null;
    const forMs = toMs - this.#nowMs;
    this.#ring.pass(forMs, this.closedFor !== null, arcing);
    if (arcing) {
      this.memory.arcMs += forMs;
      this.memory.chargeAmpereSeconds += (this.#ring.arcAmps * forMs) / 1000;
    }
    this.#nowMs = toMs;
    this.#vault.runTo(toMs - this.#bootedAtMs);
  }

  #happen(event: ContactorEvent): LeaseResult | undefined {
    const before = this.#contactor;
    const { state, result } = contactorNext(before, event, this.#nowMs - this.#bootedAtMs);
    this.#contactor = state;
    if (before.barredSession !== state.barredSession) this.memory.running = 0;
    if (before.commandedClosed && !state.commandedClosed) {
      if (state.openedBy === "arcOff") this.memory.running = 0;
      this.#opened(before.session, state.openedBy);
    }
    this.#strike();
    return result;
  }

  #fallOpen(by: OpenedBy): void {
    if (this.closedFor !== null) this.#opened(this.#contactor.session, by);
    this.#contactor = { ...this.#contactor, commandedClosed: false, mode: "open", leaseUntilMs: null };
    this.#strike();
  }

  #opened(session: number, by: OpenedBy): void {
    this.#openSinceMs = this.#nowMs;
    this.#watch.opened(session, by, this.#nowMs);
  }

  /** An arc needs an electrode at the work and a closed contactor. */
  #strike(): void {
    const burns = this.#welding && this.closedFor !== null;
    if (burns && this.#arcSinceMs === null) this.#arcSinceMs = this.#nowMs;
    if (burns || this.#arcSinceMs === null) return;
    this.#watch.arced(this.memory.session, this.#arcSinceMs, this.#nowMs);
    this.#arcSinceMs = null;
    this.#quietSinceMs = this.#nowMs;
  }

  /** A start is counted once for each session, and its totals begin at nothing. */
  #count(session: number): void {
    if (this.memory.running === session) return;
    if (this.memory.session !== session) Object.assign(this.memory, { session, arcMs: 0, chargeAmpereSeconds: 0 });
    this.#vault.spendStart();
    this.memory.running = session;
    this.#quietSinceMs = this.#nowMs;
  }

  #status(leaseResult: LeaseResult): MachineStatus {
    const { commandedClosed, eStop, enclosureOpen, fault, openedBy, leaseUntilMs } = this.#contactor;
    const uptimeMs = this.#nowMs - this.#bootedAtMs;
    return {
      ...{ commandedClosed, mirrorClosed: commandedClosed, eStop, enclosureOpen, sensorMissing: false, fault, openedBy, leaseResult },
      ...{ leaseHeld: leaseUntilMs !== null, leaseRemainingMs: leaseUntilMs === null ? 0 : leaseUntilMs - uptimeMs, uptimeMs },
      ...{ startPresses: this.#presses, lostWindows: this.#ring.lost, nextSeq: this.#ring.nextSeq },
      ...{ voltageVolts: this.isArcing ? 25 : commandedClosed ? 68 : 0, currentAmps: this.isArcing ? 120 : 0 },
    };
  }
}
