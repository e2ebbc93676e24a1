/** Machines from the bench become one module's: its folder is what the agent takes, and one key speaks for all of them. */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readConfig } from "#agent/shell/system/configFile.ts";
import { sha256Hex } from "#protocol/crypto.ts";
import { sealBudgetKey } from "#protocol/install/sealedKey.ts";
import { deviceCodeOf } from "#protocol/install/serials.ts";
import { checkOrder } from "#scripts/install/machine/installMachine.ts";
import { Job } from "#scripts/install/machine/job.ts";
import { machineFile } from "#scripts/install/machine/machineFolder.ts";
import { type BusOrder, MachineOrder } from "#scripts/install/machine/order.ts";
import type { Settings } from "#scripts/install/machine/settings.ts";
import { gatherModule } from "#scripts/install/module/gatherModule.ts";
import { moduleFolder, shareModuleKey } from "#scripts/install/module/moduleFolder.ts";
import { keepFile } from "#scripts/install/provision/files.ts";
import { keep } from "#scripts/install/provision/order.ts";
import { makeVoucher } from "#scripts/install/provision/voucher.ts";
import { BUDGET_KEY } from "#test/install/people.ts";
import { closeOffice, type Office, openOffice } from "#test/provision/registered.ts";

let office: Office;

beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => closeOffice(office));

function settings(changes: Partial<Settings> = {}): Settings {
  const files = { firmwareFile: "", trustFile: "", installerFile: office.installerFile, jig: null };
  return { ...files, registry: null, platformHost: "weld.example.org", out: join(office.dataDir, "out"), isDry: false, ...changes };
}

function orderOf(name: string, address: number, module: string, bus: string): BusOrder {
  const about = {
    division: "370983",
    maker: "YARD",
    designation: "ZX7-400",
    sensorRangeAmps: "600",
    hotline: "0538-0000000",
    pagePort: "0",
  };
  return { ...MachineOrder.parse({ name, port: "/dev/ttyUSB0", address: `${address}`, ...about }), module, bus };
}

/** Off line, as `provision` leaves the folder of a machine. */
async function fromBench(order: BusOrder, serial: number): Promise<string> {
  const job = new Job(join(settings().out, order.name));
  try {
    checkOrder(order, job);
    shareModuleKey(settings().out, order.module, job.folder);
    const deviceCode = deviceCodeOf({ division: "370983", process: "Z", maker: "YARD" }, serial);
    const uid = serial.toString(16).padStart(24, "0");
    const linkKey = randomBytes(32).toString("hex");
    keepFile(machineFile(job.folder, "linkKey"), `${linkKey}\n`);
    const sealed = sealBudgetKey(BUDGET_KEY, { device: deviceCode, uid }, office.installer.sealingKey, randomBytes(32));
    const keys = {
      ...{ uid, deviceCode, issue: 100, issuedS: 100, address: order.address, installerFile: office.installerFile },
      ...{ linkKeyDigest: sha256Hex(linkKey), sealedBudgetKey: Buffer.from(sealed).toString("base64") },
    };
    keep(job, "provision/keys", keys);
    await makeVoucher(keys, office.installer, job);
    job.record("bench", { deviceCode, uid });
    return deviceCode;
  } finally {
    job.close();
  }
}

test("a module is gathered off line, then registered, and leaves out who was not on the bench", async () => {
  const orders = [
    orderOf("A", 1, "yard", "/dev/ttyS1"),
    orderOf("B", 2, "yard", "/dev/ttyS1"),
    orderOf("C", 1, "yard", "tcp://10.0.0.7:4001"),
  ];
  const [first, second, third] = orders as [BusOrder, BusOrder, BusOrder];
  const devices = [await fromBench(first, 1), await fromBench(third, 2)];
  const folder = moduleFolder(settings().out, "yard");

  const missing = await gatherModule("yard", orders, settings());
  expect([...missing].map(([name, { code }]) => [name, code])).toEqual([["B", "install.benchFirst"]]);
  const config = readConfig(machineFile(folder, "config"));
  expect(config.buses.map(({ port, machines }) => [port, machines.map(({ device }) => device)])).toEqual([
    ["/dev/ttyS1", [devices[0]]],
    ["tcp://10.0.0.7:4001", [devices[1]]],
  ]);
  expect(config.broker.tls?.certFile).toBeUndefined();

  devices.splice(1, 0, await fromBench(second, 3));
  const onLine = settings({ registry: office.registry });
  expect((await gatherModule("yard", orders, onLine)).size).toBe(0);
  const registered = readConfig(machineFile(folder, "config"));
  expect(registered.buses.flatMap(({ machines }) => machines.map(({ device }) => device))).toEqual(devices);
  expect(registered.broker).toMatchObject({ url: office.platform.brokerTlsUrl, tls: { certFile: machineFile(folder, "certificate") } });
  const keys = [folder, ...orders.map(({ name }) => join(onLine.out, name))].map((of) => readFileSync(machineFile(of, "ownKey"), "utf8"));
  expect(new Set(keys).size).toBe(1);
  for (const name of ["A", "B", "C"]) expect(existsSync(join(folder, `${name}.link.key`))).toBe(true);
});

test("a machine moves to another bus, but not to another module or address", async () => {
  const order = orderOf("D", 1, "hall", "/dev/ttyS1");
  await fromBench(order, 4);
  const codes = async (changed: BusOrder) => (await gatherModule(changed.module, [changed], settings())).get("D")?.code;
  expect(await codes({ ...order, bus: "/dev/ttyS2", busBaudRate: 57_600 })).toBeUndefined();
  expect(await codes({ ...order, module: "other" })).toBe("install.otherOrder");
  expect(await codes({ ...order, address: 2 })).toBe("install.otherOrder");
  expect(() => shareModuleKey(settings().out, "other", join(settings().out, "D"))).toThrowError(
    expect.objectContaining({ code: "install.otherModule" }),
  );
});
