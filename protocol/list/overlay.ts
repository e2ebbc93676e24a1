/** The changes since a base was made: one signed file of at most 1 MiB, held in memory and asked before the base. */
import { digestOf, readFrom, type TrustStore, type Verified, verifySignature } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { allZero, compareHandles, hexOf, viewOf } from "#protocol/list/bytes.ts";
import { handleBytes, type ListEntry, readEntry } from "#protocol/list/entry.ts";
import { expectUint16, type FileHeader, parseFileHeader, readSignature } from "#protocol/list/fileHeader.ts";
import {
  DIGEST_BYTES,
  ENTRY,
  ENTRY_BYTES,
  FLAG_REMOVED,
  FLAG_SUSPENDED,
  HEADER_BYTES,
  OVERLAY_HEADER,
  OVERLAY_MAGIC,
  OVERLAY_MAX_BYTES,
  OVERLAY_SIGNATURE_TAG,
} from "#protocol/list/layout.ts";
import { findOnPage } from "#protocol/list/page.ts";

/** An entry that replaces the base's or is new, or a handle that the list no longer knows. */
export type ListChange = ListEntry | { readonly handle: string; readonly removed: true };

export interface OverlayHeader extends FileHeader {
  /** The base that is changed. Its root counts; its version is for people. */
  readonly baseVersion: number;
  readonly baseRootHex: string;
}

/** A verified overlay. */
export interface CertificateOverlay extends OverlayHeader {
  readonly changes: number;
  /** Undefined when the overlay says nothing of the handle: then the base is asked. Throws `list.badHandle`. */
  lookUp(handle: string): Verified<ListEntry> | "removed" | undefined;
}

const RESERVED_FLAGS = 0xff & ~(FLAG_SUSPENDED | FLAG_REMOVED);

/**
 * Checks all of it at once; `bytes` must not be changed afterwards.
 * Throws `list.badMagic`, `badHeader`, `tooLarge`, `truncated`, `unknownKey`, `badSignature`, `unsorted`, `badEntry`.
 */
export function openOverlay(bytes: Uint8Array, trust: TrustStore): CertificateOverlay {
  if (bytes.length > OVERLAY_MAX_BYTES) throw new CodedError("list.tooLarge", `${bytes.length} bytes`);
  const { header, changes, signature } = parseOverlayHeader(bytes.subarray(0, HEADER_BYTES));
  const due = HEADER_BYTES + changes * ENTRY_BYTES;
  if (bytes.length !== due) throw new CodedError("list.truncated", `${bytes.length} of ${due} bytes`);
  const { algorithm, keyId } = header;
  const message = overlayMessage(header, bytes);
  const verdict = verifySignature(trust, "list", { algorithm, keyId, value: signature }, message, bytes);
  if (!verdict.ok) throw new CodedError(`list.${verdict.fault}`, `overlay, key ${keyId}`);
  const table = verdict.fact.subarray(HEADER_BYTES);
  checkChanges(table, changes);
  const view = viewOf(table);
  return {
    ...header,
    changes,
    lookUp: (handle) => {
      const offset = findOnPage(view, changes, viewOf(handleBytes(handle)));
      if (offset === undefined) return undefined;
      return isRemoved(view, offset) ? "removed" : readFrom(verdict.fact, readEntry(view, offset));
    },
  };
}

/** What is signed: the tag, and the digest of the header's fields and the changes. */
export function overlayMessage({ algorithm }: FileHeader, bytes: Uint8Array): Uint8Array {
  const digest = digestOf(algorithm, bytes.subarray(0, OVERLAY_HEADER.signatureBytes), bytes.subarray(HEADER_BYTES));
  return Uint8Array.from([...new TextEncoder().encode(OVERLAY_SIGNATURE_TAG), ...digest]);
}

/** All changes of an overlay's verified bytes, in order: for the platform, which adds to them. */
export function* changesOf(bytes: Uint8Array): Generator<ListChange> {
  const view = viewOf(bytes);
  for (let offset = HEADER_BYTES; offset < bytes.length; offset += ENTRY_BYTES) {
    const entry = readEntry(view, offset);
    yield isRemoved(view, offset) ? { handle: entry.handle, removed: true } : entry;
  }
}

function parseOverlayHeader(bytes: Uint8Array): { header: OverlayHeader; changes: number; signature: Uint8Array } {
  const { entryCount, ...header } = parseFileHeader(bytes, OVERLAY_MAGIC);
  const view = viewOf(bytes);
  expectUint16(view, OVERLAY_HEADER.unused, 0, "reserved bytes");
  const baseRoot = bytes.subarray(OVERLAY_HEADER.baseRoot, OVERLAY_HEADER.baseRoot + DIGEST_BYTES);
  return {
    header: { ...header, baseVersion: view.getUint32(OVERLAY_HEADER.baseVersion), baseRootHex: hexOf(baseRoot) },
    changes: entryCount,
    signature: readSignature(bytes),
  };
}

function checkChanges(table: Uint8Array, changes: number): void {
  const view = viewOf(table);
  for (let offset = 0; offset < changes * ENTRY_BYTES; offset += ENTRY_BYTES) {
    if (offset > 0 && compareHandles(view, offset - ENTRY_BYTES, view, offset) >= 0) {
      throw new CodedError("list.unsorted", `change ${offset / ENTRY_BYTES}`);
    }
    const flags = view.getUint8(offset + ENTRY.flags);
    if ((flags & RESERVED_FLAGS) !== 0) throw new CodedError("list.badEntry", "reserved flags");
    if (isRemoved(view, offset) && !isEmpty(table, offset, flags)) throw new CodedError("list.badEntry", "a removal that says more");
  }
}

function isRemoved(view: DataView, offset: number): boolean {
  return (view.getUint8(offset + ENTRY.flags) & FLAG_REMOVED) !== 0;
}

function isEmpty(table: Uint8Array, offset: number, flags: number): boolean {
  const days = table.subarray(offset + ENTRY.notBeforeDay, offset + ENTRY_BYTES);
  return flags === FLAG_REMOVED && table[offset + ENTRY.categories] === 0 && allZero(days);
}
