/** Base45 (RFC 9285), strict: what QR codes hold in alphanumeric mode. */
import { CodedError } from "#protocol/errors/codedError.ts";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const DIGIT_OF = new Map([...ALPHABET].map((character, value) => [character, value]));

export function encodeBase45(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 2) {
    const first = bytes[at] ?? 0;
    const second = bytes[at + 1];
    text += second === undefined ? digits(first, 2) : digits(first * 256 + second, 3);
  }
  return text;
}

/** Throws `pass.badBase45` for a foreign character, an impossible length or a group above its maximum. */
export function decodeBase45(text: string): Uint8Array {
  const rest = text.length % 3;
  if (rest === 1) throw new CodedError("pass.badBase45", `${text.length} characters`);
  const bytes = new Uint8Array(2 * Math.floor(text.length / 3) + (rest === 2 ? 1 : 0));
  for (let at = 0, written = 0; at < text.length; at += 3) {
    const group = text.slice(at, at + 3);
    const value = groupValue(group);
    if (value > (group.length === 3 ? 0xffff : 0xff)) throw new CodedError("pass.badBase45", `group at ${at}`);
    if (group.length === 3) bytes[written++] = value >>> 8;
    bytes[written++] = value & 0xff;
  }
  return bytes;
}

/** Least significant digit first. */
function digits(value: number, count: number): string {
  let text = "";
  for (let left = value; text.length < count; left = Math.floor(left / 45)) text += ALPHABET.charAt(left % 45);
  return text;
}

function groupValue(group: string): number {
  let value = 0;
  let weight = 1;
  for (const character of group) {
    const digit = DIGIT_OF.get(character);
    if (digit === undefined) throw new CodedError("pass.badBase45", "character");
    value += digit * weight;
    weight *= 45;
  }
  return value;
}
