import type { BusLine } from "#agent/shell/serial/busLine.ts";
import type { Rank } from "#agent/shell/serial/requestQueue.ts";
import type { RtuAnswer } from "#agent/shell/serial/rtuRequest.ts";
import { IDENTITY, LEASE, PAGE, WINDOW } from "#protocol/chip/arcgateChip.ts";
import { decodeBlock } from "#protocol/chip/codec.ts";
import { decodePage, type LinkSecret, type PageHeader } from "#protocol/chip/link.ts";
import type { Block, Decoded } from "#protocol/chip/table.ts";
import type { Window } from "#protocol/chip/window.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

export type Identity = Decoded<typeof IDENTITY>;
export type Page = { header: PageHeader; windows: Window[] };

/** The requests that our chip understands, at one address of a bus. Rejections are CodedErrors of area `link`. */
export class ChipIo {
  readonly address: number;
  readonly #line: BusLine;

  constructor(line: BusLine, address: number) {
    this.#line = line;
    this.address = address;
  }

  get isSilent(): boolean {
    return this.#line.isSilent(this.address);
  }

  async read(block: Block, rank: Rank): Promise<number[]> {
    const { address: unit } = this;
    const answer = await this.#line.request(unit, rank, () => ({
      kind: "readHolding",
      unit,
      address: block.address,
      count: block.words,
    }));
    return answer.data;
  }

  async readIdentity(rank: Rank): Promise<Identity> {
    return decodeBlock(IDENTITY, await this.read(IDENTITY, rank));
  }

  /** Writes a whole block, which `build` seals when its turn on the wire has come. */
  async write(block: Block, build: () => Uint16Array): Promise<void> {
    const { address: unit } = this;
    await this.#line.request(unit, "low", () => ({ kind: "writeRegisters", unit, address: block.address, words: [...build()] }));
  }

  /** One FC23: writes the lease that `build` seals when its turn has come, and reads a page with room for so many records. */
  exchangePage(build: () => Uint16Array, records: number, rank: Rank): Promise<RtuAnswer> {
    const { address: unit } = this;
    return this.#line.request(unit, rank, () => ({
      kind: "writeRead",
      unit,
      readAddress: PAGE.address,
      readWords: PAGE.words + records * WINDOW.words,
      writeAddress: LEASE.address,
      words: [...build()],
    }));
  }

  /**
   * The page in these words. When its MAC does not fit, the chip's identity tells why:
   * link.rebooted (a new nonce), or link.badMac (another key).
   */
  async openPage(words: readonly number[], windowMs: number, secret: LinkSecret, rank: Rank): Promise<Page> {
    const page = decodePage(words, windowMs, secret);
    if (!page) throw await this.explainBadMac(secret, rank);
    return page;
  }

  async explainBadMac(secret: LinkSecret, rank: Rank): Promise<CodedError> {
    const { bootNonce } = await this.readIdentity(rank);
    const sameBoot = Buffer.compare(bootNonce, secret.bootNonce) === 0;
    return new CodedError(sameBoot ? "link.badMac" : "link.rebooted", `address ${this.address}`);
  }
}
