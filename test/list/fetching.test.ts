/** Lists arrive piece by piece into real files, through losses and restarts, and come into force only when they are right. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  type FetchEffect,
  type FetchInput,
  type FileFetch,
  type FileTarget,
  fetchWakeMs,
  initialFileFetch,
} from "#agent/core/fileFetch/state.ts";
import { stepFileFetch } from "#agent/core/fileFetch/transition.ts";
import { type FilePart, openFilePart } from "#agent/shell/store/filePart.ts";
import { ListStore } from "#agent/shell/store/listStore.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import type { Request } from "#protocol/events/messages.ts";
import { issueSmallList, seededRandom, temporaryFolder, testTrust } from "#test/list/fixtures.ts";

const TRUST = testTrust();
const SIZE = 20_000;
const NAME = { kind: "base", device: "3709832SDHJ00000001X" } as const;

/** The far end: answers requests out of a file, and loses what `loses` says. */
interface FarEnd {
  target: FileTarget;
  bytes: Buffer;
  loses(): boolean;
}

function farEnd(version: number, loses: () => boolean = () => false): FarEnd {
  const path = join(temporaryFolder(), "issued.list");
  const { size, sha256 } = issueSmallList(path, { version, size: SIZE, seed: version });
  return { target: { ...NAME, version, size, sha256 }, bytes: readFileSync(path), loses };
}

function answer(platform: FarEnd, request: Request): FetchInput | undefined {
  if (platform.loses()) return undefined;
  const { version, size, sha256 } = platform.target;
  if (request.want === "file") return { type: "reply", id: request.id, kind: "base", file: { version, size, sha256 } };
  if (request.want !== "fileChunk") return undefined;
  const { id, kind, offset, length } = request;
  return { type: "chunk", id, kind, version: request.version, offset, data: platform.bytes.subarray(offset, offset + length) };
}

interface Run {
  fetch: FileFetch;
  refused: ErrorCode[];
  /** Offsets of the pieces that were asked for. */
  asked: number[];
}

/** Carries effects out on `part` and `store` until nothing is due, or `until` says so. Time jumps to the next wake. */
async function run(platform: FarEnd, part: FilePart, store: ListStore, until: (run: Run) => boolean = () => false): Promise<Run> {
  const state: Run = { fetch: initialFileFetch([{ ...NAME, have: store.have.base }]), refused: [], asked: [] };
  const inputs: FetchInput[] = [{ type: "online" }];
  let monoMs = 0;
  for (let round = 0; round < 10_000 && !until(state); round += 1) {
    const wakeMs = fetchWakeMs(state.fetch);
    if (inputs.length === 0 && wakeMs === undefined) return state;
    if (inputs.length === 0) monoMs = Math.max(monoMs, wakeMs ?? 0);
    const change = stepFileFetch(state.fetch, inputs.shift() ?? { type: "tick" }, { monoMs, jitter: 0.5 });
    state.fetch = change.fetch;
    for (const effect of change.effects) {
      const input = await carryOut(effect, state, platform, part, store);
      if (input) inputs.push(input);
    }
  }
  return state;
}

async function carryOut(
  effect: FetchEffect,
  state: Run,
  platform: FarEnd,
  part: FilePart,
  store: ListStore,
): Promise<FetchInput | undefined> {
  try {
    switch (effect.type) {
      case "send":
        if (effect.request.want === "fileChunk") state.asked.push(effect.request.offset);
        return answer(platform, effect.request);
      case "prepare":
        return { type: "prepared", offset: part.prepare(effect.target) };
      case "write":
        part.write(effect.target, effect.offset, effect.data);
        return undefined;
      case "activate": {
        const { version } = await store.activateBase(await part.complete(effect.target));
        return { type: "activated", version };
      }
      case "discard":
        part.discard(effect.target);
        return undefined;
      case "refused":
        state.refused.push(effect.code);
        return undefined;
    }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return { type: "failed", code: error.code };
  }
}

const device = (folder: string) => ({ part: openFilePart(folder), store: new ListStore({ folder, trust: TRUST }) });
const haveOf = (fetch: FileFetch) => fetch.files[0]?.have;

