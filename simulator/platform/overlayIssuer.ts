/** Issues overlays: every change makes a new one, `overlay-N.bin` in the data folder, bound to the base in force. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { OVERLAY_HEADER } from "#protocol/list/layout.ts";
import { changesOf, type ListChange } from "#protocol/list/overlay.ts";
import { writeOverlay } from "#protocol/list/overlayWriter.ts";
import { type PlatformKeys, signBytes } from "#simulator/platform/keys.ts";

const Record = z.strictObject({ version: z.number().int().min(1), baseRootHex: z.string() });

interface Base {
  readonly version: number;
  readonly rootHex: string;
}

interface CurrentOverlay {
  readonly version: number;
  readonly bytes: Uint8Array;
}

export class OverlayIssuer {
  readonly #dataDir: string;
  readonly #keys: PlatformKeys;
  readonly #base: Base;
  #current: CurrentOverlay | undefined;
  #changes = new Map<string, ListChange>();
  readonly #bases = new Map<number, number>();

  /** Takes up what this data folder last issued. Another base takes the changes over, for whoever had an overlay wants one again. */
  constructor(dataDir: string, keys: PlatformKeys, base: Base, nowMs: number) {
    this.#dataDir = dataDir;
    this.#keys = keys;
    this.#base = base;
    const path = this.#recordPath;
    if (!existsSync(path)) return;
    const { version, baseRootHex } = Record.parse(JSON.parse(readFileSync(path, "utf8")));
    const bytes = readFileSync(this.#filePath(version));
    this.#current = { version, bytes };
    this.#changes = new Map([...changesOf(bytes)].map((change) => [change.handle, change]));
    if (baseRootHex !== base.rootHex) this.#issue(nowMs);
  }

  /** Undefined while there has been no change. */
  get current(): CurrentOverlay | undefined {
    return this.#current;
  }

  /** Version of the base that an overlay changes; undefined for one that was never issued. */
  baseOf(version: number): number | undefined {
    const known = this.#bases.get(version);
    if (known !== undefined || !existsSync(this.#filePath(version))) return known;
    const base = readFileSync(this.#filePath(version)).readUInt32BE(OVERLAY_HEADER.baseVersion);
    this.#bases.set(version, base);
    return base;
  }

  /** Gives the new overlay's version. */
  change(change: ListChange, nowMs: number): number {
    this.#changes.set(change.handle, change);
    return this.#issue(nowMs);
  }

  /** The same changes, signed with the newest key. */
  signAnew(nowMs: number): void {
    if (this.#current) this.#issue(nowMs);
  }

  #issue(nowMs: number): number {
    const version = (this.#current?.version ?? 0) + 1;
    const key = this.#keys.key("list");
    const { version: baseVersion, rootHex: baseRootHex } = this.#base;
    const header = { version, issuedMs: Math.floor(nowMs), algorithm: key.algorithm, keyId: key.id, baseVersion, baseRootHex };
    const changes = [...this.#changes.values()].sort((left, right) => (left.handle < right.handle ? -1 : 1));
    const bytes = writeOverlay(header, changes, (message) => signBytes(key, message));
    writeFileSync(this.#filePath(version), bytes);
    writeFileSync(`${this.#recordPath}.new`, `${JSON.stringify({ version, baseRootHex })}\n`);
    renameSync(`${this.#recordPath}.new`, this.#recordPath);
    this.#current = { version, bytes };
    return version;
  }

  get #recordPath(): string {
    return join(this.#dataDir, "overlay.json");
  }

  #filePath(version: number): string {
    return join(this.#dataDir, `overlay-${version}.bin`);
  }
}
