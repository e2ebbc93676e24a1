/** What a phone makes of what it scanned or was told: the device code of a machine. */

const DEVICE_CODE = /^[0-9A-Z]{20}$/;
const STICKER = /^https:\/\/[^/\s]{1,253}\/w\/([0-9A-Z]{20})$/;

/** A device code, or the text of the machine's QR. Nothing is fetched. Throws a RangeError. */
export function machineCode(text: string): string {
  const code = STICKER.exec(text)?.[1] ?? text;
  if (!DEVICE_CODE.test(code))
    throw new RangeError(`不是设备编码或设备二维码 / neither a device code nor a machine's QR: ${text.slice(0, 80)}`);
  return code;
}
