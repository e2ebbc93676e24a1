/** The text of a pass, as QR codes and messages hold it: a prefix, then base45 of the bytes. */
import { CodedError } from "#protocol/errors/codedError.ts";
import { decodeBase45, encodeBase45 } from "#protocol/pass/base45.ts";

export const CREDENTIAL_PREFIX = "AG1:";
export const CHALLENGE_PREFIX = "AG1C:";
export const RESPONSE_PREFIX = "AG1R:";
export const GRANT_PREFIX = "AG1G:";
export const VOUCHER_PREFIX = "AG1V:";
export type PassPrefix =
  | typeof CREDENTIAL_PREFIX
  | typeof CHALLENGE_PREFIX
  | typeof RESPONSE_PREFIX
  | typeof GRANT_PREFIX
  | typeof VOUCHER_PREFIX;

/** Nothing longer is looked at. */
const PASS_MAX_CHARACTERS = 1024;

export function passText(prefix: PassPrefix, bytes: Uint8Array): string {
  return prefix + encodeBase45(bytes);
}

/** Throws `pass.tooLarge`, `pass.notAPass` and, where a response is wanted, `pass.bareCredential`; `pass.badBase45`. */
export function passBytes(prefix: PassPrefix, text: string): Uint8Array {
  if (text.length > PASS_MAX_CHARACTERS) throw new CodedError("pass.tooLarge", `${text.length} characters`);
  if (text.startsWith(prefix)) return decodeBase45(text.slice(prefix.length));
  if (prefix === RESPONSE_PREFIX && text.startsWith(CREDENTIAL_PREFIX)) throw new CodedError("pass.bareCredential");
  throw new CodedError("pass.notAPass");
}
