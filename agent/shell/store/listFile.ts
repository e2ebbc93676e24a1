/** The certificate list in force, as one file of a folder: `active.list`. Switching to another is a single rename. */
import { closeSync, existsSync, fstatSync, fsyncSync, mkdirSync, openSync, readSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { asStorageFault, onDisk } from "#agent/shell/store/listStorage.ts";
import type { TrustStore } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { type CertificateList, type ListReader, openList } from "#protocol/list/certificateList.ts";

interface ListFile extends ListReader {
  close(): void;
}

export interface ListStore {
  /** Undefined while there is none that can be trusted: then `fault` says why. */
  readonly current: CertificateList | undefined;
  readonly fault: CodedError | undefined;
  /**
   * Checks a complete file of the same folder, page by page, and puts it in force; the file is moved. A list of the version in force
   * is taken only when it is the same list. Throws `list.rollback`, `list.storage` and what `openList` throws; then the old list stays.
   */
  activate(candidatePath: string): Promise<CertificateList>;
  close(): void;
}

interface ListStoreOptions {
  readonly folder: string;
  readonly trust: TrustStore;
  /** Floor that is kept elsewhere (the chip's vault): an older list is refused although no newer one is here. */
  readonly minimumVersion?: number;
}

interface OpenedList {
  readonly file: ListFile;
  readonly list: CertificateList;
}

const PAGES_PER_TURN = 64;

export function activeListPath(folder: string): string {
  return join(folder, "active.list");
}

/** Throws `list.storage`, here and when it is read. */
export function openListFile(path: string): ListFile {
  const descriptor = onDisk(() => openSync(path, "r"));
  const { size } = fstatSync(descriptor);
  return {
    size,
    read: (offset, into) => onDisk(() => readSync(descriptor, into, 0, into.length, offset)),
    close: () => closeSync(descriptor),
  };
}

export function openListStore({ folder, trust, minimumVersion = 0 }: ListStoreOptions): ListStore {
  mkdirSync(folder, { recursive: true });
  let opened: OpenedList | undefined;
  let fault: CodedError | undefined;
  try {
    opened = openActive(activeListPath(folder), trust, minimumVersion);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    fault = error;
  }
  return {
    get current() {
      return opened?.list;
    },
    get fault() {
      return fault;
    },
    activate: async (candidatePath) => {
      const candidate = openTrusted(candidatePath, trust);
      try {
        refuseOlder(candidate.list, opened?.list, minimumVersion);
        await verifyEveryPage(candidate.list);
        // Another activation may have ended in the meantime.
        refuseOlder(candidate.list, opened?.list, minimumVersion);
        for (const step of activationSteps(folder, candidatePath)) step.run();
      } catch (error) {
        candidate.file.close();
        throw asStorageFault(error);
      }
      opened?.file.close();
      opened = candidate;
      fault = undefined;
      return candidate.list;
    },
    close: () => {
      opened?.file.close();
      opened = undefined;
    },
  };
}

/** The durable switch, step by step: between any two the folder holds a working list. */
export function activationSteps(folder: string, candidatePath: string): readonly { name: string; run(): void }[] {
  return [
    { name: "candidate durable", run: () => syncPath(candidatePath) },
    { name: "candidate's name durable", run: () => syncPath(dirname(candidatePath)) },
    { name: "switched", run: () => renameSync(candidatePath, activeListPath(folder)) },
    { name: "switch durable", run: () => syncPath(folder) },
  ];
}

function openActive(path: string, trust: TrustStore, minimumVersion: number): OpenedList {
  if (!existsSync(path)) throw new CodedError("list.missing");
  const opened = openTrusted(path, trust);
  if (opened.list.version < minimumVersion) {
    opened.file.close();
    throw new CodedError("list.rollback", `version ${opened.list.version}, at least ${minimumVersion} is due`);
  }
  return opened;
}

function openTrusted(path: string, trust: TrustStore): OpenedList {
  const file = openListFile(path);
  try {
    return { file, list: openList(file, trust) };
  } catch (error) {
    file.close();
    throw error;
  }
}

function refuseOlder(candidate: CertificateList, current: CertificateList | undefined, minimumVersion: number): void {
  const floor = Math.max(minimumVersion, current?.version ?? 0);
  const isOther = candidate.version === current?.version && candidate.rootHex !== current.rootHex;
  if (candidate.version < floor || isOther) {
    throw new CodedError(
      "list.rollback",
      `version ${candidate.version}${isOther ? " is in force with another content" : ` after ${floor}`}`,
    );
  }
}

/** In turns, so that leases are renewed meanwhile. */
async function verifyEveryPage(list: CertificateList): Promise<void> {
  for (let page = 0; page < list.pages; page += 1) {
    list.verifyPage(page);
    if (page % PAGES_PER_TURN === PAGES_PER_TURN - 1) await nextTurn();
  }
}

function syncPath(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
