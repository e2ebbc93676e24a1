/** A simulated part on a pty, and the block that makes it a device's own. */
import { FIRMWARE_INFO_AT, firmwareInfo } from "#protocol/boot/firmware.ts";
import { encodeProvision, PROVISION, type Provision } from "#protocol/chip/provision.ts";
import type { FlashMemory } from "#simulator/chip/silicon/flash.ts";
import { stageDevice } from "#simulator/stage/stage.ts";
import type { RawMaster } from "#test/chip/rawMaster.ts";

export const ORDER: Provision = {
  ...{ deviceCode: stageDevice("ZX7-400", 6), address: 17, sensorRangeAmps: 600, sensorRangeVolts: 200 },
  linkKey: Uint8Array.from({ length: 32 }, (_, at) => 200 - at),
  budgetKey: Uint8Array.from({ length: 32 }, (_, at) => 100 + at),
};

/** Some firmware of this version, as if it had been flashed. */
export function flashDirectly(flash: FlashMemory, version: string): void {
  flash.program(0, Uint8Array.of(0x00, 0x20, 0x00, 0x20));
  flash.program(FIRMWARE_INFO_AT, firmwareInfo(version));
}

/** What the chip answers to PROVISION: `taken`, or its exception. */
export function provision(master: RawMaster, change: Partial<Provision> = {}): Promise<string> {
  return provisionWords(master, encodeProvision({ ...ORDER, ...change }));
}

export function provisionWords(master: RawMaster, words: Uint16Array): Promise<string> {
  return master.write(PROVISION.address, words).then(
    () => "taken",
    (error: Error) => error.message,
  );
}
