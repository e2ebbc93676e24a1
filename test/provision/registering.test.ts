/** The registry over its own door: codes that are never given twice, vouchers, certificates. */
import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sha256Hex } from "#protocol/crypto.ts";
import { canonicalJson } from "#protocol/events/canonical.ts";
import { deviceCodeOf } from "#protocol/install/serials.ts";
import { askRegistry } from "#scripts/install/provision/registryClient.ts";
import { registerVoucher } from "#simulator/platform/registry/command.ts";
import { closeOffice, newInstaller, newModule, type Office, openOffice, quietly, vouch } from "#test/provision/registered.ts";
import { goldenReport, reportBy } from "#test/provision/reports.ts";

/** Each test has a maker of its own, and so codes and chips of its own. */
let tests = 0;
let parts = { division: "370983", process: "Z", maker: "" };
const uid = (number: number) => (tests * 1_000 + number).toString(16).padStart(24, "0");
const reserve = (number: number, device: string | null = null) => ({ ...parts, uid: uid(number), device });
let office: Office;
let elsewhere: Office;

beforeAll(async () => {
  office = await openOffice();
  elsewhere = await openOffice();
});

beforeEach(() => {
  tests += 1;
  parts = { ...parts, maker: `T${String(tests).padStart(3, "0")}` };
});

afterAll(async () => {
  await closeOffice(office);
  await closeOffice(elsewhere);
});

test("sixteen tools at once, each asking twice: one chip has one code, one code one chip", async () => {
  const { registry, installer } = office;
  const asked = Array.from({ length: 32 }, (_, index) => askRegistry(registry, installer, "reserve", reserve(index % 16)));
  const codes = (await Promise.all(asked)).map(({ device }) => device);
  expect(new Set(codes).size).toBe(16);
  expect(codes.slice(16)).toEqual(codes.slice(0, 16));
});

describe("a code that is wanted", () => {
  test("is given once, and passed over by the count", async () => {
    const { registry, installer } = office;
    const wanted = deviceCodeOf(parts, 2);
    expect((await askRegistry(registry, installer, "reserve", reserve(1, wanted))).device).toBe(wanted);
    await expect(askRegistry(registry, installer, "reserve", reserve(2, wanted))).rejects.toMatchObject({ code: "provision.codeTaken" });
    await expect(askRegistry(registry, installer, "reserve", reserve(1, deviceCodeOf(parts, 3)))).rejects.toMatchObject({
      code: "provision.chipKnown",
    });
    const counted = [
      await askRegistry(registry, installer, "reserve", reserve(2)),
      await askRegistry(registry, installer, "reserve", reserve(3)),
    ];
    expect(counted.map(({ device }) => device)).toEqual([deviceCodeOf(parts, 1), deviceCodeOf(parts, 3)]);
    await expect(askRegistry(registry, installer, "reserve", reserve(4, "370983ZTEST00000001X"))).rejects.toMatchObject({
      code: "codes.badDeviceCheck",
    });
  });

  test("of another installer's block is refused", async () => {
    const { dataDir: folder, registry, installer } = office;
    const other = await newInstaller(folder, join(folder, "other.json"));
    const code = deviceCodeOf(parts, installer.serials.from);
    await expect(askRegistry(registry, other, "reserve", reserve(1, code))).rejects.toMatchObject({ code: "provision.foreignSerial" });
    expect((await askRegistry(registry, installer, "reserve", reserve(1, code))).device).toBe(code);
  });
});

