import { describe, expect, it } from "vitest";
import { CodedError } from "#protocol/errors/codedError.ts";
import { LiveTable } from "#scripts/install/batch/liveTable.ts";
import { parseMachines } from "#scripts/install/batch/machinesFile.ts";
import { type MachineOutcome, runBatch } from "#scripts/install/batch/runBatch.ts";
import { summaryOf, summaryText } from "#scripts/install/batch/summary.ts";
import type { MachineOrder } from "#scripts/install/machine/order.ts";

const HEADER = "name,port,address,division,maker,designation,sensorRangeAmps,hotline";
const row = (name: string, port = "/dev/ttyUSB0", rest = "1,370983,ARCG,ZX7-400,600,400-000-0000") => `${name},${port},${rest}`;
const listOf = (...rows: string[]) => [HEADER, ...rows].join("\n");

describe("the list of machines", () => {
  it("gives an order a row, with what is left out filled in", () => {
    expect(parseMachines(listOf(row("A1")))).toEqual([
      {
        ...{ name: "A1", port: "/dev/ttyUSB0", address: 1, division: "370983", maker: "ARCG", designation: "ZX7-400" },
        ...{ sensorRangeAmps: 600, sensorRangeVolts: 200, hotline: "400-000-0000", baudRate: 115_200, bootParity: "even", pagePort: 8_321 },
      },
    ]);
  });

  it("bears what spreadsheets add", () => {
    const text = `\ufeff${HEADER},deviceCode\r\n${row("焊机1")},\r\n,,,,,,,,\r\n`;
    expect(parseMachines(text).map(({ name, deviceCode }) => [name, deviceCode])).toEqual([["焊机1", undefined]]);
  });

  it.each<[string, string, RegExp]>([
    ["nothing in it", "", /no machine/],
    ["a header alone", HEADER, /no machine/],
    ["a column that nobody knows", listOf(row("A")).replace("hotline", "telephone"), /line 2.*hotline|line 2.*telephone/],
    ["a cell too many", listOf(`${row("A")},x`), /Record Length/],
    ["a quote that does not end", listOf(`"A`), /Quote/],
    ["a folder outside", listOf(row("../A")), /line 2.*name/],
    ["an address beyond the bus", listOf(row("A"), row("B", "p", "247,370983,ARCG,ZX7-400,600,400-000-0000")), /line 3.*address/],
    ["a division of five digits", listOf(row("A", "p", "1,37098,ARCG,ZX7-400,600,400-000-0000")), /division/],
    ["no model", listOf(row("A", "p", "1,370983,ARCG,XYZ,600,400-000-0000")), /designation/],
    ["a name twice", listOf(row("A"), row("A")), /name A: twice/],
  ])("is refused whole for %s", (_, text, fault) => {
    expect(() => parseMachines(text)).toThrowError(
      expect.objectContaining({ code: "install.badList", detail: expect.stringMatching(fault) }),
    );
  });
});

const FLASHED = { uid: "00112233445566778899aabb", version: "1.0.0", bytes: 4_096, seconds: 2 };

function order(name: string, port: string): MachineOrder {
  const [parsed] = parseMachines(listOf(row(name, port)));
  if (!parsed) throw new RangeError(name);
  return parsed;
}

/** Every installation takes a turn of the event loop, and says when it begins and ends. */
function play(orders: readonly MachineOrder[], atOnce: number, install: (name: string) => boolean = () => true) {
  const log: string[] = [];
  const abort = new AbortController();
  const outcomes = runBatch(orders, atOnce, {
    install: async ({ name }) => {
      await new Promise((resolve) => setImmediate(resolve));
      return { deviceCode: `code of ${name}`, isNew: install(name), flashed: FLASHED, reached: "site" as const };
    },
    shares: ({ port }) => port,
    begins: (name) => void log.push(`+${name}`),
    ends: ({ name }) => void log.push(`-${name}`),
    nowMs: () => 0,
    signal: abort.signal,
  });
  return { outcomes, log, abort };
}

