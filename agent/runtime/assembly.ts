/** Joins each machine's driver with what belongs to it: its vault, its receipts, and the outbox that its events go to. */
import type { MachineSetup } from "#agent/core/machine/state.ts";
import type { After, Clock, Journal, MachineLink } from "#agent/ports.ts";
import type { Agent } from "#agent/runtime/agent.ts";
import type { CommitGroup } from "#agent/runtime/commitGroup.ts";
import type { DriverLog } from "#agent/runtime/driverLog.ts";
import type { LatePlatform } from "#agent/runtime/latePlatform.ts";
import { MachineDriver } from "#agent/runtime/machineDriver.ts";
import type { Receipts } from "#agent/runtime/receipts.ts";
import type { ScannerHealth } from "#agent/runtime/reporting.ts";
import type { Timekeeper } from "#agent/runtime/timekeeper.ts";
import { VaultKeeper } from "#agent/runtime/vaultKeeper.ts";

export interface AssemblyPorts {
  version: string;
  clock: Clock;
  after: After;
  time: Timekeeper;
  journal: Journal;
  group: CommitGroup;
  receipts: Receipts;
  platform: LatePlatform;
  random(): number;
  log: DriverLog;
}

export interface MachineParts {
  setup: Omit<MachineSetup, "keepsVault">;
  link: MachineLink;
  designation: string;
  scanner: ScannerHealth;
}

export function addMachine(agent: Agent, ports: AssemblyPorts, { setup, link, designation, scanner }: MachineParts): void {
  const { clock, after, time, journal, receipts, platform, log } = ports;
  let vault: VaultKeeper | null = null;
  const driver: MachineDriver = new MachineDriver(
    {
      ...{ setup: { ...setup, keepsVault: link.vault !== null }, link, journal, clock, after, log, time: () => time.state },
      seal: (device, draft) => receipts.seal(device, draft),
      companions: () => ports.group.companionsOf(driver),
      committed: (device, events) => {
        const lanes = new Set(events.map(({ lane }) => lane));
        for (const lane of lanes) platform.sync?.appended({ device, lane });
        if (lanes.has("legal")) vault?.renew();
        receipts.committed(device, events);
      },
      stepped: (before, after) => vault?.stepped(before, after),
    },
    ports.version,
  );
  ports.group.add(driver);
  if (link.vault) {
    const { device } = driver;
    vault = new VaultKeeper({
      ...ports,
      ...{
        driver,
        link: link.vault,
        floors: () => agent.floors(device),
        floorsSeen: (floors) => agent.floorsSeen(floors),
        ask: (request) => platform.request(device, request),
      },
    });
  }
  agent.add({ driver, designation, scanner, vault });
}
