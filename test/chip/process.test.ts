import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, lstatSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import modbus from "modbus-serial";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { IDENTITY, LEASE, PAGE, TOTALS, WINDOW } from "#protocol/chip/arcgateChip.ts";
import { decodeBlock } from "#protocol/chip/codec.ts";
import { decodePage, encodeLease, type LeaseOrder } from "#protocol/chip/link.ts";
import { type ChipProcess, startChip } from "#simulator/chip/chipProcess.ts";
import type { MachineTruth } from "#simulator/chip/machine/workplace.ts";
import { DEVELOPMENT_LINK_KEY } from "#simulator/chip/options.ts";
import { RawMaster } from "#test/chip/rawMaster.ts";
import { CLOSE } from "#test/chip/rig.ts";

const run = promisify(execFile);
const READ_WORDS = PAGE.words + 10 * WINDOW.words;

let folder = "";
const cleanUps: (() => unknown)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "arcgate-chip-"));
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  rmSync(folder, { recursive: true });
});

async function started(options: Partial<Parameters<typeof startChip>[0]> = {}, events = {}): Promise<ChipProcess> {
  const chip = await startChip({ tty: join(folder, "tty"), ...options }, events);
  cleanUps.push(() => chip.close());
  return chip;
}

interface Spawned {
  child: ChildProcess;
  firstLine: string;
}

/** The real command in a process of its own, ready. */
async function spawned(...args: string[]): Promise<Spawned> {
  const tsx = import.meta.resolve("tsx");
  const child = spawn(process.execPath, ["--import", tsx, "simulator/main.ts", "chip", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  cleanUps.push(() => child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout });
  const firstLine = await new Promise<string>((resolve, reject) => {
    lines.once("line", resolve);
    child.once("exit", (code) => reject(new Error(`ended with ${code}`)));
  });
  return { child, firstLine };
}

const ended = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));

/** Sends commands over the control socket and returns the replies. */
async function controlled(path: string, ...commands: unknown[]): Promise<{ ok: boolean; result: MachineTruth; error: { code: string } }[]> {
  const socket = createConnection(path);
  const lines = createInterface({ input: socket });
  socket.write(commands.map((command) => `${typeof command === "string" ? command : JSON.stringify(command)}\n`).join(""));
  const replies = [];
  for await (const line of lines) {
    replies.push(JSON.parse(line));
    if (replies.length === commands.length) break;
  }
  socket.destroy();
  return replies;
}

async function client(tty: string, unit = 1): Promise<RawMaster> {
  const master = await RawMaster.open(tty);
  master.unit = unit;
  cleanUps.push(() => master.close());
  return master;
}

async function identity(master: RawMaster) {
  return decodeBlock(IDENTITY, await master.read(IDENTITY.address, IDENTITY.words));
}

/** One FC23: lease written, page read. */
async function exchange(master: RawMaster, bootNonce: Uint8Array, order: Partial<LeaseOrder>) {
  const secret = { key: DEVELOPMENT_LINK_KEY, bootNonce };
  const answer = await master.writeRead(LEASE.address, encodeLease({ ...CLOSE, ...order }, secret), PAGE.address, READ_WORDS);
  const page = decodePage(answer, 100, secret);
  if (!page) throw new Error("no authentic page");
  return page;
}

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
  });

  it("modbus-serial, which the agent uses, reads and is refused properly", async () => {
    const chip = await started();
    const master = new modbus.default();
    await master.connectRTUBuffered(chip.tty, { baudRate: 115_200 });
    cleanUps.push(() => new Promise<void>((resolve) => master.close(() => resolve())));
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
});

