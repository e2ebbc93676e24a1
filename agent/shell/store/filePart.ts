/** The parts of signed files that have arrived so far: one for each file that is kept, its name says of which version. They survive restarts. */
import { createHash } from "node:crypto";
import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readdirSync, readSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { FILE_SIZES, type FileTarget } from "#agent/core/fileFetch/state.ts";
import { asStorageFault, onDisk } from "#agent/shell/store/fileStorage.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

/** Each method also throws `list.storage`. */
export interface FilePart {
  /** Bytes of the target that are here. Parts of its other versions are deleted. Throws `list.tooLarge`. */
  prepare(target: FileTarget): number;
  /** Appends at `offset`, which is where the part ends. Throws `list.badTransfer` when it is not. */
  write(target: FileTarget, offset: number, data: Uint8Array): void;
  /** Path of the complete file, its digest checked. Throws `list.badTransfer`, `list.truncated`. */
  complete(target: FileTarget): Promise<string>;
  discard(target: FileTarget): void;
}

const SUFFIX = ".part";
const PIECE_BYTES = 256 * 1024;

export function openFilePart(folder: string): FilePart {
  mkdirSync(folder, { recursive: true });
  const pathOf = (target: FileTarget) => join(folder, partName(target));
  return {
    prepare: (target) => {
      if (target.size > FILE_SIZES[target.kind].most) throw new CodedError("list.tooLarge", `${target.size} bytes`);
      onDisk(() => deleteOthers(folder, target));
      return withFile(pathOf(target), "a+", (file) => {
        const { size } = fstatSync(file);
        if (size <= target.size) return size;
        ftruncateSync(file, 0);
        return 0;
      });
    },
    write: (target, offset, data) => {
      withFile(pathOf(target), "a+", (file) => {
        const { size } = fstatSync(file);
        if (offset !== size || offset + data.length > target.size) {
          throw new CodedError("list.badTransfer", `piece at ${offset} of a part of ${size} bytes`);
        }
        writeWhole(file, data);
      });
    },
    complete: async (target) => {
      const file = onDisk(() => openSync(pathOf(target), "r"));
      try {
        const { size } = fstatSync(file);
        if (size !== target.size) throw new CodedError("list.truncated", `${size} of ${target.size} bytes`);
        if ((await sha256Of(file)) !== target.sha256) throw new CodedError("list.badTransfer", `version ${target.version}`);
      } catch (error) {
        throw asStorageFault(error);
      } finally {
        closeSync(file);
      }
      return pathOf(target);
    },
    discard: (target) => onDisk(() => rmSync(pathOf(target), { force: true })),
  };
}

function partPrefix({ kind, device }: FileTarget): string {
  return kind === "policy" ? `policy-${device}-` : `${kind}-`;
}

function partName(target: FileTarget): string {
  const { version, size, sha256 } = target;
  return `${partPrefix(target)}${version}-${size}-${sha256.slice(0, 16)}${SUFFIX}`;
}

function deleteOthers(folder: string, target: FileTarget): void {
  const name = partName(target);
  for (const other of readdirSync(folder)) {
    if (other.startsWith(partPrefix(target)) && other.endsWith(SUFFIX) && other !== name) rmSync(join(folder, other));
  }
}

function withFile<T>(path: string, flags: string, use: (file: number) => T): T {
  return onDisk(() => {
    const file = openSync(path, flags);
    try {
      return use(file);
    } finally {
      closeSync(file);
    }
  });
}

function writeWhole(file: number, data: Uint8Array): void {
  for (let written = 0; written < data.length; ) written += writeSync(file, data, written);
}

/** In turns, so that leases are renewed meanwhile. */
async function sha256Of(file: number): Promise<string> {
  const digest = createHash("sha256");
  const piece = new Uint8Array(PIECE_BYTES);
  for (let offset = 0; ; ) {
    const count = readSync(file, piece, 0, piece.length, offset);
    if (count === 0) return digest.digest("hex");
    digest.update(piece.subarray(0, count));
    offset += count;
    await nextTurn();
  }
}
