/** Deterministic CBOR (RFC 8949, 4.2.1): one value has one encoding, and any other is refused. */
import { decode, encode, rfc8949EncodeOptions } from "cborg";
import { sameBytes } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

type CborMap = ReadonlyMap<number, unknown>;

/** Maps are Map objects with integer keys. */
export function encodeCbor(value: unknown): Uint8Array {
  return encode(value, rfc8949EncodeOptions);
}

/** Throws `pass.badCbor`: also for tags, floats that are no integers, indefinite lengths, repeated keys and what is left over. */
export function decodeCbor(bytes: Uint8Array): unknown {
  let value: unknown;
  try {
    value = decode(bytes, {
      strict: true,
      useMaps: true,
      rejectDuplicateMapKeys: true,
      allowIndefinite: false,
      allowUndefined: false,
      allowInfinity: false,
      allowNaN: false,
      allowBigInt: false,
    });
  } catch (cause) {
    throw new CodedError("pass.badCbor", cause instanceof Error ? cause.message.slice(0, 120) : "", { cause });
  }
  // The decoder does not look at the order of keys: what does not come out as it went in had another.
  if (!sameBytes(encodeCbor(value), bytes)) throw new CodedError("pass.badCbor", "not deterministic");
  return value;
}

/** A map with exactly these integer keys, and at most the optional ones beside them. Throws `pass.badShape`. */
export function asMap(value: unknown, keys: readonly number[], name: string, optional: readonly number[] = []): CborMap {
  if (!(value instanceof Map)) throw new CodedError("pass.badShape", name);
  const present = optional.filter((key) => value.has(key)).length;
  if (value.size !== keys.length + present || !keys.every((key) => value.has(key))) throw new CodedError("pass.badShape", name);
  return value;
}

export function asBytes(value: unknown, minimum: number, maximum: number, name: string): Uint8Array {
  if (!(value instanceof Uint8Array) || value.length < minimum || value.length > maximum) throw new CodedError("pass.badShape", name);
  return value;
}

export function asInteger(value: unknown, minimum: number, maximum: number, name: string): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < minimum || value > maximum) {
    throw new CodedError("pass.badShape", name);
  }
  return value;
}

export function asArray(value: unknown, length: number, name: string): readonly unknown[] {
  if (!Array.isArray(value) || value.length !== length) throw new CodedError("pass.badShape", name);
  return value;
}
