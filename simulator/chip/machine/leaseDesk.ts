import type { LeaseResult } from "#protocol/chip/arcgateChip.ts";
import { isAuthentic, type LeaseOrder, type LinkSecret } from "#protocol/chip/link.ts";
import type { Block } from "#protocol/chip/table.ts";

/** Where authenticated writes are handed in: who may write, and what became of it. All of it is RAM: a boot begins anew. */
export class LeaseDesk {
  readonly secret: LinkSecret;
  /** Of the last authentic write. */
  counter = 0;
  result: LeaseResult = "none";
  /** Leases accepted since boot, and the uptime of the last. */
  accepted = 0;
  lastAtMs: number | null = null;
  /** First window that the page shows. */
  readFrom = 0;
  /** A chip whose leases do not lapse. */
  renewsItself = false;

  constructor(secret: LinkSecret) {
    this.secret = secret;
  }

  /** An order as the contactor gets it. */
  leased(order: LeaseOrder): LeaseOrder {
    return this.renewsItself && order.leaseMs > 0 ? { ...order, leaseMs: Number.POSITIVE_INFINITY } : order;
  }

  /** MAC first, then the counter: a stranger learns nothing and moves nothing. An authentic write uses its counter up, whatever comes of it. */
  admits(block: Block, words: Uint16Array, counter: number): boolean {
    if (!isAuthentic(block, words, this.secret)) this.result = "badMac";
    else if (counter <= this.counter) this.result = "staleCounter";
    else {
      this.counter = counter;
      return true;
    }
    return false;
  }
}
