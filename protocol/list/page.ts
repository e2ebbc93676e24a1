import { CodedError } from "#protocol/errors/codedError.ts";
import { allZero, compareHandles, viewOf } from "#protocol/list/bytes.ts";
import { ENTRY, ENTRY_BYTES, FLAG_SUSPENDED } from "#protocol/list/layout.ts";

const RESERVED_FLAGS = 0xff & ~FLAG_SUSPENDED;

/** Entries ascend, their reserved bits are clear and zeros follow them. Throws `list.unsorted`, `list.badEntry`. */
export function checkPage(page: Uint8Array, entries: number): void {
  const view = viewOf(page);
  for (let index = 1; index < entries; index += 1) {
    if (compareHandles(view, (index - 1) * ENTRY_BYTES, view, index * ENTRY_BYTES) >= 0) {
      throw new CodedError("list.unsorted", `entry ${index} of a page`);
    }
  }
  for (let index = 0; index < entries; index += 1) {
    if ((view.getUint8(index * ENTRY_BYTES + ENTRY.flags) & RESERVED_FLAGS) !== 0) throw new CodedError("list.badEntry", "reserved flags");
  }
  if (!allZero(page.subarray(entries * ENTRY_BYTES))) throw new CodedError("list.badEntry", "bytes after the last entry");
}

/** Offset of the handle's entry on a page, by bisection. */
export function findOnPage(page: DataView, entries: number, handle: DataView): number | undefined {
  let below = 0;
  let above = entries;
  while (below < above) {
    const middle = (below + above) >>> 1;
    const order = compareHandles(page, middle * ENTRY_BYTES, handle, 0);
    if (order === 0) return middle * ENTRY_BYTES;
    if (order < 0) below = middle + 1;
    else above = middle;
  }
  return undefined;
}
