/** The certificate list in force: a base and its overlay, each switched by a single rename, and never to anything older. */
import { existsSync, mkdirSync } from "node:fs";
import { type CertificateDirectory, directoryOf, type ListFloors } from "#agent/core/certificateDirectory.ts";
import { asStorageFault } from "#agent/shell/store/fileStorage.ts";
import { type Disk, REAL_DISK, switchFile } from "#agent/shell/store/fileSwitch.ts";
import {
  activeListPath,
  type OpenedBase,
  openBase,
  openOverlayFile,
  overlayPath,
  overlayPaths,
  verifyEveryPage,
} from "#agent/shell/store/listFile.ts";
import type { TrustStore } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { CertificateOverlay } from "#protocol/list/overlay.ts";

interface ListStoreOptions {
  readonly folder: string;
  /** Asked anew at every opening: keysets change. */
  readonly trust: TrustStore;
  readonly floors?: ListFloors;
  readonly disk?: Disk;
}

const NO_FLOORS: ListFloors = { base: 0, overlay: 0 };

/** What is on the disk and good by itself. */
interface Held {
  base: OpenedBase | undefined;
  /** By the root of their bases: that of the base in force, and perhaps one that waits for its base. */
  overlays: Map<string, CertificateOverlay>;
}

export class ListStore {
  readonly #folder: string;
  readonly #trust: TrustStore;
  readonly #disk: Disk;
  #floors: ListFloors;
  #held: Held;
  #current: CertificateDirectory | undefined;
  #fault: CodedError | undefined;

