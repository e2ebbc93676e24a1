/** The QR code on a machine's label: `https://{host}{path}{device code}`. It is read as text; its address is never fetched. */
import { type DeviceCode, parseDeviceCode } from "#protocol/codes/deviceCode.ts";
import { shown } from "#protocol/codes/shown.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { Profile } from "#protocol/profile/schema.ts";

const MAX_TEXT_CHARACTERS = 128;

/** The label's text. Errors: those of `parseDeviceCode`. */
export function buildMachineQr(code: string, profile: Profile): string {
  return prefixOf(profile) + parseDeviceCode(code, profile.deviceCode).code;
}

/** The code on a label. Errors: `codes.badQr`, `codes.foreignQr`, and those of `parseDeviceCode`. */
export function parseMachineQr(text: string, profile: Profile): DeviceCode {
  if (text.length > MAX_TEXT_CHARACTERS) throw new CodedError("codes.badQr", `longer than ${MAX_TEXT_CHARACTERS} characters`);
  const prefix = prefixOf(profile);
  if (text.startsWith(prefix)) return parseDeviceCode(text.slice(prefix.length), profile.deviceCode);
  const { path } = profile.qr;
  const host = /^https:\/\/([^/]+)(\/.*)$/.exec(text);
  if (host?.[2]?.startsWith(path)) throw new CodedError("codes.foreignQr", shown(host[1] ?? ""));
  throw new CodedError("codes.badQr", shown(text));
}

function prefixOf({ qr }: Profile): string {
  return `https://${qr.host}${qr.path}`;
}
