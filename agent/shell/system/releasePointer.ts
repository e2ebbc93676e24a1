/** Where releases lie, and the small file that says which of them runs. The launcher needs no more than this. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { INSTALLED, type Pointer, parsePointer } from "#agent/core/update/pointer.ts";
import type { ReleaseDisk } from "#agent/shell/system/releaseDisk.ts";

const FILE = "pointer.json";
/** Set by the launcher to the folder of releases: who was started without it would not come back as another. */
export const LAUNCHED = "ARCGATE_RELEASES";
/** The agent ends with it when a release takes over: the supervisor starts the launcher at once. */
export const RESTART_EXIT_CODE = 75;

export function releasesFolder(data: string): string {
  return join(data, "releases");
}

/** A pointer that is not there, that cannot be read, or that nobody here wrote, points at the installed program: whatever befell the disk, something runs. */
export function readPointer(folder: string): Pointer {
  try {
    return parsePointer(readFileSync(join(folder, FILE), "utf8")) ?? INSTALLED;
  } catch {
    return INSTALLED;
  }
}

/** Written beside and renamed, each made durable: an interruption leaves the old pointer or the new one. */
export function writePointer(disk: ReleaseDisk, folder: string, pointer: Pointer): void {
  const path = join(folder, FILE);
  disk.write(`${path}.new`, JSON.stringify(pointer));
  disk.rename(`${path}.new`, path);
  disk.sync(folder);
}
