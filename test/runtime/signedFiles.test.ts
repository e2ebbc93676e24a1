/** Keyset, overlay and base from the platform's files into force, with real stores: keys that go, pages that break, and who is asked what. */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import type { EventDraft } from "#agent/core/machine/state.ts";
import { SignedFiles } from "#agent/runtime/signedFiles.ts";
import { FileStores } from "#agent/shell/store/fileStores.ts";
import { activeListPath } from "#agent/shell/store/listFile.ts";
import { systemAfter } from "#agent/shell/system/timers.ts";
import { sha256Hex } from "#protocol/crypto.ts";
import type { FileKind, Request } from "#protocol/events/messages.ts";
import { until } from "#simulator/stage/processes.ts";
import { temporaryFolder, testRoots, testSignedKeyset } from "#test/list/fixtures.ts";
import { baseFile, flipBit, knownHandle, overlayFile } from "#test/list/pairs.ts";
import { keysetFile } from "#test/trust/keysetFiles.ts";

const DEVICE = "3709832SDHJ00000001X";
const PATIENCE_MS = 30_000;

let aside: string;
let folder: string;
let offers: Map<FileKind, { version: number; bytes: Buffer }>;
let drafts: EventDraft[];
let keyChanges: number;
let asked: FileKind[];
let stores: FileStores;
let files: SignedFiles;

function offer(kind: FileKind, version: number, path: string): void {
  offers.set(kind, { version, bytes: readFileSync(path) });
}

beforeEach(() => {
  folder = temporaryFolder();
  aside = join(folder, "aside");
  mkdirSync(aside);
  [offers, drafts, keyChanges, asked] = [new Map(), [], 0, []];
  open();
});

function open(): void {
  stores = new FileStores({ folder, installed: { roots: testRoots(), keyset: null }, device: DEVICE });
  const opened = new SignedFiles({
    stores,
    clock: { monoMs: () => performance.now() },
    after: systemAfter,
    random: () => 0,
    log: { info: () => undefined, warn: () => undefined },
    request: (_device, request) => answer(request, opened),
    note: (_device, draft) => void drafts.push(draft),
    policyArrived: () => 0,
    versionsChanged: () => undefined,
    listChanged: () => undefined,
    keysChanged: () => void keyChanges++,
  });
  opened.begin([]);
  files = opened;
  onTestFinished(() => {
    opened.close();
    stores.close();
  });
}

async function answer(request: Request, to: SignedFiles): Promise<void> {
  await delay(1);
  if (request.want !== "file" && request.want !== "fileChunk") return;
  const { id, kind } = request;
  const offered = offers.get(kind);
  if (request.want === "file") {
    asked.push(kind);
    const file = offered && { version: offered.version, size: offered.bytes.length, sha256: sha256Hex(offered.bytes) };
    to.dispatch({ type: "reply", id, kind, file: file && file.version > request.have ? file : null });
  } else if (offered) {
    const data = offered.bytes.subarray(request.offset, request.offset + request.length);
    to.dispatch({ type: "chunk", id, kind, version: offered.version, offset: request.offset, data });
  }
}

const inForce = (version: number, overlay: number) =>
  until(`base ${version}, overlay ${overlay}`, () => files.list?.version === version && files.list.overlayVersion === overlay, PATIENCE_MS);

/** Keyset 1, base 1 and overlay 3, for a device that begins with its roots alone. */
async function begun(): Promise<{ version: number; rootHex: string }> {
  const base = baseFile(aside, 1);
  offer("keyset", 1, keysetFile(aside, { version: 1 }));
  offer("base", 1, base.path);
  offer("overlay", 3, overlayFile(aside, 3, { version: 1, rootHex: base.rootHex }));
  files.dispatch({ type: "online" });
  await inForce(1, 3);
  return { version: 1, rootHex: base.rootHex };
}

it("begins with its roots alone: keyset, overlay and base, in this order, are journalled and in force", async () => {
  await begun();
  await until("the base is noted", () => drafts.length === 3, PATIENCE_MS);
  const noted = drafts.map(({ name, payload }) => [name, "file" in payload && payload.file]);
  expect(noted).toEqual((["keyset", "overlay", "base"] as const).map((kind) => ["fileActivated", kind]));
  expect([asked, keyChanges]).toEqual([["keyset", "overlay", "base"], 1]);
  expect(files.lookUp(knownHandle(1, 5))).toBeNull();
  expect(files.lookUp(knownHandle(1, 6))).toMatchObject({ suspended: false });
});

it("a list whose key is no longer trusted licenses nobody and ends nobody's session", async () => {
  await begun();
  const keys = testSignedKeyset().keyset.keys.filter(({ id }) => id === "test-sm2");
  offer("keyset", 2, keysetFile(aside, { version: 2, keys }));
  offers.delete("base");
  offers.delete("overlay");
  files.refreshAll();
  await until("the key is gone", () => stores.keys.version === 2 && !files.list, PATIENCE_MS);
  const handle = knownHandle(1, 6);
  expect([files.lookUp(handle), files.lookUpAgain([handle])]).toEqual([undefined, []]);
  await until("both files are asked for anew", () => asked.filter((kind) => kind === "base").length >= 2, PATIENCE_MS);
});

it("a page that breaks while in force is no verdict, and the base is fetched anew", async () => {
  const base = await begun();
  stores.close();
  files.close();
  open();
  flipBit(activeListPath(join(folder, "list")), 4096 + 100);
  files.dispatch({ type: "online" });
  const handle = knownHandle(1, 0);
  expect(files.lookUpAgain([handle])).toEqual([]);
  await until("the page is whole again", () => (files.lookUp(handle) ?? null) !== null, PATIENCE_MS);
  expect(stores.lists.current?.rootHex).toBe(base.rootHex);
});

it("a revocation arrives by the platform's word, without anything else being asked", async () => {
  const base = await begun();
  await until("it rests", () => asked.length === 3, PATIENCE_MS);
  offer("overlay", 4, overlayFile(aside, 4, base));
  files.dispatch({ type: "refresh", kinds: ["overlay"], device: DEVICE, spread: true });
  await inForce(1, 4);
  expect(asked).toEqual(["keyset", "overlay", "base", "overlay"]);
});

it("refuses an overlay of somebody else's key, keeps the old one, and says so", async () => {
  const base = await begun();
  const path = overlayFile(aside, 5, base);
  flipBit(path, 260);
  offer("overlay", 5, path);
  files.dispatch({ type: "refresh", kinds: ["overlay"], device: DEVICE, spread: true });
  await until("the refusal", () => drafts.some(({ name }) => name === "fileRefused"), PATIENCE_MS);
  const refused = drafts.find(({ name }) => name === "fileRefused");
  expect(refused?.payload).toMatchObject({ file: "overlay", code: "list.badSignature" });
  expect(files.list?.overlayVersion).toBe(3);
});
