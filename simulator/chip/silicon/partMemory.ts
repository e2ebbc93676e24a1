/** All that a part's application keeps: its own pages in the flash, and beside it the FRAM for what changes with each window. */
import { decodeProvision, type Provision } from "#protocol/chip/provision.ts";
import { parseDeviceCode } from "#protocol/codes/deviceCode.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { SHANDONG_PROFILE } from "#protocol/profile/profile.ts";
import { type ChipMemory, type MemoryStore, newMemory } from "#simulator/chip/machine/memory.ts";
import type { ProvisionDesk } from "#simulator/chip/machine/provisionDesk.ts";
import { NO_CALIBRATION } from "#simulator/chip/sensing/calibration.ts";
import type { FlashMemory } from "#simulator/chip/silicon/flash.ts";
import { type Own, OwnPages } from "#simulator/chip/silicon/ownPages.ts";

const MOST_ADDRESS = 246;

export class PartMemory implements MemoryStore, ProvisionDesk {
  readonly #flash: FlashMemory;
  readonly #pages: OwnPages;
  readonly #fram: MemoryStore;

  constructor(flash: FlashMemory, fram: MemoryStore) {
    this.#flash = flash;
    this.#pages = new OwnPages(flash);
    this.#fram = fram;
  }

  /** Null in a bare chip. */
  get own(): Own | null {
    return this.#pages.read();
  }

  /** The flash's word on calibration and lock counts: who erased the part took them with the keys. */
  load(): ChipMemory | undefined {
    const { own } = this;
    // Power may have gone between the lock and the silicon's protection.
    if (own?.isLocked) this.#protect();
    const memory = this.#fram.load() ?? newMemory();
    const vault = { ...memory.vault, calibrationLocked: own?.isLocked ?? false };
    return { ...memory, vault, calibration: own?.calibration ?? NO_CALIBRATION };
  }

  store(memory: ChipMemory): void {
    this.#fram.store(memory);
    const { own } = this;
    if (!own) return;
    const isLocked = memory.vault.calibrationLocked;
    this.#pages.write({ block: own.block, calibration: memory.calibration, isLocked });
    if (isLocked) this.#protect();
  }

  close(): void {
    this.#fram.close();
  }

  take(words: Uint16Array): ReturnType<ProvisionDesk["take"]> {
    const { own } = this;
    if (own)
      return Buffer.compare(Buffer.from(own.block.buffer), Buffer.from(Uint16Array.from(words).buffer)) === 0 ? "repeated" : "closed";
    const provision = decodeProvision(words);
    if (!provision || !isSound(provision)) return "badValue";
    // A device begins with nothing on its account; without its page it is bare still.
    this.#fram.store({ ...newMemory(), bootCount: this.#fram.load()?.bootCount ?? 0 });
    this.#pages.write({ block: words, calibration: NO_CALIBRATION, isLocked: false });
    return "taken";
  }

  #protect(): void {
    if (!this.#flash.isReadProtected) this.#flash.protectReading();
  }
}

function isSound({ deviceCode, address, sensorRangeAmps, sensorRangeVolts }: Provision): boolean {
  if (address < 1 || address > MOST_ADDRESS || sensorRangeAmps === 0 || sensorRangeVolts === 0) return false;
  try {
    parseDeviceCode(deviceCode, SHANDONG_PROFILE.deviceCode);
    return true;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return false;
  }
}