test("a list arrives and is in force", async () => {
  const { part, store } = device(temporaryFolder());
  const { fetch, refused } = await run(farEnd(5), part, store);
  expect([haveOf(fetch), fetch.step.at, refused]).toEqual([5, "idle", []]);
  expect([store.current?.version, store.current?.entries]).toEqual([5, SIZE]);
});

test("half of all answers lost: it arrives all the same", async () => {
  const random = seededRandom(77);
  const { part, store } = device(temporaryFolder());
  const { fetch } = await run(
    farEnd(5, () => random() < 0.5),
    part,
    store,
  );
  expect([haveOf(fetch), store.current?.version]).toEqual([5, 5]);
});

test("after a restart the part on disk is not asked for again", async () => {
  const folder = temporaryFolder();
  const platform = farEnd(5);
  const first = device(folder);
  const before = await run(platform, first.part, first.store, ({ asked }) => asked.length === 4);
  expect(before.asked).toEqual([0, 65_536, 131_072, 196_608]);
  const second = device(folder);
  const after = await run(platform, second.part, second.store);
  expect(after.asked[0]).toBe(196_608);
  expect(second.store.current?.version).toBe(5);
});

test("another list announced in the meantime starts anew, and the old part is gone", async () => {
  const folder = temporaryFolder();
  const first = device(folder);
  const old = farEnd(5);
  await run(old, first.part, first.store, ({ asked }) => asked.length === 3);
  const { part, store } = device(folder);
  const { asked } = await run(farEnd(6), part, store);
  expect([asked[0], store.current?.version]).toEqual([0, 6]);
  expect(part.prepare(old.target)).toBe(0);
});

test("bytes that are not the announced ones: fetched once more, then left alone; the old list stays", async () => {
  const { part, store } = device(temporaryFolder());
  await run(farEnd(5), part, store);
  const platform = farEnd(6);
  platform.bytes[100_000] = (platform.bytes[100_000] ?? 0) ^ 1;
  const { fetch, refused, asked } = await run(platform, part, store);
  expect(refused).toEqual(["list.badTransfer", "list.badTransfer"]);
  expect(asked.filter((offset) => offset === 0)).toHaveLength(2);
  expect([fetch.step.at, store.current?.version]).toEqual(["idle", 5]);
});

test("a forged list that fits its announcement is refused by its signature", async () => {
  const folder = temporaryFolder();
  const part = openFilePart(folder);
  const store = new ListStore({ folder, trust: { keys: new Map() } });
  const { refused } = await run(farEnd(6), part, store);
  expect(refused).toEqual(["list.unknownKey", "list.unknownKey"]);
  expect([store.current, store.fault?.code]).toEqual([undefined, "list.missing"]);
});

test("a part takes pieces only where it ends, and never more than was announced", () => {
  const part = openFilePart(temporaryFolder());
  const target: FileTarget = { ...NAME, version: 1, size: 300, sha256: "0".repeat(64) };
  expect(part.prepare(target)).toBe(0);
  part.write(target, 0, new Uint8Array(200));
  expect(part.prepare(target)).toBe(200);
  for (const [offset, length] of [
    [0, 10],
    [201, 10],
    [200, 101],
  ] as const) {
    expect(() => part.write(target, offset, new Uint8Array(length))).toThrow(expect.objectContaining({ code: "list.badTransfer" }));
  }
  expect(() => part.prepare({ ...target, size: 64 * 1024 * 1024 + 1 })).toThrow(expect.objectContaining({ code: "list.tooLarge" }));
});

test("what the disk refuses is a coded fault of every operation", async () => {
  const folder = temporaryFolder();
  const { part, store } = device(folder);
  rmSync(folder, { recursive: true });
  const target: FileTarget = { ...NAME, version: 1, size: 300, sha256: "0".repeat(64) };
  const storage = expect.objectContaining({ code: "list.storage" });
  expect(() => part.prepare(target)).toThrow(storage);
  expect(() => part.write(target, 0, new Uint8Array(10))).toThrow(storage);
  await expect(part.complete(target)).rejects.toEqual(storage);
  await expect(store.activateBase(join(folder, "nothing.part"))).rejects.toEqual(storage);
});
