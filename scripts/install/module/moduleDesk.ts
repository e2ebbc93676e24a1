/** The modules of a list: each is configured once a run, before the first of its machines is commissioned. */
import type { CodedError } from "#protocol/errors/codedError.ts";
import { commissionOnSite, type Installed, type InstallSteps, type ProvisionedChip } from "#scripts/install/machine/installMachine.ts";
import type { Job } from "#scripts/install/machine/job.ts";
import type { BusOrder } from "#scripts/install/machine/order.ts";
import type { Settings } from "#scripts/install/machine/settings.ts";
import type { Teller } from "#scripts/install/machine/teller.ts";
import { gatherModule } from "#scripts/install/module/gatherModule.ts";

export class ModuleDesk {
  readonly #orders: readonly BusOrder[];
  readonly #settings: Settings;
  /** By module: what keeps single machines out of it. */
  readonly #gathered = new Map<string, Promise<ReadonlyMap<string, CodedError>>>();

  constructor(orders: readonly BusOrder[], settings: Settings) {
    this.#orders = orders;
    this.#settings = settings;
  }

  /** Rejects with what kept the machine or all of its module from being configured, and like `commissionOnSite`. */
  async commission(
    order: BusOrder,
    job: Job,
    teller: Teller,
    steps: Pick<InstallSteps<ProvisionedChip>, "commission">,
  ): Promise<Installed> {
    const missing = (await this.#gather(order.module)).get(order.name);
    if (missing) throw missing;
    return await commissionOnSite(order, job, teller, steps);
  }

  #gather(module: string): Promise<ReadonlyMap<string, CodedError>> {
    const known = this.#gathered.get(module);
    if (known) return known;
    const ofModule = this.#orders.filter((order) => order.module === module);
    const gathering = gatherModule(module, ofModule, this.#settings);
    this.#gathered.set(module, gathering);
    return gathering;
  }
}
