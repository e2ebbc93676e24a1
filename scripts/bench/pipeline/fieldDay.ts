/**
 * Bytes written to the card in a day of the field, by playing it: core, driver and journal are the product's, the machine is synthetic, time is
 * virtual, so every commit falls where it would fall. Acknowledgements come as from the platform, and a day's rows are deleted at the end.
 */
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Journal } from "#agent/ports.ts";
import { CommitGroup } from "#agent/runtime/commitGroup.ts";
import type { MachineDriver } from "#agent/runtime/machineDriver.ts";
import { openJournal } from "#agent/shell/store/journal.ts";
import { LANES } from "#protocol/events/event.ts";
import { diskBytes } from "#scripts/bench/base/processUse.ts";
import { inFolder } from "#scripts/bench/base/workplace.ts";
import { acknowledgeAll, FIELD_BEGINS_MS, fieldMachine } from "#scripts/bench/pipeline/fieldMachine.ts";
import { certifiedScan } from "#scripts/bench/pipeline/ourWindows.ts";

const POWERED_HOURS = 8;
/** Beside 60 arcs: 40 more legal events a day. */
const REFUSED_SCAN_EVERY_S = 720;
/** The agent keeps its time floor so often. */
const FLOOR_EVERY_S = 60;

/** What fails is said; what goes well is not. */
const QUIET = { log: { info: () => undefined, warn: (fields: object, text: string) => console.error(text, fields) } };

export interface DayOnFlash {
  flashMbPerDay: number;
  /** Of both lanes, per machine and day. */
  eventsPerDay: number;
}

/** Plays `hours` of the powered eight, and scales to them. `watch` may stand before the journal. */
export function playDay(
  machines: number,
  hours: number,
  watch: (journal: Journal, path: string) => Journal = (journal) => journal,
): Promise<DayOnFlash> {
  return inFolder(async (folder) => {
    const path = join(folder, "day.sqlite");
    const journal = watch(openJournal({ path, initialEpoch: 1 }), path);
    const virtual = { monoMs: 0 };
    const group = new CommitGroup();
    const drivers = Array.from({ length: machines }, (_, index) => fieldMachine(index, { journal, group, ...QUIET }, virtual));
    for (let turn = 0; turn < 3; turn++) await second(drivers, virtual);
    for (const driver of drivers) void driver.scan(certifiedScan());
    for (let turn = 0; turn < 5; turn++) await second(drivers, virtual);
    const asleep = drivers.find((driver) => driver.state.interlock.at !== "energised");
    if (asleep) throw new Error(`${asleep.device} is ${asleep.state.interlock.at}, not energised`);
    const before = diskBytes(process.pid);
    const events = countEvents(journal, drivers);
    for (let s = 1; s <= hours * 3_600; s++) {
      await second(drivers, virtual);
      if (s % REFUSED_SCAN_EVERY_S === 0)
        for (const driver of drivers) void driver.scan({ ...certifiedScan(), pass: null, refusal: "pass.replayed", entry: null });
      if (s % FLOOR_EVERY_S === 0) journal.setValue("timeFloorMs", String(FIELD_BEGINS_MS + s * 1_000));
      acknowledgeAll(journal, drivers);
    }
    forgetAll(journal, drivers);
    const scale = POWERED_HOURS / hours;
    const flashMbPerDay = ((diskBytes(process.pid) - before) * scale) / 1e6;
    const eventsPerDay = ((countEvents(journal, drivers) - events) * scale) / machines;
    journal.close();
    return { flashMbPerDay, eventsPerDay };
  });
}

/** The tick of every machine, and whatever follows from it. */
async function second(drivers: readonly MachineDriver[], virtual: { monoMs: number }): Promise<void> {
  virtual.monoMs += 1_000;
  for (const driver of drivers) driver.dispatch({ type: "tick" });
  await nextTurn();
}

function forgetAll(journal: Journal, drivers: readonly MachineDriver[]): void {
  for (const { device } of drivers) {
    for (const lane of LANES) journal.forget({ device, lane }, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  }
}

function countEvents(journal: Journal, drivers: readonly MachineDriver[]): number {
  const counts = drivers.flatMap(({ device }) => LANES.map((lane) => journal.stream({ device, lane }).lastSeq));
  return counts.reduce((sum, count) => sum + count, 0);
}
