/**
 * Byte layout of the certificate list's two files, version 1. All numbers are big-endian.
 *
 *   base     header (256 B) · page index (48 B a page, zeros up to a multiple of 4096) · pages (4096 B each)
 *   overlay  header (256 B) · changes (24 B each)
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

/** Offsets that both headers have. What lies after `signature` is zero. */
export const FILE_HEADER = {
  magic: 0,
  format: 8,
  headerBytes: 10,
  version: 12,
  issuedMs: 16,
  entryCount: 24,
  entryBytes: 28,
  algorithm: 36,
  reserved: 37,
  keyId: 40,
  signatureBytes: 104,
  signature: 106,
} as const;

/** Offsets in a base's header. What lies before `root` is hashed into the root. */
export const HEADER = { ...FILE_HEADER, pageBytes: 30, pageCount: 32, root: 72 } as const;

export const OVERLAY_MAGIC = "ARCGOVL1";
/** Offsets in an overlay's header. What lies before `signatureBytes` is signed. */
export const OVERLAY_HEADER = { ...FILE_HEADER, unused: 30, baseVersion: 32, baseRoot: 72 } as const;
/** Held in memory: an overlay that outgrows it makes a new base due. */
export const OVERLAY_MAX_BYTES = 1024 * 1024;
export const OVERLAY_MAX_CHANGES = Math.floor((OVERLAY_MAX_BYTES - HEADER_BYTES) / ENTRY_BYTES);
export const KEY_ID_BYTES = 32;
export const SIGNATURE_MAX_BYTES = 80;

/** Offsets in an entry. Days count from 1970-01-01, in China's civil calendar (UTC+8). */
export const ENTRY = { handle: 0, categories: 16, flags: 17, notBeforeDay: 18, expiryDay: 20, reviewDay: 22 } as const;
/** Suspended or revoked: no welding with it. */
export const FLAG_SUSPENDED = 1;
/** In an overlay only: the list no longer knows the handle; everything behind the flags is zero. The other flags are reserved and zero. */
export const FLAG_REMOVED = 2;

export const ALGORITHM_NUMBER: Readonly<Record<Algorithm, number>> = { ed25519: 1, sm2: 2 };

/** ASCII before the root, and before an overlay's digest, in what is signed. */
export const LIST_SIGNATURE_TAG = "arcgate-list/1\n";
export const OVERLAY_SIGNATURE_TAG = "arcgate-overlay/1\n";

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
