/** A flashed, bare part on a pty, and an installer's order for it. */
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Job } from "#scripts/install/machine/job.ts";
import type { Teller, Told } from "#scripts/install/machine/teller.ts";
import type { Provisioned, ProvisionOrder } from "#scripts/install/provision/order.ts";
import { provision } from "#scripts/install/provision/provision.ts";
import { type PartProcess, startPart } from "#simulator/chip/silicon/partProcess.ts";
import type { Office } from "#test/provision/registered.ts";
import { flashDirectly } from "#test/silicon/provisioned.ts";

export const ADDRESS = 17;

export interface BenchChip {
  readonly tty: string;
  readonly folder: string;
  readonly part: PartProcess;
  /** As by a host that takes the read protection off and flashes again. */
  eraseAndFlash(): void;
  order(office: Office, changes?: Partial<ProvisionOrder>): ProvisionOrder;
  run(office: Office, teller?: Teller, changes?: Partial<ProvisionOrder>): Promise<Provisioned>;
}

export async function benchChip(inside: string, serial = randomUUID()): Promise<BenchChip> {
  const folder = join(inside, `machine-${serial}`);
  mkdirSync(folder, { recursive: true });
  const tty = join(inside, `tty-${serial}`);
  const flash = join(inside, `flash-${serial}`);
  const part = await startPart({ tty, silicon: "f030", baud: 115_200, paced: false, flash, serial, machine: { speed: 20 } });
  const bench: BenchChip = {
    ...{ tty, folder, part },
    eraseAndFlash: () => {
      part.flash.unprotectReading();
      part.flash.eraseAll();
      flashDirectly(part.flash, "1.4.2");
      part.reset();
    },
    order: ({ registry, installerFile }, changes) => ({
      ...{ port: tty, baudRate: 115_200, parity: "none", address: ADDRESS, division: "370983", processLetter: "Z", maker: "TEST" },
      ...{ sensorRangeAmps: 600, sensorRangeVolts: 200, registry, installerFile, ...changes },
    }),
    run: async (office, teller = silent, changes = {}) => {
      const job = new Job(folder);
      try {
        return await provision(bench.order(office, changes), job, teller);
      } finally {
        job.close();
      }
    },
  };
  flashDirectly(part.flash, "1.4.2");
  part.reset();
  return bench;
}

export const silent: Teller = { tell: () => undefined, ask: () => Promise.reject(new Error("nobody is to be asked")) };

export class Killed extends Error {}

/** Everything stops when `words` are told; `meanwhile` happens just then. */
export function killedAt(words: string, meanwhile: () => void = () => undefined): Teller {
  const tell = ({ en }: Told): void => {
    if (en !== words) return;
    meanwhile();
    throw new Killed(en);
  };
  return { ...silent, tell };
}
