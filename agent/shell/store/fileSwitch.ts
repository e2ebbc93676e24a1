/** Putting a complete file in the place of another, so that an interruption at any step leaves the old one or the new one, whole. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";

/** What a switch asks of the disk, one call a step. */
export interface Disk {
  sync(path: string): void;
  rename(from: string, to: string): void;
  remove(path: string): void;
}

export const REAL_DISK: Disk = {
  sync: (path) => {
    const descriptor = openSync(path, "r");
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  },
  rename: renameSync,
  remove: (path) => rmSync(path, { force: true }),
};

/** Content first, then its name, then the switch, then the switch's own durability. */
export function switchFile(disk: Disk, candidate: string, target: string): void {
  disk.sync(candidate);
  disk.sync(dirname(candidate));
  disk.rename(candidate, target);
  disk.sync(dirname(target));
}
