/** The far end of a machine's wire for the runtime: the port's three calls, answered by a machine that the test plays. */
import type { Adoption, LinkOrder, LinkReading, LinkTotals } from "#agent/core/link.ts";
import type { MachineLink } from "#agent/ports.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { FarMachine, SETUP } from "#test/machine/fixtures.ts";

export class FarLink implements MachineLink {
  readonly vault = null;
  readonly device = SETUP.device;
  hasDeadMan = true;
  readonly far = new FarMachine();
  readonly orders: { order: LinkOrder; priority: "urgent" | "routine" }[] = [];
  cut = false;

  adopt(): Promise<Adoption> {
    return this.cut ? Promise.reject(new CodedError("link.timeout")) : Promise.resolve(this.far.adoption);
  }

  exchange(order: LinkOrder, priority: "urgent" | "routine"): Promise<LinkReading> {
    this.orders.push({ order, priority });
    this.far.pass();
    return this.cut ? Promise.reject(new CodedError("link.timeout")) : Promise.resolve(this.far.exchange(order));
  }

  totals(): Promise<LinkTotals | null> {
    return Promise.resolve(this.far.adoption.totals);
  }
}
