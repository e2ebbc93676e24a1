import { digestOf } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { compareHandles, hexOf, viewOf } from "#protocol/list/bytes.ts";
import { listRoot, signedMessage } from "#protocol/list/certificateList.ts";
import { type ListEntry, writeEntry } from "#protocol/list/entry.ts";
import { writeSignature } from "#protocol/list/fileHeader.ts";
import { encodeHeader, type ListHeader } from "#protocol/list/header.ts";
import {
  ENTRIES_PER_PAGE,
  ENTRY_BYTES,
  HANDLE_BYTES,
  HEADER,
  HEADER_BYTES,
  INDEX_ENTRY_BYTES,
  listGeometry,
  PAGE_BYTES,
} from "#protocol/list/layout.ts";

/** Takes bytes at any offset: pages come first, then index and header. The sink must be done with `bytes` when it returns. */
interface ListSink {
  write(offset: number, bytes: Uint8Array): void;
}

/**
 * Writes a list of `header.entryCount` entries, which come in ascending order of their handles, in memory for one page and the index.
 * `sign` signs with the private key of `header.keyId`. Throws `list.unsorted`, `list.badEntry`, `list.badHeader`, `list.tooLarge`.
 */
export function writeList(
  sink: ListSink,
  header: ListHeader,
  entries: Iterable<ListEntry>,
  sign: (message: Uint8Array) => Uint8Array,
): { rootHex: string; fileBytes: number } {
  const headerBytes = encodeHeader(header);
  const geometry = listGeometry(header.entryCount);
  const region = new Uint8Array(geometry.indexBytes);
  let pageIndex = 0;
  for (const page of pagesOf(entries, header.entryCount)) {
    region.set(page.subarray(0, HANDLE_BYTES), pageIndex * INDEX_ENTRY_BYTES);
    region.set(digestOf(header.algorithm, page), pageIndex * INDEX_ENTRY_BYTES + HANDLE_BYTES);
    sink.write(geometry.firstPageOffset + pageIndex * PAGE_BYTES, page);
    pageIndex += 1;
  }
  const root = listRoot(header, headerBytes, region);
  headerBytes.set(root, HEADER.root);
  writeSignature(headerBytes, sign(signedMessage(root)));
  sink.write(HEADER_BYTES, region);
  sink.write(0, headerBytes);
  return { rootHex: hexOf(root), fileBytes: geometry.fileBytes };
}

/** Fills one page after the other. The page handed out is used again for the next. */
function* pagesOf(entries: Iterable<ListEntry>, entryCount: number): Generator<Uint8Array> {
  const page = new Uint8Array(PAGE_BYTES);
  const view = viewOf(page);
  const previous = new Uint8Array(HANDLE_BYTES);
  let count = 0;
  for (const entry of entries) {
    const offset = (count % ENTRIES_PER_PAGE) * ENTRY_BYTES;
    if (count > 0 && offset === 0) {
      yield page;
      page.fill(0);
    }
    writeEntry(page, offset, entry);
    if (count > 0 && compareHandles(viewOf(previous), 0, view, offset) >= 0) throw new CodedError("list.unsorted", `entry ${count}`);
    previous.set(page.subarray(offset, offset + HANDLE_BYTES));
    count += 1;
  }
  if (count !== entryCount) throw new CodedError("list.badHeader", `${count} entries instead of ${entryCount}`);
  if (count > 0) yield page;
}
