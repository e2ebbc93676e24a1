/**
 * `arcgate-launch.mjs DATA run --config FILE`: starts the release that the pointer in DATA names, in this very process, and the program
 * beside this file when it names none. A release on probation is counted before it is started, and gives way after three starts.
 */
import { existsSync, readlinkSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { launched, type Pointer, type Running, takenBack } from "#agent/core/update/pointer.ts";
import { REAL_RELEASE_DISK } from "#agent/shell/system/releaseDisk.ts";
import { LAUNCHED, readPointer, releasesFolder, writePointer } from "#agent/shell/system/releasePointer.ts";
import { VERSION } from "#agent/version.ts";

/** Of bundles: beside this file, and in the folder of each release. */
const ENTRY = "arcgate.mjs";
/** The release itself gives up after half of it. */
const HANG_MS = 60_000;

if (isMainThread) await launch(process.argv.slice(2));
else setTimeout(endIfOnProbation, HANG_MS);

async function launch([data, ...argv]: string[]): Promise<void> {
  if (data === undefined || argv[0] !== "run") {
    console.error("用法 Usage: arcgate-launch.mjs <数据目录 data folder> run --config FILE");
    process.exit(2);
  }
  const folder = releasesFolder(resolve(data));
  const pointer = counted(folder, startable(folder, launched(readPointer(folder), VERSION)));
  const entry = entryOf(folder, pointer.running);
  if (pointer.running !== null) linkPackages(folder);
  if (pointer.at === "onProbation") new Worker(new URL(import.meta.url), { workerData: folder }).unref();
  process.env[LAUNCHED] = folder;
  process.argv = [process.execPath, entry, ...argv];
  await import(pathToFileURL(entry).href);
}

function entryOf(folder: string, running: Running): string {
  return running === null ? join(dirname(fileURLToPath(import.meta.url)), ENTRY) : join(folder, running, ENTRY);
}

/** What the pointer names, or what it falls back to when that is gone. */
function startable(folder: string, pointer: Pointer): Pointer {
  if (pointer.running === null || existsSync(entryOf(folder, pointer.running))) return pointer;
  return startable(folder, takenBack(pointer));
}

/** A start that cannot be counted is not made: it could go on for ever. */
function counted(folder: string, pointer: Pointer): Pointer {
  if (JSON.stringify(pointer) === JSON.stringify(readPointer(folder))) return pointer;
  try {
    writePointer(REAL_RELEASE_DISK, folder, pointer);
    return pointer;
  } catch (error) {
    console.error(`pointer.json: ${(error as Error).message}`);
    return pointer.at === "onProbation" ? startable(folder, takenBack(pointer)) : pointer;
  }
}

/** A release brings no packages with machine code: it finds those of the installation from where it lies. */
function linkPackages(folder: string): void {
  const packages = dirname(dirname(createRequire(import.meta.url).resolve("better-sqlite3/package.json")));
  const link = join(folder, "node_modules");
  if (linkedTo(link) === packages) return;
  REAL_RELEASE_DISK.remove(`${link}.new`);
  symlinkSync(packages, `${link}.new`);
  REAL_RELEASE_DISK.rename(`${link}.new`, link);
}

function linkedTo(link: string): string | null {
  try {
    return readlinkSync(link);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** In a thread of its own: a release that hangs has its event loop stand still. The next start counts. */
function endIfOnProbation(): void {
  if (readPointer(workerData).at === "onProbation") process.kill(process.pid, "SIGKILL");
}
