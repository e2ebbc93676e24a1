/** Keysets on the disk of a device: rotated under the pinned roots, never turned back. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { KeysetStore } from "#agent/shell/store/keysetStore.ts";
import { verifySignature } from "#protocol/crypto.ts";
import { verifyKeyset } from "#protocol/trust/keyset.ts";
import { signBytes } from "#simulator/platform/keys.ts";
import { temporaryFolder, testKey, testRoots, testSignedKeyset } from "#test/list/fixtures.ts";
import { keysetFile } from "#test/trust/keysetFiles.ts";

const ROOTS = testRoots();
const coded = (code: string) => expect.objectContaining({ code });
const installed = { roots: ROOTS, keyset: verifyKeyset(testSignedKeyset(), ROOTS) };

function openStore(folder: string, floor = 0, image: typeof installed | { roots: typeof ROOTS; keyset: null } = installed): KeysetStore {
  return new KeysetStore({ path: join(folder, "keyset.json"), installed: image, floor });
}

test("the image's keyset serves until a newer one is fetched; what is fetched stays over a restart", () => {
  const folder = temporaryFolder();
  const store = openStore(folder);
  expect(store.version).toBe(1);
  expect(store.activate(keysetFile(folder, { version: 2 }, "next"))).toEqual({ version: 2 });
  expect([store.version, openStore(folder).version]).toEqual([2, 2]);
});

test("a key that the new keyset leaves out is refused at once by those who verify already", () => {
  const folder = temporaryFolder();
  const store = openStore(folder);
  const { trust } = store;
  const message = Buffer.from("list");
  const value = signBytes(testKey("sm2"), message);
  const holds = () => verifySignature(trust, "list", { algorithm: "sm2", keyId: "test-sm2", value }, message, true).ok;
  expect(holds()).toBe(true);
  store.activate(keysetFile(folder, { version: 2, keys: testSignedKeyset().keyset.keys.slice(0, 1) }));
  expect(holds()).toBe(false);
});

test("every older keyset is refused, and below the floor nothing is trusted but the roots", () => {
  const folder = temporaryFolder();
  const store = openStore(folder);
  store.activate(keysetFile(folder, { version: 5 }));
  for (const version of [1, 2, 3, 4]) expect(() => store.activate(keysetFile(folder, { version }))).toThrow(coded("trust.oldKeyset"));
  expect([openStore(folder, 5).version, openStore(folder, 5).fault]).toEqual([5, undefined]);
  const below = openStore(folder, 6);
  expect([below.version, below.fault?.code, [...below.trust.keys.keys()]]).toEqual([0, "trust.oldKeyset", ["root-current", "root-next"]]);
  below.activate(keysetFile(folder, { version: 6 }));
  expect([below.version, below.fault]).toEqual([6, undefined]);
});

test("a retired root is of no more use", () => {
  const folder = temporaryFolder();
  const store = openStore(folder);
  store.activate(keysetFile(folder, { version: 2, retiredRoots: ["root-current"] }, "next"));
  expect(() => store.activate(keysetFile(folder, { version: 3 }))).toThrow(coded("trust.retiredRoot"));
  store.activate(keysetFile(folder, { version: 3, retiredRoots: ["root-current"] }, "next"));
  expect(openStore(folder).version).toBe(3);
});

test("a damaged file is a fault with a code, and the image's keyset serves", () => {
  const folder = temporaryFolder();
  openStore(folder).activate(keysetFile(folder, { version: 2 }));
  const path = join(folder, "keyset.json");
  const bytes = readFileSync(path);
  bytes[40] = (bytes[40] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  const store = openStore(folder);
  expect(store.version).toBe(1);
  expect(store.fault?.code).toMatch(/^trust\./);
});

test("an image without a keyset trusts nobody yet, and takes the first that a root signed", () => {
  const folder = temporaryFolder();
  const store = openStore(folder, 0, { roots: ROOTS, keyset: null });
  expect([store.version, store.trust.keys.size]).toEqual([0, 2]);
  store.activate(keysetFile(folder, { version: 1 }));
  expect(store.version).toBe(1);
});
