/** The list from the platform's file to the agent's, through the driver: real files, real timers, a platform that answers or does not. */
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { FileRefresh } from "#agent/runtime/fileRefresh.ts";
import { openFilePart } from "#agent/shell/store/filePart.ts";
import { ListStore } from "#agent/shell/store/listStore.ts";
import { systemAfter } from "#agent/shell/system/timers.ts";
import type { Request } from "#protocol/events/messages.ts";
import { peopleEntries, personOf } from "#simulator/people.ts";
import { ISSUED_MS, issueSmallList, temporaryFolder, testTrust } from "#test/list/fixtures.ts";

const DEVICE = "3709832SDHJ00000001X";
const REFRESH = { type: "refresh", kinds: ["base"], device: DEVICE, spread: false } as const;

interface Far {
  path: string;
  version: number;
  size: number;
  sha256: string;
}

function issue(version: number, size = 3_000): Far {
  const path = join(temporaryFolder(), `v${version}.list`);
  const issued = issueSmallList(path, { version, size, seed: version, people: peopleEntries(ISSUED_MS) });
  return { path, version, size: issued.size, sha256: issued.sha256 };
}

function agentEnd(far: { now: Far }) {
  const folder = temporaryFolder();
  const store = new ListStore({ folder, trust: testTrust() });
  const activated: number[] = [];
  const refused: string[] = [];
  const asked: Request[] = [];
  const refresh: FileRefresh = new FileRefresh({
    clock: { monoMs: () => performance.now() },
    after: systemAfter,
    random: () => 0,
    files: [{ kind: "base", device: DEVICE, have: 0 }],
    send: async (_device, request) => {
      asked.push(request);
      await answer(far.now, request, refresh);
    },
    part: openFilePart(folder),
    activate: (_kind, _device, path) => store.activateBase(path),
    activated: ({ version }) => void activated.push(version),
    refused: (_kind, code) => void refused.push(code),
  });
  onTestFinished(() => {
    refresh.close();
    store.close();
  });
  return { folder, store, activated, refused, asked, refresh };
}

async function answer({ path, version, size, sha256 }: Far, request: Request, refresh: FileRefresh): Promise<void> {
  await delay(1);
  const { id } = request;
  const file = { version, size, sha256 };
  if (request.want === "file") refresh.dispatch({ type: "reply", id, kind: "base", file: request.have >= version ? null : file });
  if (request.want !== "fileChunk") return;
  const data = readFileSync(path).subarray(request.offset, request.offset + request.length);
  refresh.dispatch({ type: "chunk", id, kind: "base", version, offset: request.offset, data });
}

async function eventually(what: string, holds: () => boolean): Promise<void> {
  for (let waited = 0; waited < 30_000; waited += 10) {
    if (holds()) return;
    await delay(10);
  }
  throw new Error(`${what}: never`);
}

it("fetches a list, puts it in force, and a newer one after it", async () => {
  const far = { now: issue(1) };
  const agent = agentEnd(far);
  agent.refresh.dispatch({ type: "online" });
  await eventually("version 1 in force", () => agent.activated.length === 1);
  expect(agent.store.current?.lookUp(personOf("certified", ISSUED_MS).handle)).toMatchObject({ categories: 1, suspended: false });
  expect(agent.store.current?.lookUp(personOf("unknown", ISSUED_MS).handle)).toBeUndefined();
  far.now = issue(2);
  agent.refresh.dispatch(REFRESH);
  await eventually("version 2 in force", () => agent.activated.length === 2);
  expect([agent.activated, agent.store.current?.version, agent.refused]).toEqual([[1, 2], 2, []]);
});

it("keeps the list in force when the platform offers one that is older, forged or damaged", async () => {
  const far = { now: issue(5) };
  const agent = agentEnd(far);
  agent.refresh.dispatch({ type: "online" });
  await eventually("version 5 in force", () => agent.activated.length === 1);
  const older = issue(3);
  // An older file under a newer number: what the announcement says is not what the file proves.
  far.now = { ...older, version: 9 };
  agent.refresh.dispatch(REFRESH);
  await eventually("the older file is refused", () => agent.refused.length === 1);
  const damaged = issue(10);
  const bytes = readFileSync(damaged.path);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 100) ^ 1, bytes.length - 100);
  const path = `${damaged.path}.damaged`;
  copyFileSync(damaged.path, path);
  writeFileSync(path, bytes);
  far.now = { ...damaged, path };
  agent.refresh.dispatch(REFRESH);
  await eventually("the damaged file is refused", () => agent.refused.length === 2);
  expect([agent.activated, agent.store.current?.version]).toEqual([[5], 5]);
  for (const code of agent.refused) expect(code).toMatch(/^list\./);
});

it("is silent after it was closed", async () => {
  const far = { now: issue(1) };
  const agent = agentEnd(far);
  agent.refresh.dispatch({ type: "online" });
  agent.refresh.close();
  const before = agent.asked.length;
  agent.refresh.dispatch(REFRESH);
  await delay(20);
  expect([agent.activated, agent.asked.length]).toEqual([[], before]);
});
