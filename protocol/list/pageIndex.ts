import { readFrom, sameBytes, type Verified } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { allZero, compareHandles, viewOf } from "#protocol/list/bytes.ts";
import { DIGEST_BYTES, HANDLE_BYTES, INDEX_ENTRY_BYTES } from "#protocol/list/layout.ts";

/** First handle and digest of every page: all of a list that stays in memory (282 KB for a million). */
export interface PageIndex {
  /** The only page that can hold the handle; undefined below the first. */
  pageOf(handle: Uint8Array): number | undefined;
  digestOf(pageIndex: number): Verified<Uint8Array>;
  startsWith(pageIndex: number, handle: Uint8Array): boolean;
  /** Whether the handle is below the next page's first one. */
  endsBeforeNext(pageIndex: number, lastHandle: Uint8Array): boolean;
}

/** `region` is a verified list's index with its zeros. Throws `list.badHeader`, `list.unsorted`. */
export function readPageIndex(region: Verified<Uint8Array>, pageCount: number): PageIndex {
  const view = viewOf(region);
  if (!allZero(region.subarray(pageCount * INDEX_ENTRY_BYTES))) throw new CodedError("list.badHeader", "bytes after the page index");
  for (let page = 1; page < pageCount; page += 1) {
    if (compareHandles(view, (page - 1) * INDEX_ENTRY_BYTES, view, page * INDEX_ENTRY_BYTES) >= 0) {
      throw new CodedError("list.unsorted", `page ${page}`);
    }
  }
  const handleAt = (page: number) => region.subarray(page * INDEX_ENTRY_BYTES, page * INDEX_ENTRY_BYTES + HANDLE_BYTES);
  return {
    pageOf: (handle) => lastPageFrom(view, pageCount, viewOf(handle)),
    digestOf: (page) => {
      const start = page * INDEX_ENTRY_BYTES + HANDLE_BYTES;
      return readFrom(region, region.subarray(start, start + DIGEST_BYTES));
    },
    startsWith: (page, handle) => sameBytes(handleAt(page), handle),
    endsBeforeNext: (page, lastHandle) =>
      page + 1 >= pageCount || compareHandles(viewOf(lastHandle), 0, view, (page + 1) * INDEX_ENTRY_BYTES) < 0,
  };
}

/** Last page whose first handle is not above `handle`. */
function lastPageFrom(index: DataView, pageCount: number, handle: DataView): number | undefined {
  let below = 0;
  let above = pageCount;
  while (below < above) {
    const middle = (below + above) >>> 1;
    if (compareHandles(index, middle * INDEX_ENTRY_BYTES, handle, 0) <= 0) below = middle + 1;
    else above = middle;
  }
  return below === 0 ? undefined : below - 1;
}
