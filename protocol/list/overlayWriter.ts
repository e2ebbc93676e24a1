import { CodedError } from "#protocol/errors/codedError.ts";
import { bytesOfHex, compareHandles, viewOf } from "#protocol/list/bytes.ts";
import { handleBytes, writeEntry } from "#protocol/list/entry.ts";
import { encodeFileHeader, writeSignature } from "#protocol/list/fileHeader.ts";
import {
  DIGEST_BYTES,
  ENTRY,
  ENTRY_BYTES,
  FLAG_REMOVED,
  HEADER_BYTES,
  OVERLAY_HEADER,
  OVERLAY_MAGIC,
  OVERLAY_MAX_CHANGES,
} from "#protocol/list/layout.ts";
import { type ListChange, type OverlayHeader, overlayMessage } from "#protocol/list/overlay.ts";

/**
 * An overlay's file. The changes come in ascending order of their handles; `sign` signs with the private key of `header.keyId`.
 * Throws `list.unsorted`, `list.badEntry`, `list.badHandle`, `list.badHeader`, `list.tooLarge`.
 */
export function writeOverlay(header: OverlayHeader, changes: readonly ListChange[], sign: (message: Uint8Array) => Uint8Array): Uint8Array {
  if (changes.length > OVERLAY_MAX_CHANGES) throw new CodedError("list.tooLarge", `${changes.length} changes`);
  const root = bytesOfHex(header.baseRootHex);
  if (root.length !== DIGEST_BYTES) throw new CodedError("list.badHeader", "the base's root");
  const bytes = new Uint8Array(HEADER_BYTES + changes.length * ENTRY_BYTES);
  const view = viewOf(bytes);
  bytes.set(encodeFileHeader(OVERLAY_MAGIC, header, changes.length));
  view.setUint32(OVERLAY_HEADER.baseVersion, header.baseVersion);
  bytes.set(root, OVERLAY_HEADER.baseRoot);
  for (const [index, change] of changes.entries()) {
    const offset = HEADER_BYTES + index * ENTRY_BYTES;
    writeChange(bytes, offset, change);
    if (index > 0 && compareHandles(view, offset - ENTRY_BYTES, view, offset) >= 0)
      throw new CodedError("list.unsorted", `change ${index}`);
  }
  writeSignature(bytes.subarray(0, HEADER_BYTES), sign(overlayMessage(header, bytes)));
  return bytes;
}

function writeChange(bytes: Uint8Array, offset: number, change: ListChange): void {
  if ("removed" in change) {
    bytes.set(handleBytes(change.handle), offset);
    bytes[offset + ENTRY.flags] = FLAG_REMOVED;
  } else writeEntry(bytes, offset, change);
}
