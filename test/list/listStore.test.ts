/** The pair of base and overlay on a real file system: what is older, damaged, half there or made for another leaves what works. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { directoryOf } from "#agent/core/certificateDirectory.ts";
import { activeListPath, openBase, openOverlayFile, overlayPath } from "#agent/shell/store/listFile.ts";
import { ListStore } from "#agent/shell/store/listStore.ts";
import { createTrustStore } from "#protocol/crypto.ts";
import { ISSUED_MS, temporaryFolder, testTrust } from "#test/list/fixtures.ts";
import { baseFile, flipBit, knownHandle, overlayFile } from "#test/list/pairs.ts";

const TRUST = testTrust();
const coded = (code: string) => expect.objectContaining({ code });

function emptyStore(): { folder: string; aside: string; store: ListStore } {
  const folder = temporaryFolder();
  const aside = join(folder, "aside");
  mkdirSync(aside);
  return { folder, aside, store: new ListStore({ folder, trust: TRUST }) };
}

/** Base 1 with overlay 3 in force. */
async function storeWithPair() {
  const made = emptyStore();
  const base = { version: 1, ...baseFile(made.aside, 1) };
  await made.store.activateBase(base.path);
  made.store.activateOverlay(overlayFile(made.aside, 3, base));
  return { ...made, base };
}

/** What a new process finds. */
function afterRestart(folder: string, floors = { base: 0, overlay: 0 }): [number, number] | string | undefined {
  const store = new ListStore({ folder, trust: TRUST, floors });
  const list = store.current;
  const found: [number, number] | string | undefined = list ? [list.version, list.overlayVersion] : store.fault?.code;
  store.close();
  return found;
}

test("a base alone, and then with its changes, is in force at once and after a restart", async () => {
  const { folder, aside, store } = emptyStore();
  expect([store.fault?.code, store.have]).toEqual(["list.missing", { base: 0, overlay: 0 }]);
  const base = { version: 1, ...baseFile(aside, 1) };
  await store.activateBase(base.path);
  const handle = knownHandle(1, 5);
  expect([store.current?.overlayVersion, store.current?.lookUp(handle)?.handle, store.current?.issuedMs]).toEqual([0, handle, ISSUED_MS]);
  store.activateOverlay(overlayFile(aside, 3, base));
  expect([store.current?.overlayVersion, store.current?.lookUp(handle), store.current?.issuedMs]).toEqual([3, undefined, ISSUED_MS + 3]);
  expect(store.current?.lookUp(knownHandle(1, 6))).toBeDefined();
  expect([afterRestart(folder), store.have]).toEqual([[1, 3], { base: 1, overlay: 3 }]);
  store.close();
  expect(store.current).toBeUndefined();
});

test("changes that come before their base wait for it, and the old pair stays until both are there", async () => {
  const { folder, aside, store } = await storeWithPair();
  const next = { version: 2, ...baseFile(aside, 2) };
  store.activateOverlay(overlayFile(aside, 4, next));
  expect([store.current?.version, store.current?.overlayVersion, store.have.overlay]).toEqual([1, 3, 4]);
  expect(afterRestart(folder)).toEqual([1, 3]);
  await store.activateBase(next.path);
  expect([store.current?.version, store.current?.overlayVersion]).toEqual([2, 4]);
  expect(store.current?.lookUp(knownHandle(2, 5))).toBeUndefined();
  expect(afterRestart(folder)).toEqual([2, 4]);
  expect(readdirSync(folder).filter((name) => name.startsWith("overlay-"))).toHaveLength(1);
});

test("a base without its changes is refused once there were some, and is taken when they are there", async () => {
  const { folder, aside, store } = await storeWithPair();
  const next = { version: 2, ...baseFile(aside, 2) };
  await expect(store.activateBase(next.path)).rejects.toEqual(coded("list.noOverlay"));
  expect([existsSync(next.path), store.current?.version, afterRestart(folder)]).toEqual([true, 1, [1, 3]]);
  store.activateOverlay(overlayFile(aside, 4, next));
  await store.activateBase(next.path);
  expect(afterRestart(folder)).toEqual([2, 4]);
});

test("every older version of either file is refused, and another content of the same", async () => {
  const { aside, store } = emptyStore();
  const base = { version: 5, ...baseFile(aside, 5) };
  await store.activateBase(base.path);
  for (const version of [1, 2, 3, 4])
    await expect(store.activateBase(baseFile(aside, version).path)).rejects.toEqual(coded("list.rollback"));
  await expect(store.activateBase(baseFile(aside, 5, 77).path)).rejects.toEqual(coded("list.rollback"));
  await expect(store.activateBase(baseFile(aside, 5).path)).resolves.toEqual({ version: 5 });
  store.activateOverlay(overlayFile(aside, 9, base));
  for (let version = 1; version <= 9; version += 1) {
    expect(() => store.activateOverlay(overlayFile(aside, version, base))).toThrow(coded("list.rollback"));
  }
  expect([store.current?.version, store.current?.overlayVersion]).toEqual([5, 9]);
});

