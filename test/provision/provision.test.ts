/** A bare chip becomes a device: in one go, and with everything that can come in between, on a real pty with the real registry. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sha256Hex } from "#protocol/crypto.ts";
import { offlineSerial } from "#protocol/install/serials.ts";
import { parseVoucher } from "#protocol/install/voucher.ts";
import { Job } from "#scripts/install/machine/job.ts";
import { machineFile } from "#scripts/install/machine/machineFolder.ts";
import type { Told } from "#scripts/install/machine/teller.ts";
import { lockChip } from "#scripts/install/provision/provision.ts";
import { register } from "#scripts/install/provision/register.ts";
import { OwnPages } from "#simulator/chip/silicon/ownPages.ts";
import { ADDRESS, type BenchChip, benchChip, Killed, killedAt, silent } from "#test/provision/benchChip.ts";
import { judge } from "#test/provision/judge.ts";
import { closeOffice, type Office, openOffice } from "#test/provision/registered.ts";

let office: Office;
let folder: string;
let bench: BenchChip;

beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => closeOffice(office));
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "arcgate-provision-"));
  bench = await benchChip(folder);
});
afterEach(async () => {
  await bench.part.close();
  rmSync(folder, { recursive: true, force: true });
});

test("in one go: certificate, trust, voucher, a measured zero; the same call again changes nothing", async () => {
  const done = await bench.run(office);
  expect(done).toMatchObject({
    address: ADDRESS,
    firmware: "1.4.2",
    certificate: "issued",
    chip: "provisioned",
    brokerUrl: office.platform.brokerTlsUrl,
  });
  const files = readdirSync(bench.folder).toSorted();
  expect(files).toEqual(["ca.pem", "job.jsonl", "link.key", "own.csr", "own.key", "own.pem", "trust.json", "voucher.svg", "voucher.txt"]);
  const before = contentOf(bench.folder);
  expect(await bench.run(office)).toEqual(done);
  expect(contentOf(bench.folder)).toBe(before);
  expect(bench.part.truth()).toMatchObject({ address: ADDRESS });
});

/** Each of the steps that are told, in the order of a first run on line. */
const STEPS = [
  ...["Looking for the chip", "Assigning the device code", "Making the keys", "Writing to the chip", "Waiting for the chip to boot"],
  ...["Proving the link key", "Measuring the zero", "Making the module's certificate request and the voucher"],
  ...["Registering with the platform", "The chip is provisioned"],
];

test.each([
  ["the tool is killed", () => undefined],
  ["the chip loses power, and the tool is killed", (one: BenchChip) => one.part.reset()],
])("wherever %s: one code, one pair of keys, and the same call goes on", async (_, meanwhile) => {
  const benches = await Promise.all(STEPS.map(() => benchChip(folder)));
  try {
    await Promise.all(
      benches.map(async (one, at) => {
        await expect(
          one.run(
            office,
            killedAt(STEPS[at] ?? "", () => meanwhile(one)),
          ),
        ).rejects.toThrow(Killed);
        const codeBefore = keptIn(one, "provision/code");
        expect(await one.run(office)).toMatchObject({ certificate: "issued", chip: "provisioned" });
        if (codeBefore !== undefined) expect(keptIn(one, "provision/code")).toEqual(codeBefore);
        await judge(one, office);
      }),
    );
    const codes = benches.map((one) => new OwnPages(one.part.flash).read()?.provision.deviceCode);
    expect(new Set(codes).size).toBe(STEPS.length);
  } finally {
    await Promise.all(benches.map(({ part }) => part.close()));
  }
});

test("the chip loses power while its block is written, and the tool itself goes on", async () => {
  let cuts = 0;
  const cutting = { ...silent, tell: ({ en }: Told) => void (en === "Waiting for the chip to boot" && cuts++ === 0 && bench.part.reset()) };
  expect(await bench.run(office, cutting)).toMatchObject({ certificate: "issued" });
  await judge(bench, office);
});

test("the cable is out for a while", async () => {
  await expect(bench.run(office, killedAt("Waiting for the chip to boot"))).rejects.toThrow(Killed);
  bench.part.power(false);
  await expect(bench.run(office)).rejects.toMatchObject({ code: "provision.noAnswer" });
  bench.part.power(true);
  expect(await bench.run(office)).toMatchObject({ certificate: "issued" });
  await judge(bench, office);
});

