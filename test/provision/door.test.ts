/** The platform's door for modules: the agent's own MQTT shell comes with the certificate that was issued, and speaks for its devices alone. */
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { Uplink } from "#agent/ports.ts";
import { createUplinkConnector } from "#agent/shell/mqtt/uplink.ts";
import { encodeBlock } from "#protocol/chip/codec.ts";
import { carryEnvelope, isFromPlatform } from "#protocol/chip/envelope.ts";
import { ENVELOPE } from "#protocol/chip/vault.ts";
import { deviceCodeOf } from "#protocol/install/serials.ts";
import { downTopic, upTopic } from "#protocol/topics.ts";
import { machineFile } from "#scripts/install/machine/machineFolder.ts";
import { type ModuleKey, openModuleKey } from "#scripts/install/provision/moduleKey.ts";
import { askRegistry } from "#scripts/install/provision/registryClient.ts";
import { BUDGET_KEY } from "#test/install/people.ts";
import { closeOffice, type Office, openOffice, vouch } from "#test/provision/registered.ts";
import { until } from "#test/sync/agentEnd.ts";

const PARTS = { division: "370983", process: "Z", maker: "DOOR" };
let office: Office;

beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => closeOffice(office));

interface Member {
  device: string;
  uid: string;
  folder: string;
  key: ModuleKey;
}

/** A module with its key in a folder of its own, registered as the device of this serial. */
async function register(
  serial: number,
  { issue = 1, key, folder: own }: { issue?: number; key?: ModuleKey; folder?: string } = {},
): Promise<Member> {
  const device = deviceCodeOf(PARTS, serial);
  const folder = own ?? join(office.dataDir, `module-${serial}`);
  mkdirSync(folder, { recursive: true });
  const moduleKey = key ?? openModuleKey(folder);
  const uid = serial.toString(16).padStart(24, "0");
  const voucher = vouch(office.installer, { device, uid, issue, module: moduleKey });
  const { certificate } = await askRegistry(office.registry, office.installer, "register", { voucher });
  writeFileSync(machineFile(folder, "certificate"), certificate);
  writeFileSync(machineFile(folder, "ca"), office.installer.ca);
  return { device, uid, folder, key: moduleKey };
}

interface Line {
  uplink: Uplink;
  ends: string[];
  messages: { topic: string; text: string }[];
}

function connect({ folder, device }: Member, subscribed = [device], withFiles = true): Line {
  const ends: string[] = [];
  const messages: Line["messages"] = [];
  const own = { certFile: machineFile(folder, "certificate"), keyFile: machineFile(folder, "ownKey") };
  const options = {
    url: office.platform.brokerTlsUrl ?? "",
    clientId: `arcgate-${randomBytes(4).toString("hex")}`,
    subscriptions: subscribed.map((each) => downTopic(each, "+")),
    will: { topic: upTopic(device, "state"), payload: "{}" },
    tls: { caFile: machineFile(folder, "ca"), ...(withFiles ? own : {}) },
  };
  const uplink = createUplinkConnector(options)({
    online: () => ends.push("online"),
    offline: (reason) => ends.push(reason),
    message: (topic, payload) => messages.push({ topic, text: Buffer.from(payload).toString() }),
  });
  onTestFinished(() => uplink.close());
  return { uplink, ends, messages };
}

async function firstEnd({ ends }: Line): Promise<string> {
  await until("an end", () => ends.length > 0);
  return ends[0] ?? "";
}

test("a registered module comes on line, and its chip's envelopes are under the budget key of its voucher", async () => {
  const member = await register(1);
  const line = connect(member);
  expect(await firstEnd(line)).toBe("online");
  const have = { list: 0, overlay: 0, keyset: 0, policy: 0 };
  const request = { v: 1, id: "e", want: "envelope", uid: member.uid, challenge: "c0".repeat(8), have };
  await line.uplink.publish(upTopic(member.device, "request"), Buffer.from(JSON.stringify(request)), 1);
  await until("the envelope", () => line.messages.length > 0);
  const { envelope } = JSON.parse(line.messages[0]?.text ?? "{}") as { envelope?: string };
  const block = carryEnvelope(new Uint8Array(Buffer.from(envelope ?? "", "base64")), 1);
  if (!block) throw new Error("no envelope");
  expect(isFromPlatform(encodeBlock(ENVELOPE, block), BUDGET_KEY, Buffer.from(member.uid, "hex"))).toBe(true);
});

test("nobody comes in without a certificate", async () => {
  expect(await firstEnd(connect(await register(2), undefined, false))).toMatch(/^sync\.tlsClientRefused/);
});

test("nobody hears or speaks for another device", async () => {
  const [own, other] = [await register(3), await register(4)];
  expect(await firstEnd(connect(own, [other.device]))).toMatch(/^sync\.subscribeRefused/);
  const line = connect(own);
  expect(await firstEnd(line)).toBe("online");
  await line.uplink.publish(upTopic(other.device, "state"), Buffer.from("{}"), 1).catch(() => undefined);
  await until("the refusal", () => line.ends.length > 1);
});

test("one module with two machines has one key, and speaks for both", async () => {
  const first = await register(5);
  const second = await register(6, { key: first.key });
  expect(await firstEnd(connect(first, [first.device, second.device]))).toBe("online");
});

test("a module whose chip was provisioned anew elsewhere is out", async () => {
  const before = await register(7);
  await register(7, { issue: 2, folder: join(office.dataDir, "module-7-anew") });
  expect(await firstEnd(connect(before))).toMatch(/^sync\.subscribeRefused/);
});
