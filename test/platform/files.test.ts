/** The platform's overlays and keysets: issued, announced, told of, and the same after a restart. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sha256Hex } from "#protocol/crypto.ts";
import { Command, FileChunk, type FileKind, FileReply } from "#protocol/events/messages.ts";
import { changesOf, openOverlay } from "#protocol/list/overlay.ts";
import { checkSuccession, readKeyset, trustStoreOf } from "#protocol/trust/keyset.ts";
import { readTrustFile } from "#protocol/trust/trustFile.ts";
import { verifyCommand } from "#protocol/trust/wireMessages.ts";
import { personOf } from "#simulator/people.ts";
import type { Platform } from "#simulator/platform/contract.ts";
import { startPlatform } from "#simulator/platform/platform.ts";
import { until } from "#simulator/stage/processes.ts";
import { DEVICE, type FarDevice } from "#test/platform/device.ts";
import { deviceAt, platformAndDevice, temporaryFolder } from "#test/platform/workbench.ts";

/** Far beyond what anything here needs on a busy computer. */
const PATIENCE_MS = 45_000;

const installedOf = (platform: Platform) => readTrustFile(JSON.parse(readFileSync(platform.trustPath, "utf8")));

/** The newest file of a kind, as a device gets it. */
async function fetched(far: FarDevice, kind: FileKind, asked: string): Promise<Buffer> {
  await far.publish("request", { v: 1, id: asked, want: "file", kind, have: 0 });
  const parsed = <T>(schema: { safeParse(body: unknown): { data?: T } }) =>
    far.received.map(({ text }) => schema.safeParse(JSON.parse(text)).data);
  const reply = await far.until(() => parsed(FileReply).find((message) => message?.id === asked));
  if (!reply.file) throw new Error(`no ${kind}`);
  const { version, size, sha256 } = reply.file;
  await far.publish("request", { v: 1, id: `${asked}-1`, want: "fileChunk", kind, version, offset: 0, length: size });
  const chunk = await far.until(() => parsed(FileChunk).find((message) => message?.id === `${asked}-1`));
  const bytes = Buffer.from(chunk.data, "base64");
  expect(sha256Hex(bytes)).toBe(sha256);
  return bytes;
}

test("a revocation is an overlay, and devices on line are told of it at once", async () => {
  const { platform, far } = await platformAndDevice();
  const { keyset, roots } = installedOf(platform);
  const trust = trustStoreOf(roots, keyset);
  await far.publish("request", { v: 1, id: "none", want: "file", kind: "overlay", have: 0 });
  expect(FileReply.parse(JSON.parse(await far.message("reply"))).file).toBeNull();

  await far.sendState();
  await until("the device is on line", () => platform.live().length === 1, PATIENCE_MS);
  expect(platform.files.revoke({ as: "certified" })).toEqual({ version: 1 });
  const command = verifyCommand(trust, DEVICE, Command.parse(JSON.parse(await far.message("command"))));
  expect(command).toMatchObject({ do: "refresh", kinds: ["overlay"] });
  const person = personOf("certified", platform.list.issuedMs).handle;
  const gone = "ab".repeat(16);
  expect(platform.files.revoke({ handle: gone })).toEqual({ version: 2 });
  expect(platform.files.certify("unknown")).toEqual({ version: 3 });

  const overlay = openOverlay(await fetched(far, "overlay", "o"), trust);
  expect(overlay).toMatchObject({ version: 3, changes: 3, baseRootHex: platform.list.rootHex });
  expect([overlay.lookUp(gone), overlay.lookUp(person)]).toMatchObject(["removed", { suspended: true }]);
  expect(overlay.lookUp(personOf("unknown", platform.list.issuedMs).handle)).toMatchObject({ suspended: false });
});

test("changes outlive a restart, and go with the next base", async () => {
  const dataDir = temporaryFolder();
  const first = await startPlatform({ dataDir });
  first.files.revoke({ as: "certified" });
  await first.close();
  for (const [listSize, version] of [
    [1000, 1],
    [2000, 2],
  ] as const) {
    const platform = await startPlatform({ dataDir, listSize });
    const far = await deviceAt(platform.brokerUrl);
    const bytes = await fetched(far, "overlay", `o${listSize}`);
    const { keyset, roots } = installedOf(platform);
    expect(openOverlay(bytes, trustStoreOf(roots, keyset))).toMatchObject({ version, baseRootHex: platform.list.rootHex });
    expect([...changesOf(bytes)]).toHaveLength(1);
    await platform.close();
  }
});

test("new keys are a keyset under a pinned root; the base's key stays, and a retired root signs no more", async () => {
  const { platform, far } = await platformAndDevice();
  const { keyset: first, roots } = installedOf(platform);
  platform.files.certify("unknown");
  expect(platform.files.rotateKeys(false)).toEqual({ version: 2 });
  const second = readKeyset(await fetched(far, "keyset", "k2"), roots);
  checkSuccession(second, first, 1);
  const listKeys = second.keys.filter(({ purposes }) => purposes.includes("list")).map(({ id }) => id);
  expect(listKeys).toContain(first?.keys.find(({ purposes }) => purposes.includes("list"))?.id);
  expect(openOverlay(await fetched(far, "overlay", "o2"), trustStoreOf(roots, second)).version).toBe(2);

  expect(platform.files.rotateKeys(true)).toEqual({ version: 3 });
  const third = readKeyset(await fetched(far, "keyset", "k3"), roots);
  checkSuccession(third, second, 2);
  expect([third.signedBy, third.retiredRoots]).toEqual([roots[1]?.id, [roots[0]?.id]]);
});
