/** The agent's interval clock: what raises its floor, and how the floor outlives the process. Decides by `core/clock` alone. */
import {
  type ClockState,
  type FloorSource,
  raiseFloor,
  raiseFloorByFile,
  startClock,
  syncClock,
  type TimeInterval,
  timeAt,
} from "#agent/core/clock/interval.ts";
import type { Clock, Journal } from "#agent/ports.ts";
import type { DriverLog } from "#agent/runtime/driverLog.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

const FLOOR_KEY = "timeFloorMs";

export class Timekeeper {
  readonly #clock: Clock;
  readonly #journal: Pick<Journal, "getValue" | "setValue">;
  #state: ClockState;

  /** Begins at the build's date, or where the last process left the floor. */
  constructor(buildMs: number, clock: Clock, journal: Pick<Journal, "getValue" | "setValue">) {
    this.#clock = clock;
    this.#journal = journal;
    this.#state = startClock(buildMs, clock.monoMs());
    this.raise(Number(journal.getValue(FLOOR_KEY) ?? 0), "persisted");
  }

  get state(): ClockState {
    return this.#state;
  }

  get source(): FloorSource {
    return this.#state.synced ? "platform" : this.#state.floorSource;
  }

  now(): TimeInterval {
    return timeAt(this.#state, this.#clock.monoMs());
  }

  raise(floorMs: number, source: FloorSource): void {
    this.#state = raiseFloor(this.#state, floorMs, source, this.#clock.monoMs());
  }

  /** By the issue time of a signed file, once it is verified. */
  raiseByFile(issuedMs: number, source: "list" | "policy"): void {
    this.#state = raiseFloorByFile(this.#state, issuedMs, source, this.#clock.monoMs());
  }

  /** The platform's signed answer to our own request. */
  sync(utcMs: number, uncertaintyMs: number): void {
    this.#state = syncClock(this.#state, utcMs, uncertaintyMs, this.#clock.monoMs());
  }

  /** A full disk keeps the floor that it has: that is no reason to stop, and the next time may go better. */
  persist(log: Pick<DriverLog, "warn">): void {
    try {
      this.#journal.setValue(FLOOR_KEY, String(this.now().earliestMs));
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      log.warn({ code: error.code, detail: error.detail }, "the time floor is not kept");
    }
  }
}
