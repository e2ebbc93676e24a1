/** Everything signed that the agent keeps: keyset, list, and the parts of what is on its way. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { ListFloors } from "#agent/core/certificateDirectory.ts";
import type { FileName } from "#agent/core/fileFetch/state.ts";
import { type FilePart, openFilePart } from "#agent/shell/store/filePart.ts";
import { onDisk } from "#agent/shell/store/fileStorage.ts";
import { KeysetStore } from "#agent/shell/store/keysetStore.ts";
import { ListStore } from "#agent/shell/store/listStore.ts";
import type { TrustStore } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { FileKind } from "#protocol/events/messages.ts";
import type { InstalledTrust } from "#protocol/trust/trustFile.ts";

export interface FileFloors extends ListFloors {
  readonly keyset: number;
}

interface FileStoresOptions {
  /** The agent's data folder. */
  readonly folder: string;
  readonly installed: InstalledTrust;
  /** By whose topics the files of the whole module go. */
  readonly device: string;
  readonly floors?: FileFloors;
}

/** Files are kept in `keyset.json` and in the folder `list`, together with the parts. */
export class FileStores {
  readonly keys: KeysetStore;
  readonly lists: ListStore;
  readonly part: FilePart;
  readonly #device: string;
  #floors: FileFloors;

  constructor({ folder, installed, device, floors = { base: 0, overlay: 0, keyset: 0 } }: FileStoresOptions) {
    const listFolder = join(folder, "list");
    this.keys = new KeysetStore({ path: join(folder, "keyset.json"), installed, floor: floors.keyset });
    this.lists = new ListStore({ folder: listFolder, trust: this.keys.trust, floors });
    this.part = openFilePart(listFolder);
    this.#device = device;
    this.#floors = floors;
  }

  get trust(): TrustStore {
    return this.keys.trust;
  }

  /** What is kept up to date, with the versions held. */
  get files(): (FileName & { have: number })[] {
    const device = this.#device;
    const { base, overlay } = this.lists.have;
    return [
      { kind: "keyset", device, have: this.keys.version },
      { kind: "overlay", device, have: overlay },
      { kind: "base", device, have: base },
    ];
  }

  /** Why what is kept is not all used. */
  get faults(): CodedError[] {
    return [this.keys.fault, this.lists.fault].flatMap((fault) => fault ?? []);
  }

  activate(kind: FileKind, device: string, path: string): Promise<{ version: number }> | { version: number } {
    switch (kind) {
      case "keyset":
        return this.keys.activate(path);
      case "overlay":
        return this.lists.activateOverlay(path);
      case "base":
        return this.lists.activateBase(path);
      case "policy":
        throw new CodedError("list.badTransfer", `no policy is kept for ${device}`);
    }
  }

  /** Looks at the lists again with the keys that are trusted now. */
  reviewLists(): void {
    this.lists.review(this.#floors);
  }

  /** Floors that became known later, or rose: what is kept is looked at again. */
  review(floors: FileFloors): void {
    this.#floors = floors;
    this.keys.review(floors.keyset);
    this.reviewLists();
  }

  /** A policy is kept in the journal: its part is read, and goes. */
  take(path: string): Uint8Array {
    return onDisk(() => {
      const bytes = readFileSync(path);
      rmSync(path);
      return bytes;
    });
  }

  close(): void {
    this.lists.close();
  }
}
