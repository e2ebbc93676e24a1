import { execFile } from "node:child_process";
import { existsSync, lstatSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { PAGE, TOTALS } from "#protocol/chip/arcgateChip.ts";
import { decodeBlock } from "#protocol/chip/codec.ts";
import { startChip } from "#simulator/chip/chipProcess.ts";
import { controlled, ended, exchange, identity, onPty } from "#test/chip/onPty.ts";

const run = promisify(execFile);
const { path, started, spawned, client } = onPty();

describe("the process", () => {
  it("killed with -9 keeps its totals and loses its ring", async () => {
    const tty = path("tty");
    const args = ["--tty", tty, "--state", path("state")];
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
    expect(await identity(again)).toMatchObject({ bootCount: 2, leaseCounter: 0, session: 42 });
    const totals = decodeBlock(TOTALS, await again.read(TOTALS.address, TOTALS.words));
    expect(totals).toMatchObject({ session: 42, closed: 0, bootCount: 1 });
    expect(totals.arcMs).toBeGreaterThanOrEqual(Math.floor(told));
    expect(totals.closedMs).toBeGreaterThan(0);
    const page = decodeBlock(PAGE, await again.read(PAGE.address, PAGE.words));
    expect(page).toMatchObject({ status: 0, openedBy: 8, firstSeq: page.nextSeq });
  });

  it("ends cleanly on SIGTERM, link and socket removed; a power cut leaves them, and the next start takes them over", async () => {
    const tty = path("tty");
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
    expect(await refused("--tty", path("x"), "--baud", "12345")).toMatch(/^2 chip\.badOption\n.*启动参数有误[\s\S]*--baud/);
    expect(await refused("--speed", "1")).toContain("--tty is needed");
    const { stdout } = await run(process.execPath, ["--import", tsx, "simulator/main.ts", "chip", "--help"]);
    expect(stdout).toContain("--trace FILE.csv");
    expect(stdout).toContain("芯片");
  });
});

describe("starting", () => {
  const refusal = async (options: object) =>
    startChip({ tty: path("tty"), ...options }).then(
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
    expect(existsSync(path("tty"))).toBe(false);
  });

  it("does not overwrite what it did not make", async () => {
    writeFileSync(path("tty"), "precious");
    expect(await refusal({})).toBe("chip.pathTaken");
    writeFileSync(path("control"), "precious");
    expect(await refusal({ tty: path("other"), control: path("control") })).toBe("chip.pathTaken");
    expect(existsSync(path("other"))).toBe(false);
    const chip = await started({ tty: path("third") });
    expect(await refusal({ tty: path("fourth"), control: chip.control })).toBe("chip.pathTaken");
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
