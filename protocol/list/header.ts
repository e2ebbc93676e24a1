import { ALGORITHMS, type Algorithm } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { allZero, viewOf } from "#protocol/list/bytes.ts";
import {
  ALGORITHM_NUMBER,
  DIGEST_BYTES,
  ENTRY_BYTES,
  HEADER,
  HEADER_BYTES,
  KEY_ID_BYTES,
  LIST_FORMAT,
  LIST_MAGIC,
  LIST_MAX_ENTRIES,
  listGeometry,
  PAGE_BYTES,
  SIGNATURE_MAX_BYTES,
} from "#protocol/list/layout.ts";

export interface ListHeader {
  /** Rises with every list that the platform issues. */
  readonly version: number;
  readonly issuedMs: number;
  readonly entryCount: number;
  readonly algorithm: Algorithm;
  readonly keyId: string;
}

/** As read: nothing of it is verified yet. */
export interface UnverifiedHeader extends ListHeader {
  readonly root: Uint8Array;
  readonly signature: Uint8Array;
}

/** Throws `list.truncated`, `list.badMagic`, `list.badHeader`, `list.tooLarge`. Every byte of the header is accounted for. */
export function parseHeader(bytes: Uint8Array): UnverifiedHeader {
  if (bytes.length < LIST_MAGIC.length) throw new CodedError("list.truncated", `${bytes.length} bytes`);
  if (ascii(bytes.subarray(0, LIST_MAGIC.length)) !== LIST_MAGIC) throw new CodedError("list.badMagic");
  if (bytes.length !== HEADER_BYTES) throw new CodedError("list.truncated", `header of ${bytes.length} bytes`);
  const view = viewOf(bytes);
  expectUint16(view, HEADER.format, LIST_FORMAT, "format");
  expectUint16(view, HEADER.headerBytes, HEADER_BYTES, "header size");
  expectUint16(view, HEADER.entryBytes, ENTRY_BYTES, "entry size");
  expectUint16(view, HEADER.pageBytes, PAGE_BYTES, "page size");
  const entryCount = view.getUint32(HEADER.entryCount);
  if (entryCount > LIST_MAX_ENTRIES) throw new CodedError("list.tooLarge", `${entryCount} entries`);
  const pageCount = view.getUint32(HEADER.pageCount);
  if (pageCount !== listGeometry(entryCount).pageCount) throw new CodedError("list.badHeader", `${pageCount} pages, ${entryCount} entries`);
  if (!allZero(bytes.subarray(HEADER.reserved, HEADER.keyId))) throw new CodedError("list.badHeader", "reserved bytes");
  return {
    version: view.getUint32(HEADER.version),
    issuedMs: issuedMs(view),
    entryCount,
    algorithm: algorithmOf(view.getUint8(HEADER.algorithm)),
    keyId: keyIdOf(bytes.subarray(HEADER.keyId, HEADER.keyId + KEY_ID_BYTES)),
    root: bytes.slice(HEADER.root, HEADER.root + DIGEST_BYTES),
    signature: signatureOf(bytes, view.getUint16(HEADER.signatureBytes)),
  };
}

/** The header with its signature block empty: the root covers what lies before the root. Throws `list.badHeader`, `list.tooLarge`. */
export function encodeHeader({ version, issuedMs, entryCount, algorithm, keyId }: ListHeader): Uint8Array {
  if (entryCount > LIST_MAX_ENTRIES) throw new CodedError("list.tooLarge", `${entryCount} entries`);
  if (!/^[\x21-\x7e]{1,32}$/.test(keyId)) throw new CodedError("list.badHeader", `key id ${JSON.stringify(keyId)}`);
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = viewOf(bytes);
  bytes.set(new TextEncoder().encode(LIST_MAGIC), HEADER.magic);
  view.setUint16(HEADER.format, LIST_FORMAT);
  view.setUint16(HEADER.headerBytes, HEADER_BYTES);
  view.setUint32(HEADER.version, version);
  view.setBigUint64(HEADER.issuedMs, BigInt(issuedMs));
  view.setUint32(HEADER.entryCount, entryCount);
  view.setUint16(HEADER.entryBytes, ENTRY_BYTES);
  view.setUint16(HEADER.pageBytes, PAGE_BYTES);
  view.setUint32(HEADER.pageCount, listGeometry(entryCount).pageCount);
  view.setUint8(HEADER.algorithm, ALGORITHM_NUMBER[algorithm]);
  bytes.set(new TextEncoder().encode(keyId), HEADER.keyId);
  return bytes;
}

export function writeSignature(header: Uint8Array, root: Uint8Array, signature: Uint8Array): void {
  if (signature.length === 0 || signature.length > SIGNATURE_MAX_BYTES) throw new CodedError("list.badHeader", "signature size");
  header.set(root, HEADER.root);
  viewOf(header).setUint16(HEADER.signatureBytes, signature.length);
  header.set(signature, HEADER.signature);
}

function expectUint16(view: DataView, offset: number, expected: number, name: string): void {
  const found = view.getUint16(offset);
  if (found !== expected) throw new CodedError("list.badHeader", `${name} ${found} instead of ${expected}`);
}

function issuedMs(view: DataView): number {
  const value = view.getBigUint64(HEADER.issuedMs);
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

function signatureOf(bytes: Uint8Array, length: number): Uint8Array {
  if (length === 0 || length > SIGNATURE_MAX_BYTES) throw new CodedError("list.badHeader", `signature of ${length} bytes`);
  const end = HEADER.signature + length;
  if (!allZero(bytes.subarray(end))) throw new CodedError("list.badHeader", "bytes after the signature");
  return bytes.slice(HEADER.signature, end);
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
