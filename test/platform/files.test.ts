/** The platform's overlays and keysets: issued, announced, told of, and the same after a restart. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { carryEnvelope } from "#protocol/chip/envelope.ts";
import { sha256Hex } from "#protocol/crypto.ts";
import { Command, FileChunk, type FileKind, FileReply } from "#protocol/events/messages.ts";
import { changesOf, openOverlay } from "#protocol/list/overlay.ts";
import { parsePolicyFile } from "#protocol/policy/policyFile.ts";
import { checkSuccession, readKeyset, trustStoreOf } from "#protocol/trust/keyset.ts";
import { readTrustFile } from "#protocol/trust/trustFile.ts";
import { verifyCommand } from "#protocol/trust/wireMessages.ts";
import { personOf } from "#simulator/people.ts";
import type { Platform, PlatformNotice } from "#simulator/platform/contract.ts";
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

test("policies are signed anew with new keys, and say the same under a higher version", async () => {
  const { platform, far } = await platformAndDevice();
  platform.files.rule(DEVICE, { idleRelockS: 300 });
  expect(platform.files.versions(DEVICE).policyFloor).toBe(1);
  platform.files.rotateKeys(false);
  const { keyset, roots } = installedOf(platform);
  const renewed = readKeyset(await fetched(far, "keyset", "k2"), roots);
  const policy = parsePolicyFile(await fetched(far, "policy", "p2"), trustStoreOf(roots, renewed), DEVICE, 1);
  expect([policy.version, policy.idleRelockS, keyset?.version]).toEqual([2, 300, 1]);
});

test("a policy that does not verify is reported, and neither handed out, nor a floor, nor changed into another", async () => {
  const dataDir = temporaryFolder();
  const notices: PlatformNotice[] = [];
  const { platform, far } = await platformAndDevice({ dataDir, notice: (notice) => notices.push(notice) });
  platform.files.rule(DEVICE, { machineClass: "monitored" });
  const path = join(dataDir, "policies", `${DEVICE}.json`);
  const good = readFileSync(path, "utf8");
  const planted: [string, string][] = [
    [good.replace('"version":1', '"version":9'), "policy.badSignature"],
    [good.replace("monitored", "exempt"), "policy.badSignature"],
    [good.replace(/"keyId":"[^"]+"/, '"keyId":"nobody"'), "policy.unknownKey"],
    [`${good} `, "policy.badShape"],
    ["{", "policy.badShape"],
  ];
  for (const [text, code] of planted) {
    notices.length = 0;
    writeFileSync(path, text);
    expect(platform.files.versions(DEVICE).policyFloor).toBe(0);
    expect(notices).toMatchObject([{ notice: "policyRefused", device: DEVICE, code }]);
    expect(platform.files.newest("policy", DEVICE)).toBeUndefined();
    expect(() => platform.files.rule(DEVICE, { idleRelockS: 300 })).toThrow(expect.objectContaining({ code }));
  }
  // The envelope is built on what is verified, though the device says that it has more.
  const request = { v: 1, id: "e1", want: "envelope", uid: "01".repeat(12), challenge: "c0".repeat(8) };
  await far.publish("request", { ...request, have: { list: 1, overlay: 0, keyset: 1, policy: 9 } });
  const { envelope } = JSON.parse(await far.message("reply")) as { envelope: string };
  expect(carryEnvelope(new Uint8Array(Buffer.from(envelope, "base64")), 1)).toMatchObject({ listFloor: 1, policyFloor: 0 });
  writeFileSync(path, good);
  expect(platform.files.versions(DEVICE).policyFloor).toBe(1);
  rmSync(path);
  // Numbers do not come again: the device would take a second version 1 for the first.
  expect(platform.files.rule(DEVICE, {})).toEqual({ version: 2 });
});
