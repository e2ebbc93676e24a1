/** The keyset in force: the newest of the installed image's and the one that was fetched, above the floor. What follows from it is trusted, and nothing else. */
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { asStorageFault, onDisk } from "#agent/shell/store/fileStorage.ts";
import { type Disk, REAL_DISK, switchFile } from "#agent/shell/store/fileSwitch.ts";
import type { TrustStore } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { checkSuccession, KEYSET_MAX_BYTES, readKeyset, trustStoreOf, type VerifiedKeyset } from "#protocol/trust/keyset.ts";
import type { InstalledTrust } from "#protocol/trust/trustFile.ts";

interface KeysetStoreOptions {
  /** Where a fetched keyset is kept. */
  readonly path: string;
  readonly installed: InstalledTrust;
  /** Lowest version that may be in force. */
  readonly floor?: number;
  readonly disk?: Disk;
}

export class KeysetStore {
  /** One object for all who verify: what it trusts changes with the keyset. */
  readonly trust: TrustStore;
  readonly #path: string;
  readonly #installed: InstalledTrust;
  readonly #disk: Disk;
  #floor = 0;
  #inForce: VerifiedKeyset | null = null;
  #store: TrustStore;
  #fault: CodedError | undefined;

  constructor({ path, installed, floor = 0, disk = REAL_DISK }: KeysetStoreOptions) {
    this.#path = path;
    this.#installed = installed;
    this.#disk = disk;
    this.#store = trustStoreOf(installed.roots, null);
    const now = () => this.#store.keys;
    this.trust = {
      get keys() {
        return now();
      },
    };
    mkdirSync(dirname(path), { recursive: true });
    this.review(floor);
  }

  /** 0: none. Then only the roots are trusted, and a keyset is to be fetched. */
  get version(): number {
    return this.#inForce?.version ?? 0;
  }

  /** Why the kept keyset is not used. */
  get fault(): CodedError | undefined {
    return this.#fault;
  }

  /** Looks at what is kept again, under this floor. */
  review(floor: number): void {
    this.#floor = floor;
    this.#fault = undefined;
    this.#use(null);
    const { keyset } = this.#installed;
    if (existsSync(this.#path)) this.#attempt(() => this.#read(this.#path));
    // A new image may come with a newer keyset than the one that was fetched before it; an older one is no fault.
    if (keyset && keyset.version > this.version) this.#attempt(() => keyset);
  }

  /** Takes a complete keyset over; the file is moved. Throws what `readKeyset` and `checkSuccession` throw, and `list.storage`; then the old one stays. */
  activate(candidatePath: string): { version: number } {
    const keyset = this.#read(candidatePath);
    checkSuccession(keyset, this.#inForce, this.#floor);
    try {
      switchFile(this.#disk, candidatePath, this.#path);
    } catch (error) {
      throw asStorageFault(error);
    }
    this.#use(keyset);
    this.#fault = undefined;
    return { version: keyset.version };
  }

  #attempt(open: () => VerifiedKeyset): void {
    try {
      const keyset = open();
      checkSuccession(keyset, null, this.#floor);
      this.#use(keyset);
    } catch (error) {
      this.#fault = asStorageFault(error);
    }
  }

  #read(path: string): VerifiedKeyset {
    const bytes = onDisk(() => {
      const { size } = statSync(path);
      if (size > KEYSET_MAX_BYTES) throw new CodedError("trust.badKeyset", `${size} bytes`);
      return readFileSync(path);
    });
    return readKeyset(bytes, this.#installed.roots);
  }

  #use(keyset: VerifiedKeyset | null): void {
    this.#inForce = keyset;
    this.#store = trustStoreOf(this.#installed.roots, keyset);
  }
}