describe("off line", () => {
  test("the code is of the installer's block, and is registered later; the paper is as good", async () => {
    expect(await bench.run(office, silent, { registry: null })).toMatchObject({ certificate: "pending", brokerUrl: null });
    const code = new OwnPages(bench.part.flash).read()?.provision.deviceCode ?? "";
    expect(offlineSerial(code)).toBeGreaterThanOrEqual(office.installer.serials.from);
    const done = { deviceCode: code, certificate: "issued", brokerUrl: office.platform.brokerTlsUrl };
    expect(await register(bench.folder, office.registry)).toEqual(done);
    expect(await register(bench.folder, office.registry)).toEqual(done);
    await judge(bench, office);
  });

  test("one installer gives each serial once; a folder that is lost, or a network that comes, does not change a chip's code", async () => {
    const second = await benchChip(folder);
    const code = ({ part }: BenchChip) => new OwnPages(part.flash).read()?.provision.deviceCode;
    await Promise.all([bench.run(office, silent, { registry: null }), second.run(office, silent, { registry: null })]);
    const before = code(bench);
    expect(code(second)).not.toBe(before);
    bench.eraseAndFlash();
    rmSync(bench.folder, { recursive: true });
    expect(await bench.run(office)).toMatchObject({ deviceCode: before, certificate: "issued" });
    await judge(bench, office);
    await second.part.close();
  });

  test("a registry that is away is no reason to stop; the next run registers", async () => {
    expect(await bench.run(office, silent, { registry: "http://127.0.0.1:9" })).toMatchObject({ certificate: "pending" });
    expect(await bench.run(office)).toMatchObject({ certificate: "issued" });
    await judge(bench, office);
  });
});

test("locked at the end, once; an erased chip keeps its code with new keys and a higher issue", async () => {
  const first = await bench.run(office);
  const before = new OwnPages(bench.part.flash).read();
  const job = new Job(bench.folder);
  for (let turn = 0; turn < 2; turn += 1) await lockChip(bench.order(office), job, silent);
  job.close();
  expect(new OwnPages(bench.part.flash).read()?.isLocked).toBe(true);
  expect(await bench.run(office)).toEqual({ ...first, chip: "locked" });
  bench.eraseAndFlash();
  const issue = parseVoucher(fileIn(bench, "voucher").trim()).voucher.issue;
  expect(await bench.run(office)).toEqual(first);
  await judge(bench, office);
  expect(parseVoucher(fileIn(bench, "voucher").trim()).voucher.issue).toBeGreaterThan(issue);
  expect(new OwnPages(bench.part.flash).read()?.provision.linkKey).not.toEqual(before?.provision.linkKey);
  // Another folder, as of an installer who comes later.
  bench.eraseAndFlash();
  rmSync(bench.folder, { recursive: true });
  expect(await bench.run(office)).toEqual(first);
  await judge(bench, office);
});

describe("is refused", () => {
  test("what is another's, and what does not fit what the chip has", async () => {
    await bench.run(office);
    const other = await benchChip(folder);
    await expect(bench.run(office, silent, { port: other.tty })).rejects.toMatchObject({ code: "provision.otherChip" });
    await expect(other.run(office, silent, { port: bench.tty })).rejects.toMatchObject({ code: "provision.otherMachines" });
    await other.part.close();
    await expect(bench.run(office, silent, { deviceCode: "370983ZTEST00000001E" })).rejects.toMatchObject({ code: "provision.otherCode" });
    await expect(bench.run(office, silent, { address: 18 })).rejects.toMatchObject({ code: "provision.otherAddress" });
    rmSync(machineFile(bench.folder, "linkKey"));
    await expect(bench.run(office)).rejects.toMatchObject({ code: "provision.keyUnknown" });
  });

  test("a sensor that reads far from zero; repaired, the same call goes on", async () => {
    const drifted = (on: boolean) => bench.part.command({ do: "wiring", fault: "currentSensorDrifted", on });
    drifted(true);
    await expect(bench.run(office)).rejects.toMatchObject({ code: "provision.zeroFarOff" });
    drifted(false);
    expect(await bench.run(office)).toMatchObject({ certificate: "issued" });
    await judge(bench, office);
  });
});

function fileIn({ folder: own }: BenchChip, file: Parameters<typeof machineFile>[1]): string {
  return readFileSync(machineFile(own, file), "utf8");
}

function keptIn({ folder: own }: BenchChip, step: string): unknown {
  const job = new Job(own);
  job.close();
  return job.result(step);
}

function contentOf(own: string): string {
  return readdirSync(own)
    .toSorted()
    .map((name) => `${name} ${sha256Hex(readFileSync(join(own, name)))}`)
    .join("\n");
}
