/** A kill, or a disk that fails, between any two steps of a switch: the old pair or the new one is in force, whole. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type Disk, REAL_DISK } from "#agent/shell/store/fileSwitch.ts";
import { KeysetStore } from "#agent/shell/store/keysetStore.ts";
import { ListStore } from "#agent/shell/store/listStore.ts";
import { temporaryFolder, testRoots, testTrust } from "#test/list/fixtures.ts";
import { baseFile, knownHandle, overlayFile } from "#test/list/pairs.ts";
import { keysetFile } from "#test/trust/keysetFiles.ts";

const TRUST = testTrust();
/** Sync of content, sync of name, rename, sync of the switch, and the removal of an overlay that is of no more use. */
const STEPS = 5;
const SCRIPT = fileURLToPath(import.meta.resolve("#test/list/killedSwitch.ts"));
const LOADER = ["--import", import.meta.resolve("tsx")];

/** Base 1 with overlay 3 in force, overlay 4 waiting for base 2, and the candidates of the next step. */
async function folderBefore() {
  const folder = temporaryFolder();
  const aside = join(folder, "aside");
  mkdirSync(aside);
  const store = new ListStore({ folder, trust: TRUST });
  const first = { version: 1, ...baseFile(aside, 1) };
  await store.activateBase(first.path);
  store.activateOverlay(overlayFile(aside, 3, first));
  const next = { version: 2, ...baseFile(aside, 2) };
  store.activateOverlay(overlayFile(aside, 4, next));
  store.close();
  return { folder, candidate: { base: next.path, overlay: overlayFile(aside, 5, first) } };
}

/** Versions in force after a restart; the 6th entry is out of the list, the 7th is in it. */
function pairAfterRestart(folder: string): [number, number] | undefined {
  const store = new ListStore({ folder, trust: TRUST });
  const list = store.current;
  if (!list) return undefined;
  expect(list.lookUp(knownHandle(list.version, 5))).toBeUndefined();
  expect(list.lookUp(knownHandle(list.version, 6))).toBeDefined();
  store.close();
  return [list.version, list.overlayVersion];
}

const RESULTS = {
  base: [
    [1, 3],
    [2, 4],
  ],
  overlay: [
    [1, 3],
    [1, 5],
  ],
} as const;
const CASES = (["base", "overlay"] as const).flatMap((kind) =>
  Array.from({ length: STEPS + 1 }, (_, done) => ({ kind, done, expected: RESULTS[kind][done >= 3 ? 1 : 0] })),
);

describe.each(CASES)("$kind, $done steps", ({ kind, done, expected }) => {
  test("a process that is killed", async () => {
    const { folder, candidate } = await folderBefore();
    const { signal, stderr } = spawnSync(process.execPath, [...LOADER, SCRIPT, kind, folder, candidate[kind], String(done)], {
      encoding: "utf8",
    });
    expect([signal, stderr]).toEqual([done < STEPS ? "SIGKILL" : null, ""]);
    expect(pairAfterRestart(folder)).toEqual(expected);
  });

  test("a disk that refuses", async () => {
    const { folder, candidate } = await folderBefore();
    const store = new ListStore({ folder, trust: TRUST, disk: failingAfter(done) });
    const outcome = async () => (kind === "base" ? store.activateBase(candidate.base) : store.activateOverlay(candidate.overlay));
    // A removal that fails is no reason to refuse what is in force already.
    if (done >= 4) await expect(outcome()).resolves.toBeDefined();
    else await expect(outcome()).rejects.toMatchObject({ code: "list.storage" });
    expect(pairAfterRestart(folder)).toEqual(expected);
  });
});

test("a keyset's switch leaves the old one or the new one too", () => {
  for (let done = 0; done <= 4; done += 1) {
    const folder = temporaryFolder();
    const path = join(folder, "keyset.json");
    const installed = { roots: testRoots(), keyset: null };
    new KeysetStore({ path, installed }).activate(keysetFile(folder, { version: 1 }));
    const store = new KeysetStore({ path, installed, disk: failingAfter(done) });
    const activate = () => store.activate(keysetFile(folder, { version: 2 }));
    if (done < 4) expect(activate).toThrow(expect.objectContaining({ code: "list.storage" }));
    else activate();
    expect(new KeysetStore({ path, installed }).version).toBe(done >= 3 ? 2 : 1);
  }
});

function failingAfter(allowed: number): Disk {
  let done = 0;
  const orFail = (operation: () => void) => {
    if (done++ >= allowed) throw new Error("EIO: i/o error");
    operation();
  };
  return {
    sync: (path) => orFail(() => REAL_DISK.sync(path)),
    rename: (from, to) => orFail(() => REAL_DISK.rename(from, to)),
    remove: (path) => orFail(() => REAL_DISK.remove(path)),
  };
}
