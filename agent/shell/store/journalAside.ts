/**
 * How one file takes another's place. The new one is whole, on the disk and called `.rebuilt` before the old one is touched: whatever stops
 * the work in between, the next opening either still has the old one or goes on from there. The old one is set aside, never deleted by this.
 */
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { syncFolder } from "#agent/shell/store/journalSchema.ts";

/** Files set aside that are kept: the newest, for whoever wants to look into it. */
const ASIDE_FILES_MAX = 2;

export function buildingPath(path: string): string {
  return `${path}.building`;
}

/** What an interrupted work has left is nothing yet. */
export function clearBuilding(path: string): void {
  for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(`${buildingPath(path)}${suffix}`, { force: true });
}

/** The file that was built, closed by everybody, is the journal from here on. */
export function takePlace(path: string): void {
  syncFile(buildingPath(path));
  renameSync(buildingPath(path), rebuiltPath(path));
  syncFolder(path);
  finishSwap(path);
}

/** Ends what `takePlace` began, in this process or in one before. */
export function finishSwap(path: string): void {
  const rebuilt = rebuiltPath(path);
  if (!existsSync(rebuilt)) return;
  const aside = join(dirname(path), asideName(path));
  if (existsSync(`${path}-wal`)) renameSync(`${path}-wal`, `${aside}-wal`);
  rmSync(`${path}-shm`, { force: true });
  if (existsSync(path)) renameSync(path, aside);
  renameSync(rebuilt, path);
  syncFolder(path);
  pruneAside(path, ASIDE_FILES_MAX);
}

/** What the present file is called when the one being built takes its place: the same name however often it is asked. */
export function asideName(path: string): string {
  const made = [rebuiltPath(path), buildingPath(path)].find((file) => existsSync(file));
  const atMs = made === undefined ? 0 : Math.floor(statSync(made).birthtimeMs);
  return `${basename(path)}.aside-${atMs}`;
}

/** Deletes the oldest of the files set aside, but for the newest `keep`. */
export function pruneAside(path: string, keep: number): void {
  const names = readdirSync(dirname(path)).filter((name) => name.startsWith(`${basename(path)}.aside-`) && !name.endsWith("-wal"));
  const byAge = names.toSorted((one, other) => stampOf(other) - stampOf(one));
  for (const name of byAge.slice(keep)) for (const suffix of ["", "-wal"]) rmSync(join(dirname(path), `${name}${suffix}`), { force: true });
}

function stampOf(name: string): number {
  return Number(name.slice(name.lastIndexOf("-") + 1));
}

function rebuiltPath(path: string): string {
  return `${path}.rebuilt`;
}

function syncFile(path: string): void {
  const file = openSync(path, "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
