import { CodedError } from "#protocol/errors/codedError.ts";
import { viewOf } from "#protocol/list/bytes.ts";
import { encodeFileHeader, expectUint16, type FileHeader, parseFileHeader, readSignature } from "#protocol/list/fileHeader.ts";
import { DIGEST_BYTES, HEADER, LIST_MAGIC, LIST_MAX_ENTRIES, listGeometry, PAGE_BYTES } from "#protocol/list/layout.ts";

export interface ListHeader extends FileHeader {
  readonly entryCount: number;
}

/** As read: nothing of it is verified yet. */
export interface UnverifiedHeader extends ListHeader {
  readonly root: Uint8Array;
  readonly signature: Uint8Array;
}

/** Throws `list.truncated`, `list.badMagic`, `list.badHeader`, `list.tooLarge`. Every byte of the header is accounted for. */
export function parseHeader(bytes: Uint8Array): UnverifiedHeader {
  const header = parseFileHeader(bytes, LIST_MAGIC);
  const view = viewOf(bytes);
  expectUint16(view, HEADER.pageBytes, PAGE_BYTES, "page size");
  const { entryCount } = header;
  if (entryCount > LIST_MAX_ENTRIES) throw new CodedError("list.tooLarge", `${entryCount} entries`);
  const pageCount = view.getUint32(HEADER.pageCount);
  if (pageCount !== listGeometry(entryCount).pageCount) throw new CodedError("list.badHeader", `${pageCount} pages, ${entryCount} entries`);
  return { ...header, root: bytes.slice(HEADER.root, HEADER.root + DIGEST_BYTES), signature: readSignature(bytes) };
}

/** The header without root and signature: the root covers what lies before it. Throws `list.badHeader`, `list.tooLarge`. */
export function encodeHeader(header: ListHeader): Uint8Array {
  const { entryCount } = header;
  if (entryCount > LIST_MAX_ENTRIES) throw new CodedError("list.tooLarge", `${entryCount} entries`);
  const bytes = encodeFileHeader(LIST_MAGIC, header, entryCount);
  const view = viewOf(bytes);
  view.setUint16(HEADER.pageBytes, PAGE_BYTES);
  view.setUint32(HEADER.pageCount, listGeometry(entryCount).pageCount);
  return bytes;
}
