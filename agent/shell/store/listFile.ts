/** The list's two files in their folder: `active.list`, and for each base that is known an overlay under the base's root. */
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { onDisk } from "#agent/shell/store/fileStorage.ts";
import type { TrustStore } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { type CertificateList, type ListReader, openList } from "#protocol/list/certificateList.ts";
import { OVERLAY_MAX_BYTES } from "#protocol/list/layout.ts";
import { type CertificateOverlay, openOverlay } from "#protocol/list/overlay.ts";

interface ListFile extends ListReader {
  close(): void;
}

export interface OpenedBase {
  readonly file: ListFile;
  readonly list: CertificateList;
}

const PAGES_PER_TURN = 64;
const OVERLAY_NAME = /^overlay-[0-9a-f]{64}\.list$/;

export function activeListPath(folder: string): string {
  return join(folder, "active.list");
}

/** The switch of a base picks its overlay by this name: one rename changes the pair. */
export function overlayPath(folder: string, baseRootHex: string): string {
  return join(folder, `overlay-${baseRootHex}.list`);
}

export function overlayPaths(folder: string): string[] {
  return onDisk(() => readdirSync(folder).filter((name) => OVERLAY_NAME.test(name))).map((name) => join(folder, name));
}

/** Throws `list.storage`, here and when it is read. */
export function openListFile(path: string): ListFile {
  const descriptor = onDisk(() => openSync(path, "r"));
  const { size } = fstatSync(descriptor);
  return {
    size,
    read: (offset, into) => onDisk(() => readSync(descriptor, into, 0, into.length, offset)),
    close: () => closeSync(descriptor),
  };
}

/** Throws `list.storage` and what `openList` throws. */
export function openBase(path: string, trust: TrustStore): OpenedBase {
  const file = openListFile(path);
  try {
    return { file, list: openList(file, trust) };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Throws `list.storage` and what `openOverlay` throws. */
export function openOverlayFile(path: string, trust: TrustStore): CertificateOverlay {
  const bytes = onDisk(() => {
    const { size } = statSync(path);
    if (size > OVERLAY_MAX_BYTES) throw new CodedError("list.tooLarge", `${size} bytes`);
    return readFileSync(path);
  });
  return openOverlay(bytes, trust);
}

/** In turns, so that leases are renewed meanwhile. */
export async function verifyEveryPage(list: CertificateList): Promise<void> {
  for (let page = 0; page < list.pages; page += 1) {
    list.verifyPage(page);
    if (page % PAGES_PER_TURN === PAGES_PER_TURN - 1) await nextTurn();
  }
}
