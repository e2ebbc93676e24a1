import type { JournalHead, LinkVault, VersionFloors } from "#agent/core/link.ts";
import type { VaultLink } from "#agent/ports.ts";
import type { AdoptedChip } from "#agent/shell/serial/chipAdoption.ts";
import type { ChipIo } from "#agent/shell/serial/chipIo.ts";
import { decodeBlock } from "#protocol/chip/codec.ts";
import { carryEnvelope } from "#protocol/chip/envelope.ts";
import { isAuthentic, seal } from "#protocol/chip/link.ts";
import { ENVELOPE, FLOORS, VAULT } from "#protocol/chip/vault.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

const NO_MAC = new Uint8Array(8);

/** The vault of our own chip. What became of a write is seen by reading the vault again: leases write in between. */
export class ChipVault implements VaultLink {
  readonly #io: ChipIo;
  readonly #adopted: () => AdoptedChip;

  constructor(io: ChipIo, adopted: () => AdoptedChip) {
    this.#io = io;
    this.#adopted = adopted;
  }

  async read(): Promise<LinkVault> {
    const { secret } = this.#adopted();
    const words = await this.#io.read(VAULT, "low");
    if (!isAuthentic(VAULT, words, secret)) throw await this.#io.explainBadMac(secret, "low");
    const { listFloor, overlayFloor, keysetFloor, policyFloor, timeFloorS, ...rest } = decodeBlock(VAULT, words);
    return {
      floors: { list: listFloor, overlay: overlayFloor, keyset: keysetFloor, policy: policyFloor },
      timeFloorS,
      journal: { chain: rest.journalChain, seq: rest.journalSeq, hash: hex(rest.journalHead) },
      budget: { poweredHours: rest.poweredHoursLeft, boots: rest.bootsLeft, starts: rest.startsLeft },
      challenge: hex(rest.challenge),
    };
  }

  async raise(floors: VersionFloors, head: JournalHead): Promise<LinkVault> {
    const chip = this.#adopted();
    const values = {
      ...{ listFloor: floors.list, overlayFloor: floors.overlay, keysetFloor: floors.keyset, policyFloor: floors.policy },
      ...{ journalChain: head.chain, journalSeq: head.seq, journalHead: new Uint8Array(Buffer.from(head.hash, "hex")) },
    };
    await this.#io.write(FLOORS, () => seal(FLOORS, { ...values, counter: ++chip.counter, mac: NO_MAC }, chip.secret));
    return this.read();
  }

  async carry(envelope: Uint8Array): Promise<LinkVault> {
    const chip = this.#adopted();
    const terms = carryEnvelope(envelope, 0);
    if (!terms) throw new CodedError("link.badEnvelope", `${envelope.length} bytes`);
    await this.#io.write(ENVELOPE, () => seal(ENVELOPE, { ...terms, counter: ++chip.counter }, chip.secret));
    const vault = await this.read();
    // A chip that has taken the envelope asks for the answer to another challenge.
    if (vault.challenge === hex(terms.challenge)) throw new CodedError("link.badEnvelope", `address ${this.#io.address}`);
    return vault;
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
