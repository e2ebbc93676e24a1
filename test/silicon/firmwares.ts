/** Firmware of seeded bytes for the simulated silicon, as it would be released. */
import { FIRMWARE_INFO_AT, firmwareInfo } from "#protocol/boot/firmware.ts";
import { SILICON, type SiliconName } from "#protocol/boot/silicon.ts";
import { encodeRelease } from "#protocol/release/releaseFile.ts";
import type { Firmware } from "#scripts/install/flash/firmwareFile.ts";
import { ISSUED_MS, releaseSigner } from "#test/release/fixtures.ts";
import { seeded } from "#test/sync/seed.ts";

export function firmwareOf(version: string, length: number, parts: readonly SiliconName[] = ["f030", "f103"]): Firmware {
  const random = seeded(length);
  const bytes = Uint8Array.from({ length }, () => Math.floor(random() * 256));
  bytes.set(firmwareInfo(version), FIRMWARE_INFO_AT);
  return { version, productIds: parts.map((part) => SILICON[part].productId), bytes };
}

export function releasedFirmware({ version, productIds, bytes }: Firmware): Uint8Array {
  const about = { version, issuedMs: ISSUED_MS, target: "chip" as const, productIds: [...productIds] };
  return encodeRelease(about, [{ name: "firmware.bin", bytes }], releaseSigner());
}
