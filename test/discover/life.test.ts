/** Each state of a part's life, told from the wire alone; and slaves that pymodbus plays. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it, vi } from "vitest";
import { seal } from "#protocol/chip/link.ts";
import { CALIBRATION } from "#protocol/chip/service.ts";
import { meetPart } from "#scripts/install/discover/bootPart.ts";
import { CHIP_LINE } from "#scripts/install/discover/searchPlan.ts";
import { type PortFindings, searchPort } from "#scripts/install/discover/searchPort.ts";
import { NO_CALIBRATION } from "#simulator/chip/sensing/calibration.ts";
import { startPart } from "#simulator/chip/silicon/partProcess.ts";
import { identity, onPty } from "#test/chip/onPty.ts";
import { FarTty } from "#test/serial/farEnd/farTty.ts";
import { flashDirectly, ORDER, provision } from "#test/silicon/provisioned.ts";

const PYMODBUS = fileURLToPath(new URL("../serial/farEnd/pymodbusSlaves.py", import.meta.url));
const BARE = 247;
const { path, atEnd, client } = onPty();

const search = (port: string, addresses: number[]): Promise<PortFindings> =>
  searchPort({ port, addresses, lines: [CHIP_LINE], everyRate: false, patienceMs: 100, listenMs: 20, progress: () => undefined });
const devices = async (port: string, addresses: number[]) => (await search(port, addresses)).found.map(({ device }) => device);

describe("the life of a part", () => {
  it("is empty, bare, provisioned, locked", async () => {
    const tty = path("tty");
    const part = await startPart({ tty, silicon: "f030", baud: 115_200, paced: false, flash: path("flash"), serial: "9" });
    atEnd(() => part.close());
    const empty = await meetPart(tty, 115_200);
    expect(empty).toMatchObject({ firmware: null, readProtected: false });
    flashDirectly(part.flash, "1.4.2");
    part.reset();
    expect(await devices(tty, [ORDER.address, BARE])).toEqual([
      expect.objectContaining({ kind: "chip", address: BARE, state: "bare", deviceCode: "", firmware: "1.4.2", uid: empty?.uid }),
    ]);
    const master = await client(tty, BARE);
    expect(await provision(master)).toBe("taken");
    await vi.waitUntil(() => part.truth().address === ORDER.address);
    await master.close();
    const own = { kind: "chip", address: ORDER.address, deviceCode: ORDER.deviceCode, sensorRangeAmps: 600, uid: empty?.uid };
    expect(await devices(tty, [ORDER.address, BARE])).toEqual([expect.objectContaining({ ...own, state: "provisioned" })]);
    const again = await client(tty, ORDER.address);
    const { bootNonce, leaseCounter } = await identity(again);
    const values = { ...NO_CALIBRATION, counter: leaseCounter + 1, lock: 1, mac: new Uint8Array(8) };
    await again.write(CALIBRATION.address, seal(CALIBRATION, values, { key: ORDER.linkKey, bootNonce }));
    await again.close();
    expect(await devices(tty, [ORDER.address])).toEqual([expect.objectContaining({ ...own, state: "locked" })]);
  });
});

describe("pymodbus posing as a PZEM-017 and a relay board", () => {
  it("is known, and gets no order", async () => {
    const ours = new FarTty((bytes) => theirs.write(bytes));
    const theirs = new FarTty((bytes) => ours.write(bytes));
    const server = spawn("/usr/bin/python3", [PYMODBUS, theirs.path], { stdio: ["ignore", "pipe", "inherit"] });
    let orders = "";
    server.stdout.on("data", (text: Buffer) => {
      orders += text.toString();
    });
    atEnd(() => {
      server.kill("SIGKILL");
      for (const tty of [ours, theirs]) tty.dispose();
    });
    await vi.waitUntil(async () => (await search(ours.path, [1])).found.length > 0, { timeout: 30_000, interval: 100 });
    expect(await devices(ours.path, [1, 2])).toEqual([
      expect.objectContaining({ kind: "meter", map: "pzem-017", certain: true, volts: 24.5, amps: 118.25, rangeAmps: 300 }),
      expect.objectContaining({ kind: "relay", map: "relay-plain", certain: false }),
    ]);
    expect(orders).toBe("");
  });
});
