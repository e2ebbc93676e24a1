import { CodedError } from "#protocol/errors/codedError.ts";
import { bytesOfHex, hexOf, viewOf } from "#protocol/list/bytes.ts";
import { ENTRY, ENTRY_BYTES, FLAG_SUSPENDED, HANDLE_BYTES } from "#protocol/list/layout.ts";

/** What the list knows about one certificate: no name, no ID number. */
export interface ListEntry {
  /** 16 random bytes in lower-case hex. */
  readonly handle: string;
  /** Bit set of work categories (protocol/codes/workCategories.ts numbers the bits). */
  readonly categories: number;
  /** First and last day of validity, and the last day before which a review is due: days since 1970-01-01, UTC+8. */
  readonly notBeforeDay: number;
  readonly expiryDay: number;
  readonly reviewDay: number;
  /** Suspended or revoked: no welding with it. */
  readonly suspended: boolean;
}

/** Upper-case digits are taken too. Throws `list.badHandle`. */
export function handleBytes(handle: string): Uint8Array {
  if (!/^[0-9a-fA-F]{32}$/.test(handle)) throw new CodedError("list.badHandle", handle.slice(0, 40));
  return bytesOfHex(handle);
}

/** Reads an entry of a page that `checkPage` has found good. */
export function readEntry(page: DataView, offset: number): ListEntry {
  const flags = page.getUint8(offset + ENTRY.flags);
  return {
    handle: hexOf(new Uint8Array(page.buffer, page.byteOffset + offset, HANDLE_BYTES)),
    categories: page.getUint8(offset + ENTRY.categories),
    notBeforeDay: page.getUint16(offset + ENTRY.notBeforeDay),
    expiryDay: page.getUint16(offset + ENTRY.expiryDay),
    reviewDay: page.getUint16(offset + ENTRY.reviewDay),
    suspended: (flags & FLAG_SUSPENDED) !== 0,
  };
}

/** Throws `list.badEntry`, `list.badHandle`. */
export function writeEntry(page: Uint8Array, offset: number, entry: ListEntry): void {
  const { categories, notBeforeDay, expiryDay, reviewDay } = entry;
  if (!fits(categories, 0xff)) throw new CodedError("list.badEntry", `categories ${categories}`);
  for (const day of [notBeforeDay, expiryDay, reviewDay]) {
    if (!fits(day, 0xffff)) throw new CodedError("list.badEntry", `day ${day}`);
  }
  const view = viewOf(page.subarray(offset, offset + ENTRY_BYTES));
  page.set(handleBytes(entry.handle), offset);
  view.setUint8(ENTRY.categories, categories);
  view.setUint8(ENTRY.flags, entry.suspended ? FLAG_SUSPENDED : 0);
  view.setUint16(ENTRY.notBeforeDay, notBeforeDay);
  view.setUint16(ENTRY.expiryDay, expiryDay);
  view.setUint16(ENTRY.reviewDay, reviewDay);
}

function fits(value: number, maximum: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= maximum;
}
