/** Check characters of ISO/IEC 7064:2003. */
import { CodedError } from "#protocol/errors/codedError.ts";

const DIGITS = "0123456789";
const ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const MAX_PAYLOAD_CHARACTERS = 64;

interface Scheme {
  /** Characters that the payload may have; a character's value is its place. */
  readonly payload: string;
  /** Characters that the check may have, likewise. */
  readonly check: string;
  readonly checkLength: 1 | 2;
  /** Value of the check from the values of the payload. */
  readonly compute: (values: readonly number[]) => number;
}

export const ISO7064_NAMES = ["MOD 11-2", "MOD 37-2", "MOD 97-10", "MOD 37,36"] as const;
export type Iso7064Name = (typeof ISO7064_NAMES)[number];

export const ISO7064: Readonly<Record<Iso7064Name, Scheme>> = {
  "MOD 11-2": { payload: DIGITS, check: `${DIGITS}X`, checkLength: 1, compute: (values) => (12 - pureSum(values, 11, 2)) % 11 },
  "MOD 37-2": { payload: ALPHANUMERIC, check: `${ALPHANUMERIC}*`, checkLength: 1, compute: (values) => (38 - pureSum(values, 37, 2)) % 37 },
  "MOD 97-10": { payload: DIGITS, check: DIGITS, checkLength: 2, compute: (values) => 98 - ((pureSum(values, 97, 10) * 10) % 97) },
  "MOD 37,36": { payload: ALPHANUMERIC, check: ALPHANUMERIC, checkLength: 1, compute: (values) => hybridCheck(values, 36) },
};

/** Pure systems: Horner's rule by the radix, ending one place before the last. */
function pureSum(values: readonly number[], modulus: number, radix: number): number {
  let sum = 0;
  for (const value of values) sum = ((sum + value) * radix) % modulus;
  return sum;
}

/** Hybrid systems MOD M+1,M: modulo M (0 read as M) and modulo M+1 in turn. */
function hybridCheck(values: readonly number[], modulus: number): number {
  let product = modulus;
  for (const value of values) product = (((product + value) % modulus || modulus) * 2) % (modulus + 1);
  return (modulus + 1 - product) % modulus;
}

/** The one or two check characters of a payload. Errors: `codes.badCharacters`. */
export function checkCharacters(name: Iso7064Name, payload: string): string {
  const scheme = ISO7064[name];
  const values = Array.from(payload.slice(0, MAX_PAYLOAD_CHARACTERS + 1), (character) => scheme.payload.indexOf(character));
  if (values.length === 0 || values.length > MAX_PAYLOAD_CHARACTERS) {
    throw new CodedError("codes.badCharacters", `${name} takes 1 to ${MAX_PAYLOAD_CHARACTERS} characters`);
  }
  if (values.includes(-1)) throw new CodedError("codes.badCharacters", `character ${values.indexOf(-1) + 1} is not one of ${name}`);
  const check = scheme.compute(values);
  return scheme.checkLength === 1 ? scheme.check.charAt(check) : check.toString().padStart(2, "0");
}

/** Whether the text ends in the check characters of the rest. A text outside the scheme's characters does not. */
export function hasValidCheck(name: Iso7064Name, text: string): boolean {
  const { payload: allowed, checkLength } = ISO7064[name];
  const payload = text.slice(0, -checkLength);
  if (payload.length === 0 || payload.length > MAX_PAYLOAD_CHARACTERS) return false;
  return (
    Array.from(payload).every((character) => allowed.includes(character)) && text.slice(-checkLength) === checkCharacters(name, payload)
  );
}