describe("a voucher", () => {
  test("gives the module a certificate of the platform's authority, the same again, and over a restart", async () => {
    const device = deviceCodeOf(parts, 1);
    const { dataDir: folder, platform, registry, installer } = office;
    const module = newModule();
    const voucher = vouch(installer, { uid: uid(1), device, module });
    const first = await askRegistry(registry, installer, "register", { voucher });
    expect(first.brokerUrl).toBe(platform.brokerTlsUrl);
    const files = { ca: join(folder, "tool-ca.pem"), own: join(folder, "own.pem") };
    writeFileSync(files.ca, installer.ca);
    writeFileSync(files.own, first.certificate);
    const judged = spawnSync("openssl", ["verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", files.ca, files.own], {
      encoding: "utf8",
    });
    expect(judged.stdout + judged.stderr).toBe(`${files.own}: OK\n`);
    const { subject, publicKey } = new X509Certificate(first.certificate);
    expect(subject).toBe(`CN=${device}`);
    expect(publicKey.export({ type: "spki", format: "der" }).subarray(-64, -32)).toEqual(Buffer.from(module.publicKey.slice(1)));
    await platform.close();
    office = await openOffice(folder);
    expect((await askRegistry(office.registry, installer, "register", { voucher })).certificate).toBe(first.certificate);
    expect((await askRegistry(office.registry, installer, "ask", { device })).known).toMatchObject({
      issue: 100,
      certificate: first.certificate,
    });
  });

  test("of a chip that was provisioned anew makes the older ones void", async () => {
    const device = deviceCodeOf(parts, 1);
    const { registry, installer } = office;
    const [older, newer] = [vouch(installer, { uid: uid(1), device, issue: 7 }), vouch(installer, { uid: uid(1), device, issue: 8 })];
    await askRegistry(registry, installer, "register", { voucher: newer });
    for (const voucher of [older, vouch(installer, { uid: uid(1), device, issue: 8 })]) {
      await expect(askRegistry(registry, installer, "register", { voucher })).rejects.toMatchObject({ code: "provision.staleIssue" });
    }
    const voucher = vouch(installer, { uid: uid(1), device, issue: 9 });
    expect((await askRegistry(registry, installer, "register", { voucher })).device).toBe(device);
    expect((await askRegistry(registry, installer, "reserve", { ...parts, uid: uid(1), device: null })).issueAbove).toBe(9);
  });

  test.each([
    ["for a code that is another chip's", () => ({ device: deviceCodeOf(parts, 1), uid: uid(9) }), "provision.codeTaken"],
    ["for a chip that has another code", () => ({ device: deviceCodeOf(parts, 2), uid: uid(1) }), "provision.chipKnown"],
  ])("%s is refused", async (_, facts, code) => {
    const device = deviceCodeOf(parts, 1);
    const { registry, installer } = office;
    await askRegistry(registry, installer, "register", { voucher: vouch(installer, { uid: uid(1), device }) });
    await expect(askRegistry(registry, installer, "register", { voucher: vouch(installer, facts()) })).rejects.toMatchObject({ code });
  });

  test("of somebody whom the platform does not know, or sealed for another platform, is refused", async () => {
    const device = deviceCodeOf(parts, 1);
    const { registry, installer } = office;
    const foreign = vouch(elsewhere.installer, { uid: uid(1), device });
    await expect(askRegistry(registry, installer, "register", { voucher: foreign })).rejects.toMatchObject({
      code: "provision.unknownInstaller",
    });
    const resealed = vouch({ ...installer, sealingKey: elsewhere.installer.sealingKey }, { uid: uid(1), device });
    await expect(askRegistry(registry, installer, "register", { voucher: resealed })).rejects.toMatchObject({
      code: "provision.badSeal",
    });
    await expect(askRegistry(registry, elsewhere.installer, "ask", { device })).rejects.toMatchObject({ code: "provision.badAnswer" });
  });

  test("on paper is registered while the platform runs", async () => {
    const device = deviceCodeOf(parts, 1);
    const { dataDir: folder, registry, installer } = office;
    const paper = join(folder, "voucher.txt");
    writeFileSync(paper, `${vouch(installer, { uid: uid(1), device })}\n`);
    await quietly(() => registerVoucher(folder, { voucher: paper, out: join(folder, "own.pem") }));
    expect((await askRegistry(registry, installer, "ask", { device })).known).toMatchObject({ issue: 100 });
  });
});

describe("a commissioning report", () => {
  const passed = goldenReport("passed machine");

  test("is kept once, for the chip that it is of", async () => {
    const { registry, installer, installerFile } = office;
    const { device } = await askRegistry(registry, installer, "reserve", reserve(1));
    const report = reportBy(installerFile, { ...passed, device, uid: uid(1) });
    for (let turn = 0; turn < 2; turn += 1) {
      expect((await askRegistry(registry, installer, "report", { device, report })).digest).toBe(sha256Hex(canonicalJson(report)));
    }
    expect((await askRegistry(registry, installer, "ask", { device })).known).toMatchObject({ reports: 1, certificate: null });
  });

  test("is refused of an unknown device, another chip, a machine that did not pass, and by another's hand", async () => {
    const { registry, installer, installerFile, dataDir } = office;
    const { device } = await askRegistry(registry, installer, "reserve", reserve(1));
    const own = { ...passed, device, uid: uid(1) };
    const colleague = join(dataDir, "colleague.json");
    await newInstaller(dataDir, colleague);
    const unknown = deviceCodeOf(parts, 77);
    const refusals = [
      ["provision.unregistered", unknown, reportBy(installerFile, { ...own, device: unknown })],
      ["commission.otherMachine", device, reportBy(installerFile, { ...own, uid: uid(2) })],
      ["commission.otherMachine", device, reportBy(installerFile, { ...own, device: unknown })],
      ["commission.notPassed", device, reportBy(installerFile, { ...goldenReport("refused machine"), device, uid: uid(1) })],
      ["commission.unknownSigner", device, reportBy(colleague, own)],
      [
        "commission.badSignature",
        device,
        { ...reportBy(installerFile, own), report: { ...reportBy(installerFile, own).report, endedMs: 1 } },
      ],
      ["commission.badReport", device, { verdict: "pass" }],
    ] as const;
    for (const [code, of, report] of refusals) {
      await expect(askRegistry(registry, installer, "report", { device: of, report })).rejects.toMatchObject({ code });
    }
  });
});

test("what is no request gets no signed answer", async () => {
  const { registry } = office;
  const statusOf = async (path: string, body: string) => (await fetch(new URL(path, registry), { method: "POST", body })).status;
  expect(await statusOf("/1/reserve", "{}")).toBe(400);
  expect(await statusOf("/1/reserve", " ".repeat(300_000))).toBe(413);
  expect(await statusOf("/2/reserve", "{}")).toBe(404);
});

test("no registry there: said so, with its address", async () => {
  await expect(askRegistry("http://127.0.0.1:9", office.installer, "reserve", reserve(1))).rejects.toMatchObject({
    code: "provision.unreachable",
  });
});