describe("a batch", () => {
  it("does machines of one port one after another, and ports beside each other", async () => {
    const { outcomes, log } = play([order("A", "p"), order("B", "p"), order("C", "q"), order("D", "r")], 2);
    expect((await outcomes).map(({ name }) => name)).toEqual(["A", "B", "C", "D"]);
    expect(log.slice(0, 2)).toEqual(["+A", "+C"]);
    expect(log.indexOf("+B")).toBeGreaterThan(log.indexOf("-A"));
    expect(log.indexOf("+D")).toBeGreaterThan(log.indexOf("-C"));
  });

  it("goes on after one that fails, and passes over what is done", async () => {
    const { outcomes } = play([order("A", "p"), order("B", "p"), order("C", "p")], 1, (name) => {
      if (name === "A") throw new CodedError("flash.noAnswer", "p");
      return name !== "B";
    });
    expect(await outcomes).toEqual([
      { name: "A", end: "failed", code: "flash.noAnswer", text: expect.stringContaining("flash.noAnswer"), seconds: 0 },
      { name: "B", end: "skipped", deviceCode: "code of B", reached: "site" },
      { name: "C", end: "done", deviceCode: "code of C", reached: "site", seconds: 0, flashed: FLASHED },
    ]);
  });

  it("ends with what is no coded error: that is a fault of ours", async () => {
    const { outcomes } = play([order("A", "p")], 1, () => {
      throw new TypeError("ours");
    });
    await expect(outcomes).rejects.toThrow("ours");
  });

  it("tells of a wait that was broken off why", async () => {
    const { outcomes, abort } = play([order("A", "p")], 1, () => {
      throw new DOMException("The operation was aborted", "AbortError");
    });
    abort.abort(new CodedError("install.stopped", ""));
    expect(await outcomes).toMatchObject([{ name: "A", end: "failed", code: "install.stopped" }]);
  });

  it("begins nothing more once it is stopped", async () => {
    const { outcomes, log, abort } = play([order("A", "p"), order("B", "p")], 1);
    abort.abort();
    expect((await outcomes).map(({ name }) => name)).toEqual(["A"]);
    expect(log).toEqual(["+A", "-A"]);
  });
});

it("is summed up with its faults and what to do", () => {
  const outcomes: MachineOutcome[] = [
    { name: "A", end: "done", deviceCode: "1", reached: "site", seconds: 60, flashed: FLASHED },
    { name: "B", end: "done", deviceCode: "2", reached: "site", seconds: 120, flashed: FLASHED },
    { name: "C", end: "skipped", deviceCode: "3", reached: "bench" },
    { name: "D", end: "failed", code: "flash.noAnswer", text: "没有应答", seconds: 5 },
  ];
  const orders = ["A", "B", "C", "D", "E"].map((name) => ({ ...order(name, "p"), module: "M", bus: "/dev/ttyS1" }));
  const summary = summaryOf(orders, outcomes);
  expect(summary).toMatchObject({ machines: 5, done: 2, skipped: 1, failed: 1, left: 1, minutesPerMachine: 1.5 });
  expect(summaryText(summary)).toContain("✗ D：没有应答");
  expect(summaryText(summary)).toContain("再次运行");
  expect(summary.toMount).toEqual([{ name: "C", deviceCode: "3", module: "M", bus: "/dev/ttyS1", address: 1 }]);
  expect(summaryText(summary)).toMatch(/C（3）→ 模块 module M，总线 bus \/dev\/ttyS1，地址 address 1\n.*--stage site/);
  expect(summaryOf([order("A", "p")], [])).toMatchObject({ left: 1, minutesPerMachine: null, toMount: [] });
});

describe("the table", () => {
  function table(isTTY: boolean) {
    const output = { isTTY, text: "", write: (text: string) => (output.text += text) };
    const clock = { nowMs: 0 };
    return { output, clock, table: new LiveTable(["A", "B"], output, () => clock.nowMs) };
  }

  it("stays in its place on a terminal, and is drawn ten times a second at most", () => {
    const { output, clock, table: drawn } = table(true);
    drawn.begin("A");
    clock.nowMs = 50;
    drawn.told("A", { step: "flash", zh: "写入", en: "write", part: 0.5 });
    expect(output.text.split("\n")).toHaveLength(3);
    clock.nowMs = 61_000;
    drawn.told("A", { step: "flash", zh: "写入", en: "write", part: 0.5 });
    expect(output.text).toContain("\u001b[2A");
    expect(output.text).toContain("▶ A            1:01 ██████░░░░░░ flash 写入 write");
    drawn.end("A", "done", "code", 61);
    expect(output.text).toContain("✓ A            1:01 完成 done");
  });

  it("is a line for each news elsewhere", () => {
    const { output, table: drawn } = table(false);
    drawn.begin("A");
    for (const part of [0.1, 0.2, 0.3]) drawn.told("A", { step: "flash", zh: "写入", en: "write", part });
    drawn.end("A", "failed", "没有应答", 3);
    expect(output.text.trimEnd().split("\n")).toHaveLength(3);
    expect(output.text).not.toContain("\u001b");
  });
});
