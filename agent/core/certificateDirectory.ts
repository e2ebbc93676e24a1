/** Base and overlay as one list: the overlay is asked first. */
import type { Verified } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { CertificateList } from "#protocol/list/certificateList.ts";
import type { ListEntry } from "#protocol/list/entry.ts";
import type { CertificateOverlay } from "#protocol/list/overlay.ts";

/** Lowest versions that may be in force; with 0 every version may. They are read from the chip's vault, where nothing can be turned back. */
export interface ListFloors {
  readonly base: number;
  /** Above 0 a base without an overlay is refused too. */
  readonly overlay: number;
}

export interface CertificateDirectory {
  /** Of the base. */
  readonly version: number;
  /** 0: the base alone. */
  readonly overlayVersion: number;
  /** In the base. */
  readonly entries: number;
  readonly rootHex: string;
  /** When the newer of the two was issued: a credential issued later may be unknown to both. */
  readonly issuedMs: number;
  /** Undefined when the list does not know the handle. Throws what the base's `lookUp` throws. */
  lookUp(handle: string): Verified<ListEntry> | undefined;
}

/** Throws `list.belowFloor`, and `list.otherBase` when the overlay changes another base than this. */
export function directoryOf(base: CertificateList, overlay: CertificateOverlay | undefined, floors: ListFloors): CertificateDirectory {
  if (base.version < floors.base) throw new CodedError("list.belowFloor", `base ${base.version}, at least ${floors.base} is due`);
  const overlayVersion = overlay?.version ?? 0;
  if (overlayVersion < floors.overlay)
    throw new CodedError("list.belowFloor", `overlay ${overlayVersion}, at least ${floors.overlay} is due`);
  if (overlay && overlay.baseRootHex !== base.rootHex) {
    throw new CodedError("list.otherBase", `overlay ${overlay.version} changes base ${overlay.baseVersion}, not ${base.version}`);
  }
  return {
    version: base.version,
    overlayVersion,
    entries: base.entries,
    rootHex: base.rootHex,
    issuedMs: Math.max(base.issuedMs, overlay?.issuedMs ?? 0),
    lookUp: (handle) => {
      const change = overlay?.lookUp(handle);
      if (change === "removed") return undefined;
      return change ?? base.lookUp(handle);
    },
  };
}
