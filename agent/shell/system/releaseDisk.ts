/** What releases ask of the disk, one call a step, so that a test can end the process between any two. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";

export interface ReleaseDisk {
  makeFolder(path: string): void;
  /** Content and size are durable when it returns; the name is with its folder's `sync`. */
  write(path: string, bytes: Uint8Array | string): void;
  sync(folder: string): void;
  rename(from: string, to: string): void;
  /** With everything in it. */
  remove(path: string): void;
}

export const REAL_RELEASE_DISK: ReleaseDisk = {
  makeFolder: (path) => void mkdirSync(path, { recursive: true }),
  write: (path, bytes) => {
    const file = openSync(path, "w");
    try {
      writeFileSync(file, bytes);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  },
  sync: (folder) => {
    const descriptor = openSync(folder, "r");
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  },
  rename: renameSync,
  remove: (path) => rmSync(path, { recursive: true, force: true }),
};
