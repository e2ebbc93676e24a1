/** Releases on the disk: `releases/VERSION/` with the header and the files of each, and the pointer beside them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { candidate, confirmed, kept, newestTried, type Pointer, refused, switched, told } from "#agent/core/update/pointer.ts";
import { REAL_RELEASE_DISK, type ReleaseDisk } from "#agent/shell/system/releaseDisk.ts";
import { LAUNCHED, readPointer, releasesFolder, writePointer } from "#agent/shell/system/releasePointer.ts";
import type { TrustStore, Verified } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import { checkFiles, parseRelease, parseReleaseHeader, type Release } from "#protocol/release/releaseFile.ts";
import { compareVersions, RELEASE_VERSION } from "#protocol/release/version.ts";

const HEADER = "release.json";
const TORN = /^\d+\.\d+\.\d+\.new$/;

interface ReleasesOptions {
  readonly folder: string;
  /** Of the program that asks. */
  readonly version: string;
  readonly journalFormat: number;
  readonly trust: TrustStore;
  readonly disk?: ReleaseDisk;
}

/** The pointer is written by the running agent alone; whoever stages makes a folder, by one rename. */
export class Releases {
  readonly #options: ReleasesOptions;
  readonly #disk: ReleaseDisk;
  #pointer: Pointer;

  constructor(options: ReleasesOptions) {
    this.#options = options;
    this.#disk = options.disk ?? REAL_RELEASE_DISK;
    this.#pointer = readPointer(options.folder);
  }

  get pointer(): Pointer {
    return this.#pointer;
  }

  /** What is staged and would be switched to. */
  get candidate(): string | null {
    return candidate(this.#pointer, this.#versions(), this.#options.version);
  }

  /**
   * Unpacks a release, in the place of what was staged before; it is there whole, or not at all. Gives its version.
   * Throws what `parseRelease` throws, `update.older`, `update.otherJournal`, `update.storage`.
   */
  stage(file: Uint8Array): string {
    const { release, header, files } = parseRelease(file, this.#options.trust);
    const { version } = release;
    this.#admit(release);
    onDisk(() => {
      const disk = this.#disk;
      const path = this.#pathOf(version);
      const unfinished = `${path}.new`;
      for (const torn of this.#names().filter((name) => TORN.test(name))) disk.remove(join(this.#options.folder, torn));
      disk.makeFolder(unfinished);
      for (const { name, bytes } of files) disk.write(join(unfinished, name), bytes);
      disk.write(join(unfinished, HEADER), header);
      disk.sync(unfinished);
      disk.remove(path);
      disk.rename(unfinished, path);
      disk.sync(this.#options.folder);
      // The agent may have switched meanwhile, and what it runs stays.
      this.#pointer = readPointer(this.#options.folder);
      this.#removeOthers([version]);
    });
    return version;
  }

  /** Verifies anew what is staged, and points at it. Throws as `stage` does; then everything is as before. */
  switchTo(version: string, answered: readonly string[]): void {
    const path = this.#pathOf(version);
    const read = (name: string) => onDisk(() => new Uint8Array(readFileSync(join(path, name))));
    const release = parseReleaseHeader(read(HEADER), this.#options.trust);
    if (release.version !== version) throw new CodedError("update.badContent", `${release.version} in the place of ${version}`);
    this.#admit(release);
    checkFiles(
      release,
      release.files.map(({ name }) => ({ name, bytes: read(name) })),
    );
    this.#point(switched(this.#pointer, version, answered));
  }

  confirm(): void {
    this.#point(confirmed(this.#pointer));
  }

  /** Why a release was not switched to is on record: it is not tried again. A disk that failed is no fault of the release, and of this process only. */
  refuse(version: string, code: ErrorCode): void {
    this.#pointer = refused(this.#pointer, version, code);
    if (code !== "update.storage") this.#point(this.#pointer);
  }

  tell(): void {
    this.#point(told(this.#pointer));
  }

  /** Removes what is torn, and what is of no more use. */
  tidy(): void {
    const staged = this.candidate;
    onDisk(() => this.#removeOthers(staged === null ? [] : [staged]));
  }

  #admit(release: Verified<Release>): void {
    if (release.target !== "module") throw new CodedError("update.otherTarget", release.target);
    const { version, journalFormat } = release;
    const floor = newestTried(this.#pointer, this.#options.version);
    if (compareVersions(version, floor) <= 0) throw new CodedError("update.older", `${version}, after ${floor}`);
    if (journalFormat !== this.#options.journalFormat) throw new CodedError("update.otherJournal", `format ${journalFormat}`);
  }

  #point(pointer: Pointer): void {
    onDisk(() => writePointer(this.#disk, this.#options.folder, pointer));
    this.#pointer = pointer;
  }

  #removeOthers(staged: readonly string[]): void {
    const wanted = kept(this.#pointer, staged, this.#options.version);
    const others = this.#names().filter((name) => (RELEASE_VERSION.test(name) || TORN.test(name)) && !wanted.includes(name));
    for (const name of others) this.#disk.remove(join(this.#options.folder, name));
  }

  #versions(): string[] {
    return onDisk(() => this.#names()).filter((name) => RELEASE_VERSION.test(name));
  }

  #names(): string[] {
    const { folder } = this.#options;
    return existsSync(folder) ? readdirSync(folder) : [];
  }

  #pathOf(version: string): string {
    return join(this.#options.folder, version);
  }
}

/** Null when the launcher did not start this process, or did for another data folder: then it would not come back as another release. */
export function launchedReleases({ data, ...options }: Omit<ReleasesOptions, "folder" | "disk"> & { data: string }): Releases | null {
  const folder = releasesFolder(resolve(data));
  return process.env[LAUNCHED] === folder ? new Releases({ folder, ...options }) : null;
}

function onDisk<T>(act: () => T): T {
  try {
    return act();
  } catch (cause) {
    throw new CodedError("update.storage", (cause as Error).message, { cause });
  }
}
