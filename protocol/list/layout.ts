/**
 * Byte layout of the certificate list's base file, version 1. All numbers are big-endian.
 *
 *   header (256 B) · page index (48 B a page, zeros up to a multiple of 4096) · pages (4096 B each)
 */
import type { Algorithm } from "#protocol/crypto.ts";

export const LIST_MAGIC = "ARCGLST1";
export const LIST_FORMAT = 1;
export const HEADER_BYTES = 256;
export const PAGE_BYTES = 4096;
export const ENTRY_BYTES = 24;
export const ENTRIES_PER_PAGE = Math.floor(PAGE_BYTES / ENTRY_BYTES);
export const INDEX_ENTRY_BYTES = 48;
export const HANDLE_BYTES = 16;
export const DIGEST_BYTES = 32;
/** Nothing larger is fetched, opened or written. */
export const LIST_MAX_BYTES = 64 * 1024 * 1024;
export const LIST_MAX_ENTRIES = 2_000_000;

/** Offsets in the header. What lies before `root` is hashed into the root; what lies after `signature` is zero. */
export const HEADER = {
  magic: 0,
  format: 8,
  headerBytes: 10,
  version: 12,
  issuedMs: 16,
  entryCount: 24,
  entryBytes: 28,
  pageBytes: 30,
  pageCount: 32,
  algorithm: 36,
  reserved: 37,
  keyId: 40,
  root: 72,
  signatureBytes: 104,
  signature: 106,
} as const;
export const KEY_ID_BYTES = 32;
export const SIGNATURE_MAX_BYTES = 80;

/** Offsets in an entry. Days count from 1970-01-01, in China's civil calendar (UTC+8). */
export const ENTRY = { handle: 0, categories: 16, flags: 17, notBeforeDay: 18, expiryDay: 20, reviewDay: 22 } as const;
/** Suspended or revoked: no welding with it. The other flags are reserved and zero. */
export const FLAG_SUSPENDED = 1;

export const ALGORITHM_NUMBER: Readonly<Record<Algorithm, number>> = { ed25519: 1, sm2: 2 };

/** ASCII before the root, in what is signed. */
export const LIST_SIGNATURE_TAG = "arcgate-list/1\n";

export interface ListGeometry {
  readonly pageCount: number;
  /** From the header's end to the first page. */
  readonly indexBytes: number;
  readonly firstPageOffset: number;
  readonly fileBytes: number;
}

export function listGeometry(entryCount: number): ListGeometry {
  const pageCount = Math.ceil(entryCount / ENTRIES_PER_PAGE);
  const firstPageOffset = Math.ceil((HEADER_BYTES + pageCount * INDEX_ENTRY_BYTES) / PAGE_BYTES) * PAGE_BYTES;
  return { pageCount, indexBytes: firstPageOffset - HEADER_BYTES, firstPageOffset, fileBytes: firstPageOffset + pageCount * PAGE_BYTES };
}

/** Entries on a page: all pages are full but the last. */
export function entriesOnPage(entryCount: number, pageIndex: number): number {
  return Math.min(ENTRIES_PER_PAGE, entryCount - pageIndex * ENTRIES_PER_PAGE);
}
