import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeKeyset, type Keyset } from "#protocol/trust/keyset.ts";
import { testSignedKeyset } from "#test/list/fixtures.ts";

/** A complete keyset as it comes from the platform. */
export function keysetFile(folder: string, change: Partial<Keyset> & { version: number }, root?: "next"): string {
  const path = join(folder, `keyset-${change.version}.part`);
  writeFileSync(path, encodeKeyset(testSignedKeyset(change, root)));
  return path;
}
