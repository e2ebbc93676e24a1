import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sha256Hex, type TrustStore } from "#protocol/crypto.ts";
import { Command, FileChunk, FileReply, TimeReply } from "#protocol/events/messages.ts";
import { decodeGrant } from "#protocol/pass/grant.ts";
import { trustFromFile } from "#protocol/trust/trustFile.ts";
import { verifyCommand, verifyTime, verifyWatermark } from "#protocol/trust/wireMessages.ts";
import { personOf } from "#simulator/people.ts";
import { phoneOf, platformRequest } from "#simulator/phone/phone.ts";
import type { Platform } from "#simulator/platform/contract.ts";
import { startPlatform } from "#simulator/platform/platform.ts";
import { chainedRows, DEVICE } from "#test/platform/device.ts";
import { deviceAt, platformAndDevice, temporaryFolder } from "#test/platform/workbench.ts";

const NONCE = "0123456789abcdef";
const NOW_MS = 1_790_000_000_000;

function trustOf(platform: Platform) {
  return trustFromFile(JSON.parse(readFileSync(platform.trustPath, "utf8")));
}

test("a device that comes on line is told where to go on, lane by lane", async () => {
  const { far } = await platformAndDevice();
  await far.send(chainedRows(3));
  await far.ackUpTo(3);
  await far.sendState({ epoch: 2 });
  await far.until(() => far.acks.filter((ack) => ack.lane === "legal" && ack.upTo === 3)[1]);
  await far.ackUpTo(0, "telemetry");
  expect(far.acks).toHaveLength(3);
  // Born again without having been seen to go.
  await far.sendState({ epoch: 2 });
  await far.until(() => far.acks[4]);
});

test("a device that stays on line is not greeted again, unless its backlog stands still", async () => {
  let nowMs = NOW_MS;
  const { platform, far } = await platformAndDevice({ now: () => nowMs });
  await far.send(chainedRows(3));
  await far.ackUpTo(3);
  await far.sendState();
  await far.ackUpTo(0, "telemetry");
  await far.sendState({ backlog: 5, state: "welding" }, 0);
  // Messages are answered in order: with the time, an acknowledgement would have come too.
  await far.publish("request", { v: 1, id: "t1", want: "time", nonce: NONCE });
  await far.message("time");
  expect(far.acks).toHaveLength(3);
  nowMs += 6000;
  await far.sendState({ backlog: 5 }, 0);
  await far.until(() => far.acks.filter((ack) => ack.lane === "legal" && ack.upTo === 3)[2]);
  expect(platform.live()).toMatchObject([{ state: { backlog: 5, state: "locked" } }]);
});

test("refusals are told again to a device that comes back", async () => {
  const { far } = await platformAndDevice();
  const payload = (seq: number) => ({ kind: 3108, payload: { pressed: seq === 2 ? "perhaps" : true } });
  await far.send(chainedRows(3, { payload }));
  await far.ackUpTo(3);
  await far.sendState();
  const again = await far.until(() => far.acks.filter((ack) => ack.lane === "legal")[1]);
  expect(again).toMatchObject({ upTo: 3, refused: [{ seq: 2, code: "event.badPayload" }] });
});

test("watermarks are signed, at most one a minute", async () => {
  let nowMs = NOW_MS;
  const { platform, far } = await platformAndDevice({ now: () => nowMs });
  const rows = chainedRows(30);
  await far.send(rows.slice(0, 10));
  const { watermark: first } = await far.ackUpTo(10);
  expect(first).toMatchObject({ upTo: 10, hash: rows[9]?.hash });
  nowMs += 59_000;
  await far.send(rows.slice(10, 20));
  expect((await far.ackUpTo(20)).watermark).toBeUndefined();
  nowMs += 1000;
  await far.send(rows.slice(20));
  const { watermark: second } = await far.ackUpTo(30);

  const stream = { device: DEVICE, lane: "legal", chain: far.chain } as const;
  if (second === undefined) throw new Error("no second watermark");
  expect(verifyWatermark(trustOf(platform), stream, second).upTo).toBe(30);
  expect(() => verifyWatermark(trustOf(platform), { ...stream, chain: 1 }, second)).toThrow(/trust.badSignature/);
});

test("the time is signed over the asker's nonce", async () => {
  const { platform, far } = await platformAndDevice({ now: () => NOW_MS });
  await far.publish("request", { v: 1, id: "t1", want: "time", nonce: NONCE });
  const reply = TimeReply.parse(JSON.parse(await far.message("time")));
  expect(reply).toMatchObject({ id: "t1", nonce: NONCE, utcMs: NOW_MS });
  expect(verifyTime(trustOf(platform), DEVICE, NONCE, reply)).toMatchObject({ utcMs: NOW_MS });
  expect(() => verifyTime(trustOf(platform), "370983Z0001000000025", NONCE, reply)).toThrow(/trust.badSignature/);
});

