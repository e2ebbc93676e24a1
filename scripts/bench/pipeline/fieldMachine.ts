/** One of the field's machines on virtual time: core, driver and journal are the product's. */
import { startClock } from "#agent/core/clock/interval.ts";
import type { EventDraft } from "#agent/core/machine/state.ts";
import type { Journal } from "#agent/ports.ts";
import type { CommitGroup } from "#agent/runtime/commitGroup.ts";
import type { DriverLog } from "#agent/runtime/driverLog.ts";
import { MachineDriver } from "#agent/runtime/machineDriver.ts";
import { LANES } from "#protocol/events/event.ts";
import { FieldLink } from "#scripts/bench/pipeline/fieldLink.ts";
import { setupOf } from "#scripts/bench/pipeline/ourWindows.ts";
import { stageDevice } from "#simulator/stage/stage.ts";

/** UTC at virtual 0. */
export const FIELD_BEGINS_MS = 1_780_000_000_000;
/** So that machines do not weld in step. */
const MACHINE_OFFSET_WINDOWS = 151;

interface Shared {
  journal: Journal;
  group: CommitGroup;
  log: DriverLog;
}

export function fieldMachine(index: number, { journal, group, log }: Shared, virtual: { monoMs: number }): MachineDriver {
  const device = stageDevice("ZX7-400", index);
  const time = startClock(FIELD_BEGINS_MS, 0);
  const ports = {
    setup: setupOf(device),
    link: new FieldLink(device, index * MACHINE_OFFSET_WINDOWS, () => virtual.monoMs),
    journal,
    clock: { monoMs: () => virtual.monoMs },
    time: () => time,
    log,
    after: () => () => undefined,
    companions: () => group.companionsOf(driver),
    committed: () => undefined,
    stepped: () => undefined,
    seal: (_device: string, draft: EventDraft) => draft,
  };
  const driver: MachineDriver = new MachineDriver(ports, "bench");
  group.add(driver);
  return driver;
}

/** As the platform would. */
export function acknowledgeAll(journal: Journal, drivers: readonly MachineDriver[]): void {
  for (const { device } of drivers) {
    for (const lane of LANES) {
      const { lastSeq, ackedSeq } = journal.stream({ device, lane });
      if (lastSeq > ackedSeq) journal.acknowledge({ device, lane }, lastSeq, []);
    }
  }
}
