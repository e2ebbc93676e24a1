/** Bases and overlays that fit each other, as files, for the tests of the store. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ListChange, OverlayHeader } from "#protocol/list/overlay.ts";
import { writeOverlay } from "#protocol/list/overlayWriter.ts";
import { signBytes } from "#simulator/platform/keys.ts";
import { seededEntry } from "#simulator/platform/listIssuer.ts";
import { ISSUED_MS, issueSmallList, testKey } from "#test/list/fixtures.ts";

const SIZE = 400;

/** In every base made here, with the number of the base for a seed. */
export function knownHandle(base: number, index: number): string {
  return seededEntry(base, SIZE, index, ISSUED_MS).handle;
}

/** A base of that version in a file of its own; gives the file and the root that overlays name. */
export function baseFile(folder: string, version: number, seed = version): { path: string; rootHex: string } {
  const path = join(folder, `base-${version}.candidate`);
  const { rootHex } = issueSmallList(path, { version, seed, size: SIZE });
  return { path, rootHex };
}

/** An overlay for a base, which takes its 6th entry out of the list. */
export function overlayFile(folder: string, version: number, base: { version: number; rootHex: string }): string {
  const path = join(folder, `overlay-${version}.candidate`);
  const change: ListChange = { handle: knownHandle(base.version, 5), removed: true };
  const header: OverlayHeader = {
    ...{ version, issuedMs: ISSUED_MS + version, algorithm: "ed25519", keyId: "test-ed25519" },
    ...{ baseVersion: base.version, baseRootHex: base.rootHex },
  };
  writeFileSync(
    path,
    writeOverlay(header, [change], (message) => signBytes(testKey("ed25519"), message)),
  );
  return path;
}

export function flipBit(path: string, offset: number): void {
  const bytes = readFileSync(path);
  bytes[offset] = (bytes[offset] ?? 0) ^ 0x10;
  writeFileSync(path, bytes);
}