describe("the process", () => {
  it("killed with -9 keeps its totals and loses its ring", async () => {
    const tty = join(folder, "tty");
    const args = ["--tty", tty, "--state", join(folder, "state")];
    const first = await spawned(...args);
    expect(JSON.parse(first.firstLine)).toMatchObject({ ready: true, tty, control: `${tty}.ctl` });
    const master = await client(tty);
    const { bootNonce } = await identity(master);
    await controlled(`${tty}.ctl`, { do: "weld", rodS: 60 });
    let told = 0;
    for (let counter = 1; told < 1_500; counter++) {
      const page = await exchange(master, bootNonce, { counter });
      told = page.windows.reduce((sum, { arcMs }) => sum + arcMs, 0);
      if (page.header.nextSeq > 200) throw new Error("no arc");
      // The page shows ten records: the rest is read from where it ends.
      if (page.windows.length === 10) break;
    }
    first.child.kill("SIGKILL");
    await ended(first.child);
    // Whether the library notices the dead line by itself depends on when it polls: it is closed from here.
    await master.close();
    await spawned(...args);
    const again = await client(tty);
    expect(await identity(again)).toMatchObject({ bootCount: 2, leaseCounter: 0, session: 0 });
    const totals = decodeBlock(TOTALS, await again.read(TOTALS.address, TOTALS.words));
    expect(totals).toMatchObject({ session: 42, closed: 0, bootCount: 1 });
    expect(totals.arcMs).toBeGreaterThanOrEqual(Math.floor(told));
    expect(totals.closedMs).toBeGreaterThan(0);
    const page = decodeBlock(PAGE, await again.read(PAGE.address, PAGE.words));
    expect(page).toMatchObject({ status: 0, openedBy: 8, firstSeq: page.nextSeq });
  });

  it("ends cleanly on SIGTERM, link and socket removed; a power cut leaves them, and the next start takes them over", async () => {
    const tty = join(folder, "tty");
    const first = await spawned("--tty", tty);
    const cut = ended(first.child);
    createConnection(`${tty}.ctl`)
      .on("error", () => undefined)
      .end('{"do":"powerCut"}\n');
    expect(await cut).toBeNull();
    expect(lstatSync(`${tty}.ctl`).isSocket()).toBe(true);
    const second = await spawned("--tty", tty);
    const done = ended(second.child);
    second.child.kill("SIGTERM");
    expect(await done).toBe(0);
    expect(existsSync(`${tty}.ctl`)).toBe(false);
    expect(() => lstatSync(tty)).toThrow();
  });

  it("explains bad arguments in both languages", async () => {
    const tsx = import.meta.resolve("tsx");
    const refused = async (...args: string[]) =>
      run(process.execPath, ["--import", tsx, "simulator/main.ts", "chip", ...args]).then(
        () => "accepted",
        (error: { code: number; stderr: string }) => `${error.code} ${error.stderr}`,
      );
    expect(await refused("--tty", join(folder, "x"), "--baud", "12345")).toMatch(/^2 chip\.badOption\n.*启动参数有误[\s\S]*--baud/);
    expect(await refused("--speed", "1")).toContain("--tty is needed");
    const { stdout } = await run(process.execPath, ["--import", tsx, "simulator/main.ts", "chip", "--help"]);
    expect(stdout).toContain("--trace FILE.csv");
    expect(stdout).toContain("芯片");
  });
});

describe("starting", () => {
  const refusal = async (options: object) =>
    startChip({ tty: join(folder, "tty"), ...options }).then(
      () => "accepted",
      (error: { code: string }) => error.code,
    );

  it.each([
    ["chip.badOption", { speed: 0 }],
    ["chip.badOption", { baud: 14_400 }],
    ["chip.badOption", { frame: "5X1" }],
    ["chip.badOption", { addresses: [1, 1] }],
    ["chip.badOption", { addresses: [248] }],
    ["chip.badOption", { addresses: Array.from({ length: 17 }, (_, index) => index + 1) }],
    ["chip.badOption", { devices: ["short"] }],
    ["chip.badOption", { linkKey: new Uint8Array(31) }],
    ["chip.badOption", { model: "NBC-350", process: "tig" }],
    ["codes.badDesignation", { model: "nonsense" }],
    ["chip.badTrace", { trace: "/does/not/exist.csv" }],
  ])("is refused with %s for %j", async (code, options) => {
    expect(await refusal(options)).toBe(code);
    expect(existsSync(join(folder, "tty"))).toBe(false);
  });

  it("does not overwrite what it did not make", async () => {
    writeFileSync(join(folder, "tty"), "precious");
    expect(await refusal({})).toBe("chip.pathTaken");
    writeFileSync(join(folder, "control"), "precious");
    expect(await refusal({ tty: join(folder, "other"), control: join(folder, "control") })).toBe("chip.pathTaken");
    expect(existsSync(join(folder, "other"))).toBe(false);
    const chip = await started({ tty: join(folder, "third") });
    expect(await refusal({ tty: join(folder, "fourth"), control: chip.control })).toBe("chip.pathTaken");
  });

  it("takes commands as lines of JSON, and says what is wrong with others", async () => {
    const chip = await started();
    const replies = await controlled(
      chip.control,
      { do: "eStop" },
      "rubbish",
      { do: "dance" },
      { do: "eStop", on: false },
      { do: "weld", rods: 0 },
      { do: "noise", rate: 0.1 },
    );
    expect(replies.map(({ ok }) => ok)).toEqual([true, false, false, true, false, true]);
    expect(replies[0]?.result.eStop).toBe(true);
    expect(replies[1]?.error.code).toBe("chip.badCommand");
    expect(replies[3]?.result.eStop).toBe(false);
  });

  it("hands a power cut to the test that asks for it", async () => {
    let cuts = 0;
    const chip = await started({}, { powerCut: () => (cuts += 1) });
    chip.command({ do: "powerCut" });
    expect(cuts).toBe(1);
  });
});