test("a restored disk: what is below a floor is not used, and is fetched again", async () => {
  const { folder, aside, base } = await storeWithPair();
  expect(afterRestart(folder, { base: 1, overlay: 3 })).toEqual([1, 3]);
  for (const floors of [
    { base: 2, overlay: 0 },
    { base: 0, overlay: 4 },
  ]) {
    expect(afterRestart(folder, floors)).toBe("list.belowFloor");
  }
  rmSync(overlayPath(folder, base.rootHex));
  expect([afterRestart(folder), afterRestart(folder, { base: 1, overlay: 1 })]).toEqual([[1, 0], "list.belowFloor"]);

  const store = new ListStore({ folder, trust: TRUST, floors: { base: 2, overlay: 4 } });
  expect([store.current, store.have]).toEqual([undefined, { base: 0, overlay: 0 }]);
  await expect(store.activateBase(baseFile(aside, 1).path)).rejects.toEqual(coded("list.belowFloor"));
  const next = { version: 2, ...baseFile(aside, 2) };
  expect(() => store.activateOverlay(overlayFile(aside, 3, next))).toThrow(coded("list.belowFloor"));
  store.activateOverlay(overlayFile(aside, 4, next));
  await store.activateBase(next.path);
  expect([store.fault, store.current?.version, store.current?.overlayVersion]).toEqual([undefined, 2, 4]);
});

test("floors that become known later count at once", async () => {
  const { store } = await storeWithPair();
  store.review({ base: 1, overlay: 4 });
  expect([store.current, store.fault?.code, store.have]).toEqual([undefined, "list.belowFloor", { base: 1, overlay: 0 }]);
  store.review({ base: 1, overlay: 3 });
  expect([store.current?.overlayVersion, store.fault]).toEqual([3, undefined]);
});

test("a damaged overlay may hide a revocation: the base is not used without it, and a new one heals", async () => {
  const { folder, aside, store, base } = await storeWithPair();
  flipBit(overlayPath(folder, base.rootHex), 260);
  expect(afterRestart(folder)).toBe("list.badSignature");
  store.review({ base: 0, overlay: 0 });
  expect(store.have).toEqual({ base: 1, overlay: 0 });
  store.activateOverlay(overlayFile(aside, 4, base));
  expect(afterRestart(folder)).toEqual([1, 4]);
});

test("an overlay for another base is not used, and it is said", async () => {
  const { folder, aside, base } = await storeWithPair();
  const other = { version: 2, ...baseFile(aside, 2) };
  const [held, overlay] = [openBase(activeListPath(folder), TRUST), openOverlayFile(overlayFile(aside, 4, other), TRUST)];
  expect(() => directoryOf(held.list, overlay, { base: 0, overlay: 0 })).toThrow(coded("list.otherBase"));
  held.file.close();
  // Somebody who renames files on the disk gains nothing either.
  writeFileSync(overlayPath(folder, base.rootHex), readFileSync(overlayFile(aside, 4, other)));
  expect(afterRestart(folder)).not.toEqual([1, 4]);
});

test("with the keys of another keyset the list is no longer used, until one signed by them is there", async () => {
  const { folder } = await storeWithPair();
  const store = new ListStore({ folder, trust: createTrustStore([]) });
  expect([store.current, store.fault?.code, store.have]).toEqual([undefined, "list.unknownKey", { base: 0, overlay: 0 }]);
});

test("a candidate with one changed bit in any page is refused, and the old pair stays", async () => {
  const { folder, aside, store } = await storeWithPair();
  const next = { version: 2, ...baseFile(aside, 2) };
  store.activateOverlay(overlayFile(aside, 4, next));
  for (const offset of [4096, 8192 + 2000, 16_383]) {
    flipBit(next.path, offset);
    await expect(store.activateBase(next.path)).rejects.toEqual(coded("list.badPage"));
    flipBit(next.path, offset);
  }
  expect(afterRestart(folder)).toEqual([1, 3]);
});

test("an empty folder and a damaged base are faults with a code, and a good base heals both", async () => {
  const { folder, aside } = emptyStore();
  expect(afterRestart(folder)).toBe("list.missing");
  writeFileSync(activeListPath(folder), "ARCGLST1 and then nothing");
  expect(afterRestart(folder)).toBe("list.truncated");
  const store = new ListStore({ folder, trust: TRUST });
  await store.activateBase(baseFile(aside, 4).path);
  expect([store.fault, afterRestart(folder)]).toEqual([undefined, [4, 0]]);
});

test("a base whose file is damaged while in force refuses that page and serves the others", async () => {
  const { folder, store } = await storeWithPair();
  flipBit(activeListPath(folder), 4096 + 100);
  // Pages that were read before are still good.
  store.review({ base: 0, overlay: 0 });
  expect(() => store.current?.lookUp(knownHandle(1, 0))).toThrow(coded("list.badPage"));
  expect(store.current?.lookUp(knownHandle(1, 170))?.handle).toBe(knownHandle(1, 170));
});
