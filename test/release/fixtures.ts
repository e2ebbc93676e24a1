/** Small releases for the tests. */
import type { Algorithm } from "#protocol/crypto.ts";
import { encodeRelease, RELEASE_ENTRY, type ReleaseFile, type ReleaseSigner } from "#protocol/release/releaseFile.ts";
import { coseSigner } from "#test/list/fixtures.ts";

export const ISSUED_MS = Date.UTC(2026, 10, 27);

export const SMALL: readonly ReleaseFile[] = [
  { name: RELEASE_ENTRY.module, bytes: new TextEncoder().encode("process.exit(0);\n") },
  { name: "notes.txt", bytes: new TextEncoder().encode("焊闸\n") },
];

export function releaseSigner(algorithm: Algorithm = "ed25519"): ReleaseSigner {
  return coseSigner(algorithm);
}

export function releaseOf(version: string, files = SMALL, journalFormat = 2): Uint8Array {
  return encodeRelease({ version, issuedMs: ISSUED_MS, target: "module", journalFormat }, files, releaseSigner());
}
