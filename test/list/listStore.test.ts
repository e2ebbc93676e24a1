/** Switching lists on a real file system: an interrupted switch, an older list and a damaged one leave what works. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { activationSteps, activeListPath, openListStore } from "#agent/shell/store/listFile.ts";
import { seededEntry } from "#simulator/platform/listIssuer.ts";
import { ISSUED_MS, issueSmallList, temporaryFolder, testTrust } from "#test/list/fixtures.ts";

const SIZE = 400;
const TRUST = testTrust();

/** A folder with list 1 in force and list 2 complete beside it. */
function folderWithCandidate(): { folder: string; candidate: string } {
  const folder = join(temporaryFolder(), "lists");
  mkdirSync(folder);
  issueSmallList(activeListPath(folder), { version: 1, seed: 1, size: SIZE });
  const candidate = join(folder, "candidate.part");
  issueSmallList(candidate, { version: 2, seed: 2, size: SIZE });
  return { folder, candidate };
}

/** The list in force, found by opening the folder anew, and whether it knows its own entries. */
function listAfterRestart(folder: string): { version: number; works: boolean } | string | undefined {
  const store = openListStore({ folder, trust: TRUST });
  const list = store.current;
  if (!list) return store.fault?.code;
  const known = [0, 170, SIZE - 1].map((index) => seededEntry(list.version, SIZE, index, ISSUED_MS).handle);
  const works = known.every((handle) => list.lookUp(handle)?.handle === handle);
  store.close();
  return { version: list.version, works };
}

const STEPS = activationSteps("folder", "candidate").length;

test.each(Array.from({ length: STEPS + 1 }, (_, done) => done))("after %d steps of a switch a list is in force", async (done) => {
  const { folder, candidate } = folderWithCandidate();
  for (const step of activationSteps(folder, candidate).slice(0, done)) step.run();
  const version = existsSync(candidate) ? 1 : 2;
  expect(listAfterRestart(folder)).toEqual({ version, works: true });
  if (version === 1) {
    const store = openListStore({ folder, trust: TRUST });
    await store.activate(candidate);
    store.close();
    expect(listAfterRestart(folder)).toEqual({ version: 2, works: true });
  }
});

test("a new list is in force at once, and after a restart", async () => {
  const { folder, candidate } = folderWithCandidate();
  const store = openListStore({ folder, trust: TRUST });
  expect(store.current?.version).toBe(1);
  expect((await store.activate(candidate)).version).toBe(2);
  expect(store.current?.version).toBe(2);
  expect(store.current?.lookUp(seededEntry(2, SIZE, 5, ISSUED_MS).handle)).toBeDefined();
  store.close();
  expect(store.current).toBeUndefined();
  expect(listAfterRestart(folder)).toEqual({ version: 2, works: true });
});

test("an older list, and another list of the same version, are refused", async () => {
  const { folder, candidate } = folderWithCandidate();
  const store = openListStore({ folder, trust: TRUST });
  await store.activate(candidate);
  const old = join(folder, "old.part");
  issueSmallList(old, { version: 1, seed: 1, size: SIZE });
  await expect(store.activate(old)).rejects.toMatchObject({ code: "list.rollback" });
  issueSmallList(old, { version: 2, seed: 3, size: SIZE });
  await expect(store.activate(old)).rejects.toMatchObject({ code: "list.rollback" });
  issueSmallList(old, { version: 2, seed: 2, size: SIZE });
  await expect(store.activate(old)).resolves.toMatchObject({ version: 2 });
  expect(listAfterRestart(folder)).toEqual({ version: 2, works: true });
});

test("a list below the floor that the chip keeps is not used", () => {
  const { folder } = folderWithCandidate();
  const store = openListStore({ folder, trust: TRUST, minimumVersion: 2 });
  expect([store.current, store.fault?.code]).toEqual([undefined, "list.rollback"]);
});

test("a candidate with one changed bit in any page is refused, and the old list stays", async () => {
  const { folder, candidate } = folderWithCandidate();
  const bytes = readFileSync(candidate);
  const store = openListStore({ folder, trust: TRUST });
  for (const offset of [4096, 8192 + 2000, bytes.length - 1]) {
    const damaged = Buffer.from(bytes);
    damaged[offset] = (damaged[offset] ?? 0) ^ 0x10;
    writeFileSync(candidate, damaged);
    await expect(store.activate(candidate)).rejects.toMatchObject({ code: "list.badPage" });
  }
  expect(store.current?.version).toBe(1);
  expect(listAfterRestart(folder)).toEqual({ version: 1, works: true });
});

test("an empty folder and a damaged list are faults with a code, and a good list heals both", async () => {
  const folder = join(temporaryFolder(), "lists");
  expect(listAfterRestart(folder)).toBe("list.missing");
  writeFileSync(activeListPath(folder), "ARCGLST1 and then nothing");
  expect(listAfterRestart(folder)).toBe("list.truncated");
  const candidate = join(folder, "candidate.part");
  issueSmallList(candidate, { version: 4, seed: 4, size: SIZE });
  const store = openListStore({ folder, trust: TRUST });
  await store.activate(candidate);
  expect(store.fault).toBeUndefined();
  expect(listAfterRestart(folder)).toEqual({ version: 4, works: true });
});

test("a list whose file is damaged while in force refuses that page and serves the others", () => {
  const { folder } = folderWithCandidate();
  const path = activeListPath(folder);
  copyFileSync(path, `${path}.copy`);
  const store = openListStore({ folder, trust: TRUST });
  const bytes = readFileSync(path);
  bytes[4096 + 100] = (bytes[4096 + 100] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  const [damaged, whole] = [0, 170].map((index) => seededEntry(1, SIZE, index, ISSUED_MS).handle);
  expect(() => store.current?.lookUp(damaged ?? "")).toThrow(expect.objectContaining({ code: "list.badPage" }));
  expect(store.current?.lookUp(whole ?? "")?.handle).toBe(whole);
});
