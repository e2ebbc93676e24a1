/** Serial numbers of device codes: the registry counts from 1, and hands blocks from the end of the range to installers for places without a network. */
import { buildDeviceCode, type DeviceCodeParts, parseDeviceCode } from "#protocol/codes/deviceCode.ts";
import { SHANDONG_PROFILE } from "#protocol/profile/profile.ts";

const SERIAL_DIGITS = 8;
/** From here on serials belong to installers' blocks. */
export const OFFLINE_SERIALS = { from: 90_000_000, to: 99_999_999, block: 1_000 } as const;

/** The device code of a serial number. Throws `codes.badDeviceCode`, `codes.unknownDivision`. */
export function deviceCodeOf(parts: Omit<DeviceCodeParts, "serial">, serial: number): string {
  return buildDeviceCode({ ...parts, serial: String(serial).padStart(SERIAL_DIGITS, "0") }, SHANDONG_PROFILE.deviceCode);
}

/** The serial in a code where it is one of the installers' blocks; undefined for every other. Throws `codes.*` for what is no device code. */
export function offlineSerial(code: string): number | undefined {
  const { serial } = parseDeviceCode(code, SHANDONG_PROFILE.deviceCode);
  const number = /^\d+$/.test(serial) ? Number(serial) : 0;
  return number >= OFFLINE_SERIALS.from ? number : undefined;
}