  constructor({ folder, trust, floors = NO_FLOORS, disk = REAL_DISK }: ListStoreOptions) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    this.#trust = trust;
    this.#disk = disk;
    this.#floors = floors;
    this.#held = { base: undefined, overlays: new Map() };
    this.review(floors);
  }

  /** Undefined while there is no pair that can be trusted: then `fault` says why. */
  get current(): CertificateDirectory | undefined {
    return this.#current;
  }

  get fault(): CodedError | undefined {
    return this.#fault;
  }

  /** Versions that need not be fetched again; 0: none. An overlay may wait here for its base. */
  get have(): { readonly base: number; readonly overlay: number } {
    const { base, overlays } = this.#held;
    const newest = Math.max(0, ...[...overlays.values()].map(({ version }) => version));
    const isBaseGood = base && base.list.version >= this.#floors.base;
    return { base: isBaseGood ? base.list.version : 0, overlay: newest >= this.#floors.overlay ? newest : 0 };
  }

  /** Looks at what is on the disk again, with the keys that are trusted now and under these floors. */
  review(floors: ListFloors): void {
    this.close();
    this.#floors = floors;
    const faults = new Map<string, CodedError>();
    const attempt = <T>(path: string, open: (path: string, trust: TrustStore) => T): T | undefined => {
      try {
        return open(path, this.#trust);
      } catch (error) {
        faults.set(path, asStorageFault(error));
        return undefined;
      }
    };
    const basePath = activeListPath(this.#folder);
    const base = existsSync(basePath) ? attempt(basePath, openBase) : undefined;
    const overlays = overlayPaths(this.#folder).flatMap((path) => attempt(path, openOverlayFile) ?? []);
    this.#held = { base, overlays: new Map(overlays.map((overlay) => [overlay.baseRootHex, overlay])) };
    // An overlay that cannot be read may hold a revocation: its base is not used without it.
    const fault = faults.get(base ? overlayPath(this.#folder, base.list.rootHex) : basePath);
    if (fault) this.#fault = fault;
    else this.#enforce();
  }

  /**
   * Checks a complete base, page by page, and puts it in force with its overlay, which must be here already once there was one; the
   * file is moved. A base of the version in force is taken only when it is the same. Throws `list.rollback`, `list.belowFloor`,
   * `list.noOverlay`, `list.storage` and what `openList` throws; then the old pair stays.
   */
  async activateBase(candidatePath: string): Promise<{ version: number }> {
    const candidate = openBase(candidatePath, this.#trust);
    try {
      this.#checkBase(candidate);
      await verifyEveryPage(candidate.list);
      // Another activation may have ended in the meantime.
      this.#checkBase(candidate);
      switchFile(this.#disk, candidatePath, activeListPath(this.#folder));
    } catch (error) {
      candidate.file.close();
      throw asStorageFault(error);
    }
    this.#held.base?.file.close();
    this.#held.base = candidate;
    this.#enforce();
    this.#removeOthers(candidate.list.rootHex);
    return { version: candidate.list.version };
  }

  /**
   * Checks a complete overlay and puts it in force, or keeps it until its base is here; the file is moved. Its version must be above
   * that of every overlay held. Throws `list.rollback`, `list.belowFloor`, `list.storage` and what `openOverlay` throws.
   */
  activateOverlay(candidatePath: string): { version: number } {
    const candidate = openOverlayFile(candidatePath, this.#trust);
    const { version, baseRootHex } = candidate;
    if (version < this.#floors.overlay)
      throw new CodedError("list.belowFloor", `overlay ${version}, at least ${this.#floors.overlay} is due`);
    const newest = this.have.overlay;
    if (version <= newest) throw new CodedError("list.rollback", `overlay ${version} after ${newest}`);
    try {
      switchFile(this.#disk, candidatePath, overlayPath(this.#folder, baseRootHex));
    } catch (error) {
      throw asStorageFault(error);
    }
    this.#held.overlays.set(baseRootHex, candidate);
    this.#enforce();
    this.#removeOthers(baseRootHex);
    return { version };
  }

  close(): void {
    this.#held.base?.file.close();
    this.#held = { base: undefined, overlays: new Map() };
    this.#current = undefined;
    this.#fault = undefined;
  }

  #checkBase({ list }: OpenedBase): void {
    const { base, overlays } = this.#held;
    const { version } = list;
    if (version < this.#floors.base) throw new CodedError("list.belowFloor", `base ${version}, at least ${this.#floors.base} is due`);
    const isOther = version === base?.list.version && list.rootHex !== base.list.rootHex;
    if (version < (base?.list.version ?? 0) || isOther) {
      throw new CodedError(
        "list.rollback",
        `base ${version}${isOther ? " is in force with another content" : ` after ${base?.list.version}`}`,
      );
    }
    const least = Math.max(this.#floors.overlay, this.#current?.overlayVersion ?? 0, overlays.size > 0 ? 1 : 0);
    const overlay = overlays.get(list.rootHex);
    if ((overlay?.version ?? 0) < least) throw new CodedError("list.noOverlay", `base ${version}, overlay ${least} or later`);
  }

  /** What is held comes into force, or a fault says why it cannot. */
  #enforce(): void {
    const { base, overlays } = this.#held;
    this.#current = undefined;
    this.#fault = undefined;
    if (!base) {
      this.#fault = new CodedError("list.missing");
      return;
    }
    try {
      this.#current = directoryOf(base.list, overlays.get(base.list.rootHex), this.#floors);
    } catch (error) {
      this.#fault = asStorageFault(error);
    }
  }

  /** Only the overlays of the base in force and of `keptRootHex` stay. One that a failing disk keeps is removed by the next switch. */
  #removeOthers(keptRootHex: string): void {
    const kept = new Set([keptRootHex, this.#held.base?.list.rootHex]);
    for (const rootHex of this.#held.overlays.keys()) if (!kept.has(rootHex)) this.#held.overlays.delete(rootHex);
    const paths = new Set([...kept].flatMap((rootHex) => (rootHex === undefined ? [] : [overlayPath(this.#folder, rootHex)])));
    try {
      for (const path of overlayPaths(this.#folder)) if (!paths.has(path)) this.#disk.remove(path);
    } catch (error) {
      this.#fault ??= asStorageFault(error);
    }
  }
}
