/** A machine at the far end of the core: windows, a contactor, boots. Everything it does follows from the orders it gets and from a script. */
import type { PassFacts } from "#agent/core/licensing/pass.ts";
import type { Adoption, LinkOrder, LinkReading, MachineStatus } from "#agent/core/link.ts";
import type { MachineNow, MachineSetup, ScanInput } from "#agent/core/machine/state.ts";
import type { Window } from "#protocol/chip/window.ts";
import { ARC, type Made, makeWindow, NO_LOAD, OPEN } from "#test/metering/windows.ts";
import { PLAIN } from "#test/policy/fixtures.ts";

export const WINDOW_MS = 100;
export const HANDLE = "ab".repeat(16);
export const OTHER_HANDLE = "cd".repeat(16);
const YEAR_MS = 365 * 86_400_000;
export const START_UTC_MS = Date.UTC(2026, 10, 22);

export const SETUP: MachineSetup = {
  device: "370983ZARCG000000010",
  policy: { ...PLAIN, device: "370983ZARCG000000010", sessionMaximumS: 3_600 },
  processCategory: "2.1",
  keepsVault: false,
  meter: { arcMinAmps: 15, alternating: false, ratedAmps: 400, ratedDutyCycle: 0.6 },
};

const DAY = Math.floor(START_UTC_MS / 86_400_000);
export const ENTRY = { categories: 1, notBeforeDay: DAY - 400, expiryDay: DAY + 1_000, reviewDay: DAY + 900, suspended: false };

export const LIST_ISSUED_MS = START_UTC_MS - 10 * 86_400_000;

export function passFacts(wanted: Partial<PassFacts> = {}): PassFacts {
  const { suspended: _, ...dates } = ENTRY;
  const credential = { ...dates, issuedMs: LIST_ISSUED_MS - 86_400_000 };
  const said = { maxSessionS: 86_400, checklistVersion: 0, place: null };
  return { handle: HANDLE, credential, way: "page", purpose: "start", ...said, ...wanted };
}

export function scanOf(wanted: Partial<ScanInput> = {}): ScanInput {
  const list = { listVersion: 5, overlayVersion: 3, listIssuedMs: LIST_ISSUED_MS };
  const certified = { pass: passFacts(), refusal: null, grant: null, entry: ENTRY, ...list };
  return { type: "scan", id: "scan-1", ...certified, sessionId: 41, journalFull: false, ...wanted };
}

/** The scan that a grant comes to. */
export function grantScanOf(counter: number, wanted: Partial<ScanInput> = {}): ScanInput {
  return scanOf({ pass: passFacts({ credential: null, way: "grant" }), grant: { counter, categories: 1 }, ...wanted });
}

export function nowAt(monoMs: number): MachineNow {
  return { monoMs, time: { earliestMs: START_UTC_MS + monoMs, latestMs: START_UTC_MS + YEAR_MS } };
}

const CLOSED_STATUS: MachineStatus = {
  commandedClosed: false,
  mirrorClosed: false,
  eStop: false,
  enclosureOpen: false,
  sensorMissing: false,
  fault: "none",
  openedBy: "powerUp",
  leaseHeld: false,
  leaseRemainingMs: 0,
  leaseResult: "none",
  uptimeMs: 0,
  startPresses: 0,
  voltageVolts: 0,
  currentAmps: 0,
  lostWindows: 0,
  nextSeq: 0,
};

export class FarMachine {
  status: MachineStatus = CLOSED_STATUS;
  windows: Window[] = [];
  boots = 1;
  confirmedBelow = 0;
  /** Windows that an answer leaves for the next one. */
  unread = 0;
  /** A session that it does not close for any more. */
  barred: number | null = null;
  /** Session of the accumulators, which outlive a boot; and what they hold. */
  session = 0;
  arcMs = 0;
  chargeAmpereSeconds = 0;
  strikes = 0;
  welding = false;
  #nextSeq = 0;
  #mode: LinkOrder["mode"] = "open";
  #quietMs = Number.POSITIVE_INFINITY;

  /** One window of 100 ms passes. */
  pass(): void {
    const { mirrorClosed } = this.status;
    const arcing = mirrorClosed && this.welding;
    const made: Made = arcing ? ARC : mirrorClosed ? NO_LOAD : OPEN;
    const window = { ...makeWindow(this.#nextSeq, made), strikes: 0 };
    this.windows.push(window);
    this.#nextSeq += 1;
    if (arcing) this.#quietMs = 0;
    else this.#endSoftly();
    if (!arcing) return;
    this.arcMs += WINDOW_MS;
    this.chargeAmpereSeconds += (window.currentMeanAmps * WINDOW_MS) / 1000;
  }

  /** Under mode 2 the chip opens 2 s after the arc. */
  #endSoftly(): void {
    this.#quietMs += WINDOW_MS;
    if (this.#mode === "closedUntilArcOff" && this.#quietMs >= 2_000) this.#move(false, "arcOff");
  }

  get nextSeq(): number {
    return this.#nextSeq;
  }

  get adoption(): Adoption {
    return {
      bootId: `boot-${this.boots}`,
      uid: "0102030405060708090a0b0c",
      firmware: "1.0.0",
      deviceCode: SETUP.device,
      windowMs: WINDOW_MS,
      sensorRangeAmps: 600,
      hasLease: true,
      keepsWindows: true,
      session: this.session,
      totals: {
        session: this.session,
        closed: false,
        arcMs: this.arcMs,
        chargeAmpereSeconds: Math.floor(this.chargeAmpereSeconds),
        energyJoules: Math.floor(this.chargeAmpereSeconds * 25),
        strikes: this.strikes,
        shorts: 0,
        shortMs: 0,
        closedMs: 0,
        lastSeq: Math.max(0, this.#nextSeq - 1),
        bootCount: this.boots,
      },
      status: { ...this.status, nextSeq: this.#nextSeq },
    };
  }

  exchange(order: LinkOrder): LinkReading {
    this.#mode = order.mode;
    this.confirmedBelow = Math.max(this.confirmedBelow, order.confirmedBelow);
    const closes = order.mode === "closed" || (order.mode !== "open" && this.status.commandedClosed);
    const blocked = order.session === this.barred || this.status.eStop || this.status.enclosureOpen || this.status.fault !== "none";
    this.#move(closes && !blocked, "command");
    if (closes && !blocked && this.session !== order.session) this.#count(order.session);
    const status = { ...this.status, leaseResult: blocked && closes ? "refused" : "accepted", nextSeq: this.#nextSeq } as const;
    const belowSeq = this.#nextSeq - this.unread;
    const windows = this.windows.filter(({ seq, run }) => seq + run > order.readFrom && seq + run <= belowSeq);
    return { status, windows, roundTripMs: 20 };
  }

  /** What opens by itself: a switch, a lapsed lease. */
  open(by: MachineStatus["openedBy"]): void {
    this.#move(false, by);
  }

  boot(): void {
    this.boots += 1;
    this.windows = [];
    this.#nextSeq = 0;
    this.confirmedBelow = 0;
    this.status = { ...CLOSED_STATUS, startPresses: 0 };
  }

  #move(closed: boolean, by: MachineStatus["openedBy"]): void {
    const openedBy = this.status.commandedClosed && !closed ? by : this.status.openedBy;
    this.status = { ...this.status, commandedClosed: closed, mirrorClosed: closed, leaseHeld: closed, openedBy };
  }

  #count(session: number): void {
    this.session = session;
    this.arcMs = 0;
    this.chargeAmpereSeconds = 0;
  }
}
