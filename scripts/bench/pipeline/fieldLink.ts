/** A machine in the field, on virtual time: 60 arcs of 150 s in 8 h. Idle windows share a record, as the chip has it. */
import type { Adoption, LinkOrder, LinkReading, MachineStatus } from "#agent/core/link.ts";
import type { MachineLink } from "#agent/ports.ts";
import type { Window } from "#protocol/chip/window.ts";
import { windowAt } from "#scripts/bench/pipeline/weldedWindows.ts";

const WINDOW_MS = 100;
const PERIOD_WINDOWS = 4_800;
const ARC_WINDOWS = 1_500;
const RUN_MAX = 4_000;

export class FieldLink implements MachineLink {
  readonly vault = null;
  readonly hasDeadMan = true;
  readonly device: string;
  readonly #nowMs: () => number;
  /** So that machines do not weld in step. */
  readonly #offset: number;
  #closed = false;

  constructor(device: string, offset: number, nowMs: () => number) {
    this.device = device;
    this.#offset = offset;
    this.#nowMs = nowMs;
  }

  adopt(): Promise<Adoption> {
    return Promise.resolve({
      ...{ bootId: "field", uid: this.device, firmware: "1.0.0", deviceCode: this.device, windowMs: WINDOW_MS, sensorRangeAmps: 600 },
      ...{ hasLease: true, keepsWindows: true, session: 0, totals: null, status: this.#status("none") },
    });
  }

  exchange(order: LinkOrder): Promise<LinkReading> {
    this.#closed = order.mode !== "open";
    return Promise.resolve({ status: this.#status("accepted"), windows: this.#windows(order.readFrom), roundTripMs: 20 });
  }

  totals(): Promise<null> {
    return Promise.resolve(null);
  }

  get #nextSeq(): number {
    return Math.floor(this.#nowMs() / WINDOW_MS);
  }

  #windows(readFrom: number): Window[] {
    const windows: Window[] = [];
    for (let seq = readFrom; seq < this.#nextSeq; seq += windows.at(-1)?.run ?? 1) {
      const phase = (seq + this.#offset) % PERIOD_WINDOWS;
      if (phase < ARC_WINDOWS && this.#closed) windows.push({ ...windowAt(phase % (ARC_WINDOWS / 3)), seq });
      else windows.push(this.#idle(seq, Math.min(PERIOD_WINDOWS - phase, this.#nextSeq - seq, RUN_MAX)));
    }
    return windows;
  }

  #idle(seq: number, run: number): Window {
    const volts = this.#closed ? { voltageMeanVolts: 70, voltageRmsVolts: 70, voltagePeakVolts: 70.4 } : NO_VOLTS;
    return { seq, run, closed: this.#closed, sensorMissing: false, invalid: false, ...volts, ...NO_AMPS, ...NO_ARC };
  }

  #status(leaseResult: MachineStatus["leaseResult"]): MachineStatus {
    return {
      ...{ commandedClosed: this.#closed, mirrorClosed: this.#closed, eStop: false, enclosureOpen: false, sensorMissing: false },
      ...{ fault: "none", openedBy: "none", leaseHeld: this.#closed, leaseRemainingMs: 8_000, leaseResult, uptimeMs: this.#nowMs() },
      ...{ startPresses: 0, voltageVolts: 0, currentAmps: 0, lostWindows: 0, nextSeq: this.#nextSeq },
    };
  }
}

const NO_VOLTS = { voltageMeanVolts: 0, voltageRmsVolts: 0, voltagePeakVolts: 0 };
const NO_AMPS = { currentMeanAmps: 0.1, currentRmsAmps: 0.1, currentPeakAmps: 0.3 };
const NO_ARC = { arcMs: 0, shortMs: 0, arcFirstMs: 0, arcLastMs: 0, shorts: 0, strikes: 0 };
