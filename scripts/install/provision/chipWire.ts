/** The chip on its line, as the installer meets it. */
import { setTimeout as sleep } from "node:timers/promises";
import { BusLine } from "#agent/shell/serial/busLine.ts";
import { ChipIo, type Identity } from "#agent/shell/serial/chipIo.ts";
import { CHIP_MAGIC, CHIP_MAP_VERSION, PAGE } from "#protocol/chip/arcgateChip.ts";
import type { LinkSecret, PageHeader } from "#protocol/chip/link.ts";
import { BARE_ADDRESS } from "#protocol/chip/provision.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { ChipLine } from "#scripts/install/provision/order.ts";

/** A chip erases and writes flash before it answers. */
const EXTRA_ALLOWANCE_MS = 150;
const POLL_MS = 100;
const INSIST_MS = 4_000;

export class ChipWire {
  readonly #line: BusLine;

  constructor({ port, baudRate, parity }: ChipLine) {
    const line = { baudRate, dataBits: 8, parity, stopBits: 1 } as const;
    this.#line = new BusLine({ port, line, extraAllowanceMs: EXTRA_ALLOWANCE_MS }, { monoMs: () => performance.now() });
  }

  at(address: number): ChipIo {
    return new ChipIo(this.#line, address);
  }

  get bare(): ChipIo {
    return this.at(BARE_ADDRESS);
  }

  /** Undefined where nobody answers. Throws `provision.notOurChip` where somebody else does, and `link.*`. */
  async identityAt(address: number): Promise<Identity | undefined> {
    try {
      const identity = await this.at(address).readIdentity("urgent");
      if (identity.magic === CHIP_MAGIC && identity.mapVersion === CHIP_MAP_VERSION) return identity;
    } catch (error) {
      if (isCoded(error, "link.timeout")) return undefined;
      if (!isCoded(error, "link.exception")) throw error;
    }
    throw new CodedError("provision.notOurChip", `address ${address}`);
  }

  /** Asks each address in turn until `holds`; undefined when it did not within the time. A line that is lost meanwhile may come back. */
  async await(addresses: readonly number[], holds: (identity: Identity) => boolean, withinMs: number): Promise<Identity | undefined> {
    const untilMs = performance.now() + withinMs;
    while (performance.now() < untilMs) {
      // Before the first time too: an address that misses twice is asked but once a second.
      await sleep(POLL_MS);
      for (const address of addresses) {
        const identity = await this.identityAt(address).catch((error: unknown) => {
          if (isCoded(error, "link.portMissing") || isCoded(error, "link.badAnswer")) return undefined;
          throw error;
        });
        if (identity !== undefined && holds(identity)) return identity;
      }
    }
    return undefined;
  }

  close(): Promise<void> {
    return this.#line.close();
  }
}

/** The page's header, if the chip has this link key: it is sealed by it. Throws `link.badMac`, `link.rebooted`. */
export async function provenHeader(io: ChipIo, { windowMs, bootNonce }: Identity, key: Uint8Array): Promise<PageHeader> {
  const secret: LinkSecret = { key, bootNonce };
  return (await insist(async () => io.openPage(await io.read(PAGE, "urgent"), windowMs, secret, "urgent"))).header;
}

/** A chip that was there a moment ago is asked again: nobody has to start anew for one answer that was lost. */
export async function insist<T>(ask: () => Promise<T>): Promise<T> {
  const untilMs = performance.now() + INSIST_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isLost(error) || performance.now() > untilMs) throw error;
      await sleep(POLL_MS);
    }
  }
}

/** Nothing was heard, or nothing that could be read: it says nothing of the chip. */
export function isLost(error: unknown): boolean {
  return isCoded(error, "link.timeout") || isCoded(error, "link.badAnswer");
}

export function isCoded(error: unknown, code: CodedError["code"]): error is CodedError {
  return error instanceof CodedError && error.code === code;
}

export function uidOf({ uid }: Identity): string {
  return Buffer.from(uid).toString("hex");
}

export function firmwareOf({ firmware }: Identity): string {
  return `${firmware >>> 16}.${(firmware >>> 8) & 0xff}.${firmware & 0xff}`;
}
