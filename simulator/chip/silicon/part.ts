/** A part with power or without: in its ROM, or running what was flashed. Which one follows from BOOT0 and the flash's first page. */
import { randomBytes } from "node:crypto";
import { FIRMWARE_INFO_AT, FIRMWARE_INFO_BYTES, firmwareNumber, readFirmwareInfo } from "#protocol/boot/firmware.ts";
import { BARE_ADDRESS } from "#protocol/chip/provision.ts";
import { BOOTLOADER_WAIT_MS } from "#protocol/chip/service.ts";
import { type Birth, makeWorkplace, type Place } from "#simulator/chip/machine/makeWorkplace.ts";
import { FORGETFUL } from "#simulator/chip/machine/memory.ts";
import { stopChip, type Workplace } from "#simulator/chip/machine/workplace.ts";
import type { FlashMemory } from "#simulator/chip/silicon/flash.ts";
import type { PartMemory } from "#simulator/chip/silicon/partMemory.ts";
import type { RomPort } from "#simulator/chip/silicon/romPort.ts";

interface PartParts {
  flash: FlashMemory;
  memory: PartMemory;
  place: Place;
  rom: RomPort;
  nowMs(): number;
}

const KEY_BYTES = 32;

export class Part {
  readonly workplace: Workplace;
  readonly #parts: PartParts;
  #hasPower = true;
  #boot0: boolean;
  /** Where it was started; null in the ROM, and without power. */
  #application: number | null = null;
  /** The application went to the ROM by itself, and comes back from there; when it or its host was heard last. */
  #visitSinceMs: number | null = null;

  constructor(parts: PartParts, boot0: boolean) {
    this.#parts = parts;
    this.#boot0 = boot0;
    this.workplace = makeWorkplace(parts.place, () => this.#birth(), parts.nowMs());
    stopChip(this.workplace);
    this.boot();
  }

  truth() {
    const { flash } = this.#parts;
    return {
      hasPower: this.#hasPower,
      boot0: this.#boot0,
      application: this.#application,
      programErrors: flash.programErrors,
      readProtected: flash.isReadProtected,
    };
  }

  get isInRom(): boolean {
    this.#follow();
    return this.#hasPower && this.#application === null;
  }

  power(on: boolean): void {
    this.#hasPower = on;
    this.boot();
  }

  /** A jumper: it is looked at by the next boot. */
  setBoot0(on: boolean): void {
    this.#boot0 = on;
  }

  /** Power comes, the reset line was pulled, or the application resets itself. */
  boot(): void {
    const { flash, rom } = this.#parts;
    this.#visitSinceMs = null;
    if (!this.#hasPower || this.#boot0 || flash.flash.subarray(0, 4).every((byte) => byte === 0xff)) {
      this.#leaveApplication();
      rom.reset();
    } else this.start(flash.silicon.flashAddress);
  }

  /** What is not our firmware runs too: it says nothing. */
  start(address: number): void {
    this.#leaveApplication();
    this.#visitSinceMs = null;
    this.#application = address;
    if (address === this.#parts.flash.silicon.flashAddress && this.#version !== null) this.workplace.boot(this.#parts.nowMs());
  }

  /** The ROM has answered: somebody speaks to it. */
  wasSpokenTo(): void {
    if (this.#visitSinceMs !== null) this.#visitSinceMs = this.#parts.nowMs();
  }

  /** To be called as time goes by. */
  tick(): void {
    this.#follow();
    const nowMs = this.#parts.nowMs();
    if (this.workplace.chip.presence.isBootDue(nowMs)) this.boot();
    if (this.#visitSinceMs !== null && nowMs - this.#visitSinceMs >= BOOTLOADER_WAIT_MS) this.boot();
  }

  /** An application that left for the bootloader is found there. */
  #follow(): void {
    if (!this.workplace.chip.presence.inBootloader) return;
    this.#leaveApplication();
    this.#parts.rom.reset();
    this.#visitSinceMs = this.#parts.nowMs();
  }

  #leaveApplication(): void {
    this.#application = null;
    stopChip(this.workplace);
  }

  get #version(): string | null {
    return readFirmwareInfo(this.#parts.flash.flash.slice(FIRMWARE_INFO_AT, FIRMWARE_INFO_AT + FIRMWARE_INFO_BYTES));
  }

  #birth(): Birth {
    const { memory, flash } = this.#parts;
    const own = memory.own;
    const version = this.#application === null ? null : this.#version;
    const silicon = { firmware: version === null ? 0 : firmwareNumber(version), desk: memory };
    // Before the first start there is a machine without a chip: it must not count as a boot.
    const always = { uid: flash.uid, silicon, store: version === null ? FORGETFUL : memory };
    if (!own) return { ...always, ...bare() };
    const { address, deviceCode: device, linkKey, budgetKey, sensorRangeAmps: amps, sensorRangeVolts: volts } = own.provision;
    return { ...always, address, device, linkKey, budgetKey, ranges: { amps, volts } };
  }
}

/** Nobody knows its keys, and it does not know its sensor. */
function bare(): Pick<Birth, "address" | "device" | "linkKey" | "budgetKey" | "ranges"> {
  const key = () => new Uint8Array(randomBytes(KEY_BYTES));
  return { address: BARE_ADDRESS, device: "", linkKey: key(), budgetKey: key(), ranges: { amps: 0, volts: 0 } };
}
