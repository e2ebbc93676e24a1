/** The signed files of the agent: fetched, taken over, and what follows from that for machines, clock and keys. */
import type { CertificateDirectory } from "#agent/core/certificateDirectory.ts";
import type { FetchInput, FileTarget } from "#agent/core/fileFetch/state.ts";
import type { CertificateFacts } from "#agent/core/licensing/facts.ts";
import type { VersionFloors } from "#agent/core/link.ts";
import type { EventDraft } from "#agent/core/machine/state.ts";
import type { After, Clock } from "#agent/ports.ts";
import type { DriverLog } from "#agent/runtime/driverLog.ts";
import { FileRefresh, type FileRefreshPorts } from "#agent/runtime/fileRefresh.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { FILE_KINDS, type Request } from "#protocol/events/messages.ts";

/** Where the files are kept. */
export interface FileStores extends Pick<FileRefreshPorts, "files" | "part" | "activate"> {
  readonly lists: {
    readonly current: CertificateDirectory | undefined;
    readonly have: { readonly base: number; readonly overlay: number };
  };
  /** Looks at the lists again with the keys that are trusted now. */
  reviewLists(): void;
  /** Floors that became known, or rose: what is kept is looked at again. */
  review(floors: { base: number; overlay: number; keyset: number }): void;
  /** The bytes of a complete part, which is gone then. */
  take(path: string): Uint8Array;
}

export interface SignedFilesPorts {
  stores: FileStores;
  clock: Clock;
  after: After;
  random(): number;
  log: DriverLog;
  request(device: string, request: Request): Promise<void>;
  note(device: string, draft: EventDraft): void;
  /** Puts a policy in force, and gives the version that is then; throws why not. */
  policyArrived(device: string, file: Uint8Array): number;
  /** Something newer is in force. */
  versionsChanged(): void;
  /** Another list, or another overlay, is in force. */
  listChanged(): void;
  /** Other keys are trusted. */
  keysChanged(): void;
}

export class SignedFiles {
  readonly #ports: SignedFilesPorts;
  /** Null until the machines are known, whose policies are files too. */
  #refresh: FileRefresh | null = null;
  #floors = { list: 0, overlay: 0, keyset: 0 };

  constructor(ports: SignedFilesPorts) {
    this.#ports = ports;
  }

  begin(policies: readonly { device: string; have: number }[]): void {
    const ports = this.#ports;
    const { stores } = ports;
    this.#refresh = new FileRefresh({
      files: [...stores.files, ...policies.map((policy) => ({ ...policy, kind: "policy" as const }))],
      part: stores.part,
      activate: (kind, device, path) => {
        if (kind !== "policy") return stores.activate(kind, device, path);
        return { version: ports.policyArrived(device, stores.take(path)) };
      },
      clock: ports.clock,
      after: ports.after,
      random: () => ports.random(),
      send: (device, request) => ports.request(device, request),
      activated: (target) => this.#activated(target),
      refused: (file, code, detail) =>
        ports.note(this.#carrier, { name: "fileRefused", session: null, agoMs: 0, payload: { file, code, detail: detail.slice(0, 256) } }),
    });
  }

  get list(): CertificateDirectory | undefined {
    return this.#ports.stores.lists.current;
  }

  get versions(): Omit<VersionFloors, "policy"> {
    const { files } = this.#ports.stores;
    const have = (wanted: string) => files.find(({ kind }) => kind === wanted)?.have ?? 0;
    return { list: have("base"), overlay: have("overlay"), keyset: have("keyset") };
  }

  /** What a chip holds against an older disk. Where that is more than was known, what is kept is looked at again. */
  floorsSeen({ list, overlay, keyset }: VersionFloors): void {
    const known = this.#floors;
    this.#floors = {
      list: Math.max(known.list, list),
      overlay: Math.max(known.overlay, overlay),
      keyset: Math.max(known.keyset, keyset),
    };
    const { versions } = this;
    const isBehind = this.#floors.list > versions.list || this.#floors.overlay > versions.overlay || this.#floors.keyset > versions.keyset;
    const rose = this.#floors.list > known.list || this.#floors.overlay > known.overlay || this.#floors.keyset > known.keyset;
    if (!isBehind || !rose) return;
    this.#ports.stores.review({ base: this.#floors.list, overlay: this.#floors.overlay, keyset: this.#floors.keyset });
    this.#heldAnew();
    this.#ports.listChanged();
  }

  dispatch(input: FetchInput): void {
    this.#refresh?.dispatch(input);
  }

  /** Asks the platform for everything that is newer. */
  refreshAll(): void {
    const devices = new Set(this.#ports.stores.files.map(({ device }) => device));
    for (const device of devices) this.dispatch({ type: "refresh", kinds: FILE_KINDS, device, spread: false });
  }

  close(): void {
    this.#refresh?.close();
  }

  /** What the list says of each handle; those of which it cannot say anything are left out: a missing or damaged list revokes nobody. */
  lookUpAgain(handles: readonly string[]): { handle: string; entry: CertificateFacts | null }[] {
    return handles.flatMap((handle) => {
      const entry = this.lookUp(handle);
      return entry === undefined ? [] : [{ handle, entry }];
    });
  }

  /** Null when the list does not know the handle; undefined when there is none, or it cannot say. */
  lookUp(handle: string): CertificateFacts | null | undefined {
    try {
      return this.list ? (this.list.lookUp(handle) ?? null) : undefined;
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      this.#ports.log.warn({ code: error.code, detail: error.detail }, "the certificate list cannot be read");
      // A damaged page licenses nobody: the base is fetched anew.
      this.dispatch({ type: "held", kind: "base", have: 0 });
      return undefined;
    }
  }

  get #carrier(): string {
    return this.#ports.stores.files[0]?.device ?? "";
  }

  #activated({ kind, device, version, sha256 }: FileTarget): void {
    const { stores, log } = this.#ports;
    // A policy says by itself that it is in force.
    if (kind !== "policy")
      this.#ports.note(device, { name: "fileActivated", session: null, agoMs: 0, payload: { file: kind, version, sha256 } });
    if (kind === "keyset") {
      stores.reviewLists();
      this.#heldAnew();
      this.#ports.keysChanged();
    }
    if (kind === "overlay" && this.list?.overlayVersion !== version) {
      log.warn({ code: "list.otherBase", version }, "the list's changes wait for their base");
    }
    if (kind !== "policy") this.#ports.listChanged();
    this.#ports.versionsChanged();
  }

  #heldAnew(): void {
    const { have } = this.#ports.stores.lists;
    for (const list of ["overlay", "base"] as const) this.dispatch({ type: "held", kind: list, have: have[list] });
  }
}
