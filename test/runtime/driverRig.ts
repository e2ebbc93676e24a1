/** A machine's driver on a real journal, with a machine at the far end of its link, on a clock that the test moves. */
import { startClock } from "#agent/core/clock/interval.ts";
import type { Journal } from "#agent/ports.ts";
import { MachineDriver } from "#agent/runtime/machineDriver.ts";
import { eventName } from "#protocol/events/dictionary.ts";
import { sqliteStore } from "#test/journal/sqliteStore.ts";
import { SETUP, START_UTC_MS, scanOf } from "#test/machine/fixtures.ts";
import { FarLink } from "#test/runtime/farLink.ts";
import { UNJOINED } from "#test/runtime/unjoined.ts";

const { type: _, journalFull: __, ...SCAN } = scanOf();

export { SCAN };

export const NOTE = {
  name: "fileRefused",
  session: null,
  agoMs: 0,
  payload: { file: "base", code: "list.badTransfer", detail: "x".repeat(250) },
} as const;

export class DriverRig {
  readonly link = new FarLink();
  readonly #store = sqliteStore();
  journal: Journal = this.#store.open({ initialEpoch: 100 });
  nowMs = 0;

  /** By another process, or with less room. */
  reopen(options: { maxBytes?: number } = {}): void {
    this.journal.close();
    this.journal = this.#store.open({ initialEpoch: 100, ...options });
  }

  destroy(): void {
    this.journal.close();
    this.#store.destroy();
  }

  driverOn(journal: Journal = this.journal, warnings: string[] = [], committed: () => void = () => undefined): MachineDriver {
    const clock = { monoMs: () => this.nowMs };
    const time = startClock(START_UTC_MS, 0);
    const log = { info: () => undefined, warn: (_fields: object, message: string) => void warnings.push(message) };
    return new MachineDriver({ setup: SETUP, link: this.link, journal, clock, time: () => time, log, ...UNJOINED, committed }, "1.2.3");
  }

  /** One tick, and everything that follows from it without time passing. */
  async tick(driver: MachineDriver, count = 1): Promise<void> {
    for (let done = 0; done < count; done++) {
      this.nowMs += 1_000;
      driver.dispatch({ type: "tick" });
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    }
  }

  names(lane: "legal" | "telemetry" = "legal"): (string | undefined)[] {
    return this.journal.read({ device: SETUP.device, lane }, 0, 1_000).rows.map(({ kind }) => eventName(kind));
  }
}
