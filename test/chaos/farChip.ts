/** A chip and its machine in virtual time: the simulator's contactor and vault, and windows of a second that only say what the interlock looks at. */
import type { Adoption, LinkOrder, LinkReading, MachineStatus } from "#agent/core/link.ts";
import type { LeaseResult } from "#protocol/chip/arcgateChip.ts";
import type { Window } from "#protocol/chip/window.ts";
import { type ContactorEvent, contactorNext, powerUpContactor } from "#simulator/chip/machine/contactor.ts";
import { newMemory } from "#simulator/chip/machine/memory.ts";
import { Vault } from "#simulator/chip/machine/vault.ts";
import { ARC, makeWindow, NO_LOAD, OPEN } from "#test/metering/windows.ts";

export const WINDOW_MS = 1_000;
const RING_DEEP = 64;
const NOTHING_SEEN = { sensorMissing: false, voltageVolts: 0, currentAmps: 0, lostWindows: 0 };
const NO_BYTES = new Uint8Array(0);
const SECRETS = { budgetKey: NO_BYTES, uid: NO_BYTES, bootNonce: NO_BYTES };

export class FarChip {
  readonly uid: string;
  readonly memory = newMemory().vault;
  #vault: Vault;
  #boots = 1;
  #contactor = powerUpContactor();
  #uptimeMs = 0;
  #windows: Window[] = [];
  #nextSeq = 0;
  #presses = 0;
  #quietMs = 0;
  /** Session of the totals, until it is ended. */
  #running = 0;
  welding = false;
  /** Sessions that it counted a start for. */
  started: number[] = [];

  constructor(uid: string, left: { starts: number; boots: number; hours: number }) {
    this.uid = uid;
    Object.assign(this.memory, { startsLeft: left.starts, bootsLeft: left.boots, poweredHoursLeft: left.hours });
    this.#vault = new Vault(this.memory, SECRETS);
  }

  get bootId(): string {
    return `${this.uid}-${this.#boots}`;
  }

  get closedFor(): number | null {
    return this.#contactor.commandedClosed ? this.#contactor.session : null;
  }

  get arcing(): boolean {
    return this.welding && this.#contactor.commandedClosed;
  }

  get hard(): boolean {
    const { eStop, enclosureOpen, fault } = this.#contactor;
    return eStop || enclosureOpen || fault !== "none";
  }

  /** A second passes. */
  second(): void {
    const closed = this.#contactor.commandedClosed;
    const { arcing } = this;
    this.#quietMs = arcing ? 0 : this.#quietMs + WINDOW_MS;
    const last = this.#windows.at(-1);
    if (last && !arcing && last.arcMs === 0 && last.closed === closed) last.run += 1;
    else {
      const shows = arcing ? { ...ARC, arcMs: WINDOW_MS } : closed ? NO_LOAD : OPEN;
      this.#windows.push({ ...makeWindow(this.#nextSeq, shows, WINDOW_MS), strikes: 0 });
    }
    if (this.#windows.length > RING_DEEP) this.#windows.shift();
    this.#nextSeq += 1;
    this.#uptimeMs += WINDOW_MS;
    if (this.#quietMs >= 2_000 && this.#contactor.mode === "closedUntilArcOff") this.happen({ type: "arcOff" });
    this.happen({ type: "tick" });
    this.#vault.runTo(this.#uptimeMs);
  }

  happen(event: ContactorEvent): LeaseResult | undefined {
    const before = this.#contactor;
    const { state, result } = contactorNext(before, event, this.#uptimeMs);
    this.#contactor = state;
    if (before.commandedClosed && !state.commandedClosed) {
      this.#quietMs = Number.POSITIVE_INFINITY;
      if (state.openedBy === "arcOff") this.#running = 0;
    }
    if (before.barredSession !== state.barredSession) this.#running = 0;
    if (state.commandedClosed && (!before.commandedClosed || before.session !== state.session)) {
      if (this.#running !== state.session) {
        this.#vault.spendStart();
        this.started.push(state.session);
      }
      this.#running = state.session;
    }
    if (event.type === "order" && event.order.mode === "open") this.#running = 0;
    return result;
  }

  press(): void {
    this.#presses += 1;
  }

  /** The running session and the barred one are remembered; switches stay as they are. */
  boot(): void {
    const { barredSession, eStop, enclosureOpen } = this.#contactor;
    this.#boots += 1;
    this.#contactor = powerUpContactor({ session: this.#running, barredSession });
    this.happen({ type: "eStop", on: eStop });
    this.happen({ type: "enclosure", on: enclosureOpen });
    this.#vault = new Vault(this.memory, SECRETS);
    this.#uptimeMs = 0;
    this.#windows = [];
    this.#nextSeq = 0;
    this.#presses = 0;
    this.#quietMs = 0;
  }

  raise(list: number, policy: number): void {
    const { listFloor, overlayFloor, keysetFloor, timeFloorS, journalChain, journalSeq } = this.memory;
    const same = { overlayFloor, keysetFloor, timeFloorS, journalChain, journalSeq };
    const asked = { ...same, counter: 0, listFloor: Math.max(listFloor, list), policyFloor: policy, journalHead: NO_BYTES, mac: NO_BYTES };
    this.#vault.raise(asked as unknown as Parameters<Vault["raise"]>[0], this.#uptimeMs);
  }

  exchange(order: LinkOrder): LinkReading {
    const { mode, session, leaseMs, sessionRemainingS } = order;
    const isUnpaid = this.#vault.isSpent && this.#running !== session;
    const result = this.happen({ type: "order", order: { mode, session, leaseMs, sessionRemainingS }, isUnpaid }) ?? "none";
    this.#forgetBelow(Math.min(order.confirmedBelow, this.#nextSeq));
    const windows = this.#windows.filter(({ seq, run }) => seq + run > order.readFrom).map((window) => cut(window, order.readFrom));
    return { status: this.#status(result), windows, roundTripMs: 20 };
  }

  adoption(): Adoption {
    return {
      ...{ bootId: this.bootId, uid: this.uid, firmware: "1.0.0", deviceCode: "370983ZARCG000000010" },
      ...{ windowMs: WINDOW_MS, sensorRangeAmps: 600, hasLease: true, keepsWindows: true, session: this.#running, totals: null },
      status: this.#status("none"),
    };
  }

  #forgetBelow(seq: number): void {
    this.#windows = this.#windows.filter((window) => window.seq + window.run > seq).map((window) => cut(window, seq));
  }

  #status(leaseResult: LeaseResult): MachineStatus {
    const { commandedClosed, eStop, enclosureOpen, fault, openedBy, leaseUntilMs } = this.#contactor;
    const { commandedClosed: mirrorClosed } = this.#contactor;
    const leaseHeld = leaseUntilMs !== null;
    const leaseRemainingMs = leaseHeld ? leaseUntilMs - this.#uptimeMs : 0;
    const fields = { commandedClosed, mirrorClosed, eStop, enclosureOpen, fault, openedBy, leaseResult, leaseHeld, leaseRemainingMs };
    return Object.assign(fields, NOTHING_SEEN, { uptimeMs: this.#uptimeMs, startPresses: this.#presses, nextSeq: this.#nextSeq });
  }
}

function cut(window: Window, fromSeq: number): Window {
  if (window.seq >= fromSeq) return { ...window };
  return { ...window, seq: fromSeq, run: window.seq + window.run - fromSeq };
}
