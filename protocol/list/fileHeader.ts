/** What the headers of base and overlay have in common. */
import { ALGORITHMS, type Algorithm } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { allZero, viewOf } from "#protocol/list/bytes.ts";
import {
  ALGORITHM_NUMBER,
  ENTRY_BYTES,
  FILE_HEADER,
  HEADER_BYTES,
  KEY_ID_BYTES,
  LIST_FORMAT,
  SIGNATURE_MAX_BYTES,
} from "#protocol/list/layout.ts";

export interface FileHeader {
  /** Rises with every file of its kind that the platform issues. */
  readonly version: number;
  readonly issuedMs: number;
  readonly algorithm: Algorithm;
  readonly keyId: string;
}

/** Throws `list.truncated`, `list.badMagic`, `list.badHeader`. */
export function parseFileHeader(bytes: Uint8Array, magic: string): FileHeader & { readonly entryCount: number } {
  if (bytes.length < magic.length) throw new CodedError("list.truncated", `${bytes.length} bytes`);
  if (ascii(bytes.subarray(0, magic.length)) !== magic) throw new CodedError("list.badMagic");
  if (bytes.length !== HEADER_BYTES) throw new CodedError("list.truncated", `header of ${bytes.length} bytes`);
  const view = viewOf(bytes);
  expectUint16(view, FILE_HEADER.format, LIST_FORMAT, "format");
  expectUint16(view, FILE_HEADER.headerBytes, HEADER_BYTES, "header size");
  expectUint16(view, FILE_HEADER.entryBytes, ENTRY_BYTES, "entry size");
  if (!allZero(bytes.subarray(FILE_HEADER.reserved, FILE_HEADER.keyId))) throw new CodedError("list.badHeader", "reserved bytes");
  return {
    version: view.getUint32(FILE_HEADER.version),
    issuedMs: issuedMs(view),
    entryCount: view.getUint32(FILE_HEADER.entryCount),
    algorithm: algorithmOf(view.getUint8(FILE_HEADER.algorithm)),
    keyId: keyIdOf(bytes.subarray(FILE_HEADER.keyId, FILE_HEADER.keyId + KEY_ID_BYTES)),
  };
}

/** Throws `list.badHeader`. */
export function readSignature(header: Uint8Array): Uint8Array {
  const length = viewOf(header).getUint16(FILE_HEADER.signatureBytes);
  if (length === 0 || length > SIGNATURE_MAX_BYTES) throw new CodedError("list.badHeader", `signature of ${length} bytes`);
  const end = FILE_HEADER.signature + length;
  if (!allZero(header.subarray(end))) throw new CodedError("list.badHeader", "bytes after the signature");
  return header.slice(FILE_HEADER.signature, end);
}

/** A header without its signature. Throws `list.badHeader`. */
export function encodeFileHeader(magic: string, { version, issuedMs, algorithm, keyId }: FileHeader, entryCount: number): Uint8Array {
  if (!/^[\x21-\x7e]{1,32}$/.test(keyId)) throw new CodedError("list.badHeader", `key id ${JSON.stringify(keyId)}`);
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = viewOf(bytes);
  bytes.set(new TextEncoder().encode(magic), FILE_HEADER.magic);
  view.setUint16(FILE_HEADER.format, LIST_FORMAT);
  view.setUint16(FILE_HEADER.headerBytes, HEADER_BYTES);
  view.setUint32(FILE_HEADER.version, version);
  view.setBigUint64(FILE_HEADER.issuedMs, BigInt(issuedMs));
  view.setUint32(FILE_HEADER.entryCount, entryCount);
  view.setUint16(FILE_HEADER.entryBytes, ENTRY_BYTES);
  view.setUint8(FILE_HEADER.algorithm, ALGORITHM_NUMBER[algorithm]);
  bytes.set(new TextEncoder().encode(keyId), FILE_HEADER.keyId);
  return bytes;
}

/** Throws `list.badHeader`. */
export function writeSignature(header: Uint8Array, signature: Uint8Array): void {
  if (signature.length === 0 || signature.length > SIGNATURE_MAX_BYTES) throw new CodedError("list.badHeader", "signature size");
  viewOf(header).setUint16(FILE_HEADER.signatureBytes, signature.length);
  header.set(signature, FILE_HEADER.signature);
}

export function expectUint16(view: DataView, offset: number, expected: number, name: string): void {
  const found = view.getUint16(offset);
  if (found !== expected) throw new CodedError("list.badHeader", `${name} ${found} instead of ${expected}`);
}

function issuedMs(view: DataView): number {
  const value = view.getBigUint64(FILE_HEADER.issuedMs);
  if (value > 100_000_000_000_000n) throw new CodedError("list.badHeader", `issued ${value}`);
  return Number(value);
}

function algorithmOf(number: number): Algorithm {
  const algorithm = ALGORITHMS.find((name) => ALGORITHM_NUMBER[name] === number);
  if (!algorithm) throw new CodedError("list.badHeader", `algorithm ${number}`);
  return algorithm;
}

function keyIdOf(field: Uint8Array): string {
  const end = field.indexOf(0);
  const text = ascii(end < 0 ? field : field.subarray(0, end));
  if (!/^[\x21-\x7e]{1,32}$/.test(text) || !allZero(field.subarray(text.length))) throw new CodedError("list.badHeader", "key id");
  return text;
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
