import { execFile } from "node:child_process";
import { existsSync, lstatSync, readlinkSync } from "node:fs";
import { promisify } from "node:util";
import modbus from "modbus-serial";
import { describe, expect, it } from "vitest";
import { IDENTITY, PAGE } from "#protocol/chip/arcgateChip.ts";
import { decodeBlock } from "#protocol/chip/codec.ts";
import { seal } from "#protocol/chip/link.ts";
import { BOOTLOADER_WAIT_MS, UPDATE, UPDATE_ENTRY } from "#protocol/chip/service.ts";
import { VAULT } from "#protocol/chip/vault.ts";
import { DEVELOPMENT_LINK_KEY } from "#simulator/developmentKeys.ts";
import { exchange, identity, onPty } from "#test/chip/onPty.ts";

const run = promisify(execFile);
const { atEnd, started, client } = onPty();

describe("on a real pty", () => {
  it("mbpoll, a stranger to this project, reads the identity and the page", async () => {
    const chip = await started({ devices: ["370983ZTEST000000010"] });
    const poll = async (type: string, register: number, count: number) => {
      const args = [
        "-m",
        "rtu",
        "-a",
        "1",
        "-b",
        "115200",
        "-P",
        "none",
        "-t",
        `${type}:hex`,
        "-0",
        "-r",
        `${register}`,
        "-c",
        `${count}`,
        "-1",
        "-q",
      ];
      const { stdout } = await run("mbpoll", [...args, chip.tty]);
      return [...stdout.matchAll(/^\[(\d+)\]:\s+0x([0-9A-F]{4})$/gm)].map(([, , word]) => Number.parseInt(word ?? "", 16));
    };
    const who = await poll("4", 0, 40);
    expect(decodeBlock(IDENTITY, who)).toMatchObject({
      magic: 0x4147,
      mapVersion: 1,
      deviceCode: "370983ZTEST000000010",
      windowMs: 100,
      bootCount: 1,
    });
    expect(await poll("3", 0, 10)).toEqual(who.slice(0, 10));
    expect(decodeBlock(PAGE, await poll("4", PAGE.address, PAGE.words))).toMatchObject({ status: 0, openedBy: 8, records: 0 });
    const vault = decodeBlock(VAULT, await poll("4", VAULT.address, VAULT.words));
    expect(vault).toMatchObject({ listFloor: 0, poweredHoursLeft: 336, bootsLeft: 119, startsLeft: 200, calibrationLocked: 0 });
  });

  it("modbus-serial, which the agent uses, reads and is refused properly", async () => {
    const chip = await started();
    const master = new modbus.default();
    await master.connectRTUBuffered(chip.tty, { baudRate: 115_200 });
    atEnd(() => new Promise<void>((resolve) => master.close(() => resolve())));
    master.setID(1);
    master.setTimeout(10_000);
    const { data } = await master.readHoldingRegisters(IDENTITY.address, IDENTITY.words);
    expect(decodeBlock(IDENTITY, data)).toMatchObject({ magic: 0x4147 });
    await expect(master.readHoldingRegisters(0x50, 1)).rejects.toMatchObject({ modbusCode: 2 });
    await expect(master.writeRegister(0xff, 5)).resolves.toMatchObject({ address: 0xff, value: 5 });
    expect(chip.command({ do: "truth" })?.lamp).toBe("blink");
  });

  it("leases, welds and hands every window out by FC23", async () => {
    const chip = await started({ speed: 20 });
    const master = await client(chip.tty);
    const { bootNonce } = await identity(master);
    chip.command({ do: "weld", rods: 2, rodS: 3, changeS: 2, amps: 120 });
    let readFrom = 0;
    let arcMs = 0;
    for (let counter = 1; counter < 400; counter++) {
      const page = await exchange(master, bootNonce, { counter, readFrom, confirmedBelow: readFrom });
      expect(page.header.firstSeq).toBe(readFrom);
      for (const window of page.windows) {
        arcMs += window.arcMs * window.run;
        readFrom = window.seq + window.run;
      }
      const truth = chip.command({ do: "truth" });
      if (truth && !truth.welding && truth.arcs === 2 && page.windows.length === 0) break;
    }
    const truth = chip.command({ do: "truth" });
    expect(truth).toMatchObject({ arcs: 2, contactorClosed: true, session: 42, lostWindows: 0, opens: [] });
    // Shorts inside count for the truth, and stand beside the arc condition in windows.
    expect(Math.abs(arcMs - (truth?.arcMs ?? 0))).toBeLessThan(200);
  });

  it("two machines on one bus keep their own counsel", async () => {
    const chip = await started({ addresses: [1, 7] });
    const first = await client(chip.tty);
    const one = await identity(first);
    first.unit = 7;
    const seven = await identity(first);
    expect([one.deviceCode, seven.deviceCode]).toEqual(chip.machines.map(({ device }) => device));
    expect(one.bootNonce).not.toEqual(seven.bootNonce);
    await exchange(first, seven.bootNonce, { counter: 1 });
    expect(chip.command({ do: "truth", at: 7 })?.contactorClosed).toBe(true);
    expect(chip.command({ do: "truth" })?.contactorClosed).toBe(false);
    expect(() => chip.command({ do: "truth", at: 2 })).toThrow("chip.badCommand");
  });

  it("the cable can be pulled and put back: the port opens again on another terminal", async () => {
    const chip = await started();
    const first = await client(chip.tty);
    await identity(first);
    const before = readlinkSync(chip.tty);
    chip.command({ do: "unplugCable" });
    await first.close();
    expect(existsSync(chip.tty)).toBe(false);
    chip.command({ do: "plugCable" });
    expect(lstatSync(chip.tty).isSymbolicLink()).toBe(true);
    expect(readlinkSync(chip.tty)).toMatch(/^\/dev\/pts\//);
    expect(before).toMatch(/^\/dev\/pts\//);
    const master = await client(chip.tty);
    expect(await identity(master)).toMatchObject({ magic: 0x4147, bootCount: 1 });
  });

  it("nobody listening blocks nothing", async () => {
    const chip = await started({ paced: false });
    const master = await client(chip.tty);
    const { bootNonce } = await identity(master);
    for (let counter = 1; counter <= 200; counter++) await exchange(master, bootNonce, { counter });
    expect(chip.command({ do: "truth" })).toMatchObject({ leaseAccepted: 200 });
  });

  it("a reset and a bootloader that nobody speaks to are boots: RAM is lost, memory and switches stay", async () => {
    const chip = await started();
    const master = await client(chip.tty);
    const { bootNonce } = await identity(master);
    await exchange(master, bootNonce, { counter: 1 });
    chip.command({ do: "enclosure" });
    expect(chip.command({ do: "reset" })).toMatchObject({ bootCount: 2, enclosureOpen: true, session: 42, totals: { session: 42 } });
    chip.command({ do: "enclosure", on: false });
    const again = await identity(master);
    expect(again.bootNonce).not.toEqual(bootNonce);
    const values = { counter: 1, entry: UPDATE_ENTRY, firmware: again.firmware, mac: new Uint8Array(8) };
    await master.write(UPDATE.address, seal(UPDATE, values, { key: DEVELOPMENT_LINK_KEY, bootNonce: again.bootNonce }));
    expect(chip.command({ do: "truth" })).toMatchObject({ inBootloader: true, bootCount: 2 });
    const silentUntil = performance.now() + 3 * BOOTLOADER_WAIT_MS;
    while (chip.command({ do: "truth" })?.inBootloader) {
      expect(performance.now()).toBeLessThan(silentUntil);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(await identity(master)).toMatchObject({ bootCount: 3 });
  });
});
