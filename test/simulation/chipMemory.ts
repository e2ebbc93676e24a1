/** What a model chip knows after its power was cut, and its vault: the simulator's, as the agent's port has it. */
import type { JournalHead, LinkVault, VersionFloors } from "#agent/core/link.ts";
import { encodeBlock } from "#protocol/chip/codec.ts";
import { carryEnvelope } from "#protocol/chip/envelope.ts";
import { ENVELOPE } from "#protocol/chip/vault.ts";
import { newMemory } from "#simulator/chip/machine/memory.ts";
import { Vault } from "#simulator/chip/machine/vault.ts";
import { DEVELOPMENT_BUDGET_KEY } from "#simulator/developmentKeys.ts";

/** Of the model's arc: 25 V and 120 A. */
export const ARC_WATTS = 3_000;
export const chipUid = "0102030405060708090a0b0c";
const NO_MAC = new Uint8Array(8);

export interface ChipMemory {
  boots: number;
  /** Session whose start was counted, until it is ended. */
  running: number;
  /** Session of the totals. */
  session: number;
  arcMs: number;
  chargeAmpereSeconds: number;
  vault: ReturnType<typeof newMemory>["vault"];
}

export function newChipMemory(): ChipMemory {
  return { boots: 1, running: 0, session: 0, arcMs: 0, chargeAmpereSeconds: 0, vault: newMemory().vault };
}

export class ChipVault {
  readonly #memory: ChipMemory["vault"];
  readonly #vault: Vault;

  constructor({ vault, boots }: ChipMemory) {
    this.#memory = vault;
    const bootNonce = new Uint8Array(16).fill(boots);
    this.#vault = new Vault(vault, { budgetKey: DEVELOPMENT_BUDGET_KEY, uid: Buffer.from(chipUid, "hex"), bootNonce });
  }

  get isSpent(): boolean {
    return this.#vault.isSpent;
  }

  spendStart(): void {
    this.#vault.spendStart();
  }

  runTo(uptimeMs: number): void {
    this.#vault.runTo(uptimeMs);
  }

  read(uptimeMs: number): LinkVault {
    const { listFloor, overlayFloor, keysetFloor, policyFloor, timeFloorS, journalChain, journalSeq, journalHead } = this.#memory;
    const { poweredHoursLeft, bootsLeft, startsLeft } = this.#memory;
    return {
      floors: { list: listFloor, overlay: overlayFloor, keyset: keysetFloor, policy: policyFloor },
      timeFloorS,
      journal: { chain: journalChain, seq: journalSeq, hash: journalHead },
      budget: { poweredHours: poweredHoursLeft, boots: bootsLeft, starts: startsLeft },
      challenge: Buffer.from(this.#vault.challengeAt(uptimeMs)).toString("hex"),
    };
  }

  raise(floors: VersionFloors, head: JournalHead, uptimeMs: number): void {
    const asked = {
      ...{ listFloor: floors.list, overlayFloor: floors.overlay, keysetFloor: floors.keyset, policyFloor: floors.policy },
      ...{ journalChain: head.chain, journalSeq: head.seq, journalHead: new Uint8Array(Buffer.from(head.hash, "hex")) },
    };
    this.#vault.raise({ ...asked, counter: 0, mac: NO_MAC }, uptimeMs);
  }

  /** False when it is not the platform's answer to the present challenge. */
  carry(envelope: Uint8Array, uptimeMs: number): boolean {
    const terms = carryEnvelope(envelope, 0);
    return terms !== undefined && this.#vault.take(encodeBlock(ENVELOPE, terms), uptimeMs);
  }
}
