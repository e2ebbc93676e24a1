/** The platform's signed files: the newest of each kind, and how a new one comes about. */
import { closeSync, openSync, readSync } from "node:fs";
import { sha256Hex } from "#protocol/crypto.ts";
import type { FileKind, FileReply } from "#protocol/events/messages.ts";
import { parsePersonName, personEntry } from "#simulator/people.ts";
import type { CurrentList } from "#simulator/platform/currentList.ts";
import type { PlatformKeys } from "#simulator/platform/keys.ts";
import { OverlayIssuer } from "#simulator/platform/overlayIssuer.ts";

/** What is announced of a file, and its bytes. */
export interface OfferedFile {
  readonly announced: NonNullable<FileReply["file"]>;
  piece(offset: number, length: number): Uint8Array;
}

export class FileDesk {
  readonly #keys: PlatformKeys;
  readonly #base: CurrentList;
  readonly #overlays: OverlayIssuer;

  constructor(dataDir: string, keys: PlatformKeys, base: CurrentList, nowMs: number) {
    this.#keys = keys;
    this.#base = base;
    this.#overlays = new OverlayIssuer(dataDir, keys, base, nowMs);
  }

  /** Undefined when the platform has none of the kind. */
  newest(kind: FileKind): OfferedFile | undefined {
    switch (kind) {
      case "base": {
        const { version, size, sha256, path } = this.#base;
        return { announced: { version, size, sha256 }, piece: (offset, length) => readPiece(path, offset, length) };
      }
      case "overlay":
        return this.#overlays.current && offered(this.#overlays.current);
      case "keyset":
        return offered(this.#keys.keyset);
      case "policy":
        return undefined;
    }
  }

  /** A person's certificate is suspended, or a handle is taken out of the list. Gives the overlay's version. */
  revoke({ as, handle }: { as?: string | undefined; handle?: string | undefined }, nowMs: number): number {
    if (handle !== undefined) return this.#overlays.change({ handle, removed: true }, nowMs);
    if (as === undefined) throw new RangeError("revoke whom: as or handle");
    return this.#overlays.change({ ...personEntry(parsePersonName(as), this.#base.issuedMs), suspended: true }, nowMs);
  }

  /** A person's certificate is in the list, and good as far as its dates go. */
  certify(as: string, nowMs: number): number {
    return this.#overlays.change(personEntry(parsePersonName(as), this.#base.issuedMs), nowMs);
  }

  /** New keys; the overlay is signed anew, the base stays under its old key. Gives the keyset's version. */
  rotateKeys(nowMs: number, retireRoot: boolean): number {
    this.#keys.rotate(nowMs, retireRoot);
    this.#overlays.signAnew(nowMs);
    return this.#keys.keyset.version;
  }
}

function offered({ version, bytes }: { version: number; bytes: Uint8Array }): OfferedFile {
  return {
    announced: { version, size: bytes.length, sha256: sha256Hex(bytes) },
    piece: (offset, length) => bytes.subarray(offset, offset + length),
  };
}

function readPiece(path: string, offset: number, length: number): Uint8Array {
  const file = openSync(path, "r");
  try {
    const piece = new Uint8Array(length);
    return piece.subarray(0, readSync(file, piece, 0, length, offset));
  } finally {
    closeSync(file);
  }
}
