/** The simulated workshop as the installer's tool finds it, over its real command. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { expect, it, vi } from "vitest";
import { trustFromFile } from "#protocol/trust/trustFile.ts";
import { readMachinesFile } from "#scripts/install/batch/machinesFile.ts";
import { readFirmware } from "#scripts/install/flash/firmwareFile.ts";
import { flashChip } from "#scripts/install/flash/flashChip.ts";
import { Jig } from "#scripts/install/machine/jig.ts";
import type { WorkshopReady } from "#simulator/workshop/workshop.ts";
import { controlled, ended, identity, onPty } from "#test/chip/onPty.ts";
import { ORDER, provision } from "#test/silicon/provisioned.ts";

const { path, atEnd, client } = onPty();
const TOLD = { step: "flash", zh: "请重新上电", en: "Power it anew" };

async function workshop(...more: string[]) {
  const argv = ["--import", import.meta.resolve("tsx"), "simulator/main.ts", "workshop", "--folder", path("workshop"), ...more];
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
  atEnd(() => child.kill("SIGTERM"));
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("exit", (code) => reject(new Error(`ended with ${code}`)));
  });
  return { child, ready: JSON.parse(line) as WorkshopReady };
}

it("has a list, a release, an installer's file, a registry, and parts that are flashed and provisioned with a jig's help", async () => {
  const { child, ready } = await workshop("--machines", "2", "--unpaced", "--kilobytes", "2");
  const [first, second] = readMachinesFile(ready.csv);
  expect([first?.port, first?.designation, second?.designation]).toEqual([ready.machines[0]?.port, "ZX7-400", "NBC-350"]);
  expect((await fetch(ready.registry)).status).toBeLessThan(500);
  expect(existsSync(ready.installer)).toBe(true);
  const port = first?.port ?? "";
  const jig = await Jig.open(ready.jig, { port, address: null }, () => undefined);
  await jig.ask("setBootloader", TOLD);
  const firmware = readFirmware(ready.firmware, trustFromFile(JSON.parse(readFileSync(ready.trust, "utf8"))));
  const order = { port, baud: 115_200, parity: "none" as const, firmware, eraseProtected: false, progress: () => undefined };
  expect(await flashChip(order)).toMatchObject({ version: "1.0.0", pagesWritten: 2 });
  await jig.ask("powerAnew", TOLD);
  const master = await client(port, 247);
  expect(await identity(master)).toMatchObject({ deviceCode: "", firmware: 0x0001_0000 });
  expect(await provision(master)).toBe("taken");
  const control = ready.machines[0]?.control ?? "";
  await vi.waitUntil(async () => (await controlled(control, { do: "truth" }))[0]?.result.device === ORDER.deviceCode);
  jig.close();
  const end = ended(child);
  child.kill("SIGTERM");
  expect(await end).toBe(0);
  expect([existsSync(ready.jig), existsSync(control)]).toEqual([false, false]);
});