test("the list is announced, and fetched in pieces that make the file", async () => {
  const { platform, far } = await platformAndDevice({ listSize: 5000 });
  await far.publish("request", { v: 1, id: "l1", want: "file", kind: "base", have: 0 });
  const { file: list } = FileReply.parse(JSON.parse(await far.message("reply")));
  if (list === null) throw new Error("no list");
  const pieces: Buffer[] = [];
  for (let offset = 0; offset < list.size; offset += 65_536) {
    const id = `c${offset}`;
    await far.publish("request", { v: 1, id, want: "fileChunk", kind: "base", version: list.version, offset, length: 65_536 });
    const chunk = await far.until(() =>
      far.received.map((entry) => FileChunk.safeParse(JSON.parse(entry.text)).data).find((c) => c?.id === id),
    );
    expect(chunk.offset).toBe(offset);
    pieces.push(Buffer.from(chunk.data, "base64"));
  }
  expect(pieces.length).toBeGreaterThan(1);
  const whole = Buffer.concat(pieces);
  expect(sha256Hex(whole)).toBe(list.sha256);
  expect(whole.equals(readFileSync(platform.list.path))).toBe(true);

  await far.publish("request", { v: 1, id: "l2", want: "file", kind: "base", have: list.version });
  expect(await far.until(() => far.received.find((entry) => entry.text.includes('"l2"'))?.text)).toBe(
    '{"v":1,"id":"l2","kind":"base","file":null}',
  );
});

test("keys, list and records are the same after a restart; another size is another version", async () => {
  const dataDir = temporaryFolder();
  const first = await startPlatform({ dataDir, listAlgorithm: "sm2" });
  const trust = readFileSync(first.trustPath, "utf8");
  const far = await deviceAt(first.brokerUrl);
  await far.send(chainedRows(5));
  await far.ackUpTo(5);
  await first.close();

  const second = await startPlatform({ dataDir });
  expect(readFileSync(second.trustPath, "utf8")).toBe(trust);
  expect(second.list).toEqual(first.list);
  expect(second.report().streams).toMatchObject([{ held: 5 }]);
  await second.close();

  const third = await startPlatform({ dataDir, listSize: 2000 });
  expect(third.list).toMatchObject({ version: first.list.version + 1, entries: 2000 });
  await third.close();
});

test("grant and lock are sent as signed commands for that device alone", async () => {
  const dataDir = temporaryFolder();
  const { platform, far } = await platformAndDevice({ dataDir, now: () => NOW_MS });
  const wishes = { purpose: "guard", maxSessionS: 60, checklistVersion: 2, place: { latE5: 3_618_600, lonE5: 11_676_300 } } as const;
  const request = platformRequest(DEVICE, phoneOf("certified", dataDir), wishes);
  const { id } = platform.scan(request);
  const message = Command.parse(JSON.parse(await far.message("command")));
  const trust = trustOf(platform);
  const command = verifyCommand(trust, DEVICE, message);
  expect(command).toMatchObject({ do: "grant", id, issuedMs: NOW_MS });
  if (command.do !== "grant") throw new Error(command.do);
  const grant = decodeGrant(command.grant, trust);
  expect(grant).toMatchObject({ device: DEVICE, handle: personOf("certified", 0).handle, nonce: request.nonce, categories: 1, wishes });
  expect(grant.expiryS * 1000 - NOW_MS).toBe(60_000);

  const altered = { ...message, command: { ...message.command, issuedMs: NOW_MS + 1 } };
  expect(() => verifyCommand(trust, DEVICE, altered)).toThrow(/trust.badSignature/);
  platform.lock(DEVICE);
  await far.until(() => far.received.find((entry) => entry.text.includes('"lock"')));
});

test("a scan that the holder's phone did not sign, or that was made before, gets no grant", async () => {
  const dataDir = temporaryFolder();
  const { platform, far } = await platformAndDevice({ dataDir });
  const certified = phoneOf("certified", dataDir);
  const request = platformRequest(DEVICE, certified);
  platform.scan(request);
  expect(() => platform.scan(request)).toThrow(/made before/);
  expect(() => platform.scan({ ...request, maxSessionS: 1 })).toThrow(/holder/);
  const borrowed = platformRequest(DEVICE, { ...certified, signer: phoneOf("unknown", dataDir).signer });
  expect(() => platform.scan(borrowed)).toThrow(/holder/);
  expect(() => platform.scan(platformRequest(DEVICE, phoneOf("forged", dataDir)))).toThrow(/pass.badSignature/);
  expect(() => platform.scan({ ...request, as: "nobody" })).toThrow(/certified/);
  platform.scan(platformRequest(DEVICE, certified));
  const grants = await far.until(() => {
    const commands = far.received.filter((entry) => entry.text.includes('"grant"'));
    return commands.length === 2 ? commands : undefined;
  });
  const counters = grants.map(({ text }) => counterOf(Command.parse(JSON.parse(text)), trustOf(platform)));
  expect(counters[1]).toBeGreaterThan(counters[0] ?? Number.NaN);
});

function counterOf({ command }: Command, trust: TrustStore): number {
  if (command.do !== "grant") throw new Error(command.do);
  return decodeGrant(command.grant, trust).counter;
}

test("devices are told how to come back: whoever is born hears the spread, and all on line hear a new word", async () => {
  const { platform, far } = await platformAndDevice({ returnSpreadS: 120 });
  await far.sendState();
  const trust = trustOf(platform);
  const words = (): Command["command"][] =>
    far.received
      .filter(({ channel }) => channel === "command")
      .map(({ text }) => verifyCommand(trust, DEVICE, Command.parse(JSON.parse(text))));
  await far.until(() => words()[0]);
  expect(platform.comeBack({ afterS: 600, spreadS: 300 })).toEqual({ told: 1 });
  await far.until(() => words()[1]);
  expect(words()).toMatchObject([
    { do: "comeBack", afterS: 0, spreadS: 120 },
    { do: "comeBack", afterS: 600, spreadS: 300 },
  ]);
});
