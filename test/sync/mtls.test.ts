/** Certificates both ways, with a real broker that asks for them. */
import { copyFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { probeBroker } from "#agent/shell/mqtt/brokerProbe.ts";
import type { TlsFiles } from "#agent/shell/mqtt/tlsFiles.ts";
import { createUplinkConnector } from "#agent/shell/mqtt/uplink.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { codeIn } from "#protocol/errors/explain.ts";
import { ERRORS } from "#protocol/errors/registry.ts";
import { events, LEGAL, MACHINE } from "#test/journal/fixtures.ts";
import { sqliteStore } from "#test/journal/sqliteStore.ts";
import { agentEnd, mqttConnector, until } from "#test/sync/agentEnd.ts";
import { freePort, mosquittoBroker } from "#test/sync/brokers.ts";
import { CertificateAuthority, type Issued } from "#test/sync/certificates.ts";
import { FarEnd } from "#test/sync/farEnd.ts";

const HERE = "IP:127.0.0.1";
const PAST = { from: "20200101000000Z", until: "20200201000000Z" };
/** As a clock sees it that stands before the certificate's start. */
const FUTURE = { from: "20980101000000Z" };

let platform: CertificateAuthority;
let stranger: CertificateAuthority;
let good: TlsFiles;

beforeAll(() => {
  platform = new CertificateAuthority();
  stranger = new CertificateAuthority();
  good = { caFile: platform.caFile, ...platform.issue("machine", HERE) };
});

afterAll(() => {
  platform.end();
  stranger.end();
});

async function brokerWith(own: Issued) {
  const broker = await mosquittoBroker({ tls: { caFile: platform.caFile, ...own } });
  onTestFinished(() => broker.end());
  await broker.start();
  return broker;
}

/** How the first attempt ends: "online", or the reason. */
async function attempt(url: string, tls: TlsFiles): Promise<string> {
  const ends: string[] = [];
  const listener = { online: () => ends.push("online"), offline: (reason: string) => ends.push(reason), message: () => undefined };
  const uplink = createUplinkConnector({ url, clientId: "arcgate-tls", subscriptions: ["x"], will: { topic: "w", payload: "" }, tls })(
    listener,
  );
  await until("an end", () => ends.length > 0);
  const [first = ""] = ends;
  await uplink.close();
  return first;
}

it("goes on line where both know each other, and names what is wrong with the machine's files", async () => {
  const { url } = await brokerWith(platform.issue("broker", HERE));
  const { caFile } = good;
  const garbage = join(platform.folder, "garbage.pem");
  writeFileSync(garbage, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  const cases: [string, string, TlsFiles][] = [
    ["online", url, good],
    ["sync.tlsUntrusted", url, { ...good, caFile: stranger.caFile }],
    ["sync.tlsUntrusted", url, { ...good, caFile: undefined }],
    ["sync.tlsClientRefused", url, { caFile }],
    ["sync.tlsClientRefused", url, { caFile, ...platform.issue("expired", HERE, PAST) }],
    ["sync.tlsClientRefused", url, { caFile, ...stranger.issue("foreign", HERE) }],
    ["sync.badTlsFile", url, { ...good, keyFile: join(platform.folder, "none.key") }],
    ["sync.badTlsFile", url, { ...good, keyFile: join(platform.folder, "expired.key") }],
    ["sync.badTlsFile", url, { ...good, caFile: garbage }],
    ["sync.tlsFailed", await plainSpeaker(), good],
  ];
  const found: string[] = [];
  for (const [, target, files] of cases) found.push(await attempt(target, files));
  const codes = cases.map(([code]) => code);
  expect(found.map((reason) => codeIn(reason) ?? reason)).toEqual(codes);
  const probed = await Promise.all(cases.map(([, target, files]) => probe(target, files)));
  expect(probed).toEqual(codes);
});

/** What `arcgate doctor` finds there. */
async function probe(url: string, files: TlsFiles): Promise<string> {
  try {
    return (await probeBroker(url, files)).endsWith("TLS") ? "online" : "no TLS";
  } catch (error) {
    return error instanceof CodedError ? error.code : String(error);
  }
}

/** Something else listens there: an address of the right host and the wrong port. */
async function plainSpeaker(): Promise<string> {
  const port = await freePort();
  const server = createServer((socket) => socket.on("error", () => undefined).end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return `mqtts://127.0.0.1:${port}`;
}

it.each([
  ["sync.tlsExpired", HERE, PAST],
  ["sync.tlsNotYetValid", HERE, FUTURE],
  ["sync.tlsOtherName", "DNS:elsewhere.example", {}],
])("names what is wrong with the broker's certificate: %s", async (code, names, validity) => {
  const { url } = await brokerWith(platform.issue("faulty", names, validity));
  expect(codeIn(await attempt(url, good))).toBe(code);
});

it("records go on being kept while the certificate is missing, and are delivered when it is there, without a restart", async () => {
  const broker = await brokerWith(platform.issue("broker", HERE));
  const far = new FarEnd(broker.plainUrl);
  await far.start();
  const store = sqliteStore();
  const journal = store.open({ initialEpoch: 9 });
  const later = { certFile: join(platform.folder, "later.pem"), keyFile: join(platform.folder, "later.key") };
  const agent = agentEnd(journal, [MACHINE], mqttConnector(broker.url, [MACHINE], journal, { ...good, ...later }));
  onTestFinished(async () => {
    await agent.sync.close();
    await far.stop();
    journal.close();
    store.destroy();
  });
  agent.sync.start();
  agent.commit(events(20));
  await until("a refusal", () => agent.logged.some(({ code }) => code === "sync.badTlsFile"));
  expect(agent.sync.status()).toMatchObject({ online: false, backlog: 20, offlineReason: expect.stringContaining("later") });
  const { certFile = "", keyFile = "" } = good;
  copyFileSync(certFile, later.certFile);
  copyFileSync(keyFile, later.keyFile);
  await until("delivery", () => agent.sync.status().backlog === 0);
  expect(far.held(MACHINE, "legal").seq).toBe(20);
  expect(journal.stream(LEGAL).ackedSeq).toBe(20);
});

it("every TLS fault has a remedy in both languages", () => {
  const faults = Object.entries(ERRORS).filter(([code]) => /^sync\.(tls|badTls)/.test(code));
  expect(faults).toHaveLength(7);
  for (const [code, { remedyZh, remedyEn }] of faults)
    expect(
      [remedyZh, remedyEn].every(({ length }) => length > 5),
      code,
    ).toBe(true);
});
