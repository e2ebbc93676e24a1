import { closeSync, openSync, readSync } from "node:fs";
import { ENTRY_BYTES, entriesOnPage, HEADER, HEADER_BYTES, listGeometry, PAGE_BYTES } from "#protocol/list/layout.ts";

/** The raw entries of a base, in order, unchecked. */
export function* basesEntries(path: string): Generator<Buffer> {
  const file = openSync(path, "r");
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    readSync(file, header, 0, HEADER_BYTES, 0);
    const count = header.readUInt32BE(HEADER.entryCount);
    const { firstPageOffset, pageCount } = listGeometry(count);
    const page = Buffer.alloc(PAGE_BYTES);
    for (let index = 0; index < pageCount; index += 1) {
      readSync(file, page, 0, PAGE_BYTES, firstPageOffset + index * PAGE_BYTES);
      for (let at = 0; at < entriesOnPage(count, index); at += 1) yield page.subarray(at * ENTRY_BYTES, (at + 1) * ENTRY_BYTES);
    }
  } finally {
    closeSync(file);
  }
}
