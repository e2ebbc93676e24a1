import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BusLine } from "#agent/shell/serial/busLine.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import {
  chipAt,
  deviceAt,
  eventually,
  KEY,
  LINE,
  machine,
  ORDER,
  PATIENT_MS,
  refusalOf,
  SETUP,
  SerialBench,
  serveTcp,
} from "#test/serial/farEnd/bench.ts";
import { FarChip } from "#test/serial/farEnd/farChip.ts";
import { FarSlaves } from "#test/serial/farEnd/farSlaves.ts";

let bench: SerialBench;

function isAsked(): Promise<void> {
  return bench.slaves.asked.length > 0 ? Promise.resolve() : Promise.reject(new CodedError("link.timeout"));
}

beforeEach(() => {
  bench = new SerialBench();
});
afterEach(() => bench.dispose());

describe("the order of requests", () => {
  it("lets an urgent one overtake the routine ones that wait", async () => {
    bench.addChips(1, 2, 3, 4);
    const bus = bench.open([chipAt(1), chipAt(2), chipAt(3), chipAt(4)]);
    for (const link of bus.machines) await link.adopt(SETUP);
    bench.slaves.asked.length = 0;
    const release = bench.slaves.hold();
    const calls = [
      machine(bus, 0).exchange(ORDER, "routine"),
      machine(bus, 1).totals(),
      machine(bus, 1).exchange(ORDER, "routine"),
      machine(bus, 2).exchange(ORDER, "routine"),
      machine(bus, 3).exchange(ORDER, "urgent"),
    ];
    release();
    await Promise.all(calls);
    expect(bench.slaves.asked).toEqual(["4:23", "1:23", "2:23", "3:23", "2:3"]);
  });

  it("gives others their turn between the pages of one that catches up", async () => {
    const [behind] = bench.addChips(1, 2);
    const bus = bench.open([chipAt(1), chipAt(2)]);
    for (const link of bus.machines) await link.adopt(SETUP);
    behind?.weld(200);
    bench.slaves.asked.length = 0;
    const catchingUp = machine(bus, 0).exchange(ORDER, "routine");
    for (let count = 0; count < 5; count++) await machine(bus, 1).exchange(ORDER, "routine");
    const pagesMeanwhile = bench.slaves.countOf(1);
    await catchingUp;
    expect(pagesMeanwhile).toBeLessThanOrEqual(6);
    expect(bench.slaves.countOf(1)).toBeGreaterThan(15);
  });

  it("bounds what waits", async () => {
    bench.addChips(1);
    const bus = bench.open([chipAt(1)]);
    await machine(bus, 0).adopt(SETUP);
    const release = bench.slaves.hold();
    const calls = Array.from({ length: 300 }, () => machine(bus, 0).totals());
    const settled = Promise.allSettled(calls);
    release();
    const refused = (await settled).filter((result) => result.status === "rejected");
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.every((result) => result.reason.code === "link.busOverloaded")).toBe(true);
    expect((await settled).length - refused.length).toBe(256);
  });
});

describe("a machine that stops answering", () => {
  it("costs the bus a time-out at every poll while its lease may run, then one in five seconds, and is found again", async () => {
    bench.addChips(1, 2);
    const bus = bench.open([chipAt(1), chipAt(2)], { extraAllowanceMs: 150 });
    for (const link of bus.machines) await eventually(() => link.adopt(SETUP));
    const absent = bench.slaves.devices.get(2);
    bench.slaves.devices.set(2, { answer: () => undefined });
    bench.slaves.asked.length = 0;
    const [healthy, silent] = [machine(bus, 0), machine(bus, 1)];
    for (let second = 0; second < 20; second++) {
      expect(await refusalOf(silent.exchange(ORDER, "routine"))).toBe("link.timeout");
      await eventually(() => healthy.exchange(ORDER, "routine"));
      bench.clock.advance(1_000);
    }
    expect(bench.slaves.countOf(2)).toBe(16);
    expect(bench.slaves.countOf(1)).toBeGreaterThanOrEqual(20);

    if (absent) bench.slaves.devices.set(2, absent);
    bench.clock.advance(5_000);
    await eventually(() => silent.exchange(ORDER, "routine"));
    expect((await silent.exchange(ORDER, "routine")).status.leaseResult).toBe("accepted");
  });

  it("is asked to open once a second even so", async () => {
    bench.addChips(1);
    const bus = bench.open([chipAt(1)], { extraAllowanceMs: 150 });
    const link = machine(bus, 0);
    await eventually(() => link.adopt(SETUP));
    bench.slaves.devices.set(1, { answer: () => undefined });
    for (let count = 0; count < 2; count++) await refusalOf(link.exchange(ORDER, "routine"));
    bench.slaves.asked.length = 0;
    for (let count = 0; count < 3; count++) expect(await refusalOf(link.exchange(ORDER, "urgent"))).toBe("link.timeout");
    expect(bench.slaves.countOf(1)).toBe(0);
    bench.clock.advance(1_000);
    await refusalOf(link.exchange(ORDER, "urgent"));
    expect(bench.slaves.countOf(1)).toBe(1);
  });
});

describe("noise", () => {
  it("before and behind an answer is skipped", async () => {
    bench.addChips(1);
    const link = machine(bench.open([chipAt(1)]), 0);
    bench.slaves.spoil = (frame) => Uint8Array.from([0xff, 0x01, 0x00, ...frame, 0x00, 0xfe]);
    expect((await link.adopt(SETUP)).deviceCode).toBe(deviceAt(1));
    expect((await link.exchange(ORDER, "routine")).status.leaseResult).toBe("accepted");
  });

  it("inside an answer is worth one more try, with a fresh counter", async () => {
    const [chip] = bench.addChips(1);
    const link = machine(bench.open([chipAt(1)], { extraAllowanceMs: 300 }), 0);
    await eventually(() => link.adopt(SETUP));
    let spoilt = 0;
    bench.slaves.spoil = (frame) => (spoilt++ === 0 ? frame.map((byte, index) => (index === 9 ? byte ^ 0x10 : byte)) : frame);
    expect((await link.exchange(ORDER, "routine")).status.leaseResult).toBe("accepted");
    expect(chip?.leases).toHaveLength(2);
    bench.slaves.spoil = (frame) => frame.map((byte) => byte ^ 0x10);
    expect(await refusalOf(link.exchange(ORDER, "routine"))).toBe("link.badAnswer");
  });
});

describe("the port", () => {
  it("comes back after it was unplugged, on whatever tty the link names then", async () => {
    const [chip] = bench.addChips(1);
    const link = machine(bench.open([chipAt(1)]), 0);
    await link.adopt(SETUP);
    chip?.weld(5);
    bench.tty.unplug();
    expect(await refusalOf(link.exchange(ORDER, "routine"))).toBe("link.portMissing");
    expect(await refusalOf(link.exchange(ORDER, "routine"))).toBe("link.portMissing");
    bench.tty.plug();
    const reading = await eventually(() => link.exchange(ORDER, "routine"));
    expect(reading.windows.map((window) => window.seq)).toEqual([0, 1, 2, 3, 4]);
  });

  it("that is not there is a coded refusal, and is waited for", async () => {
    bench.addChips(1);
    bench.tty.unplug();
    const link = machine(bench.open([chipAt(1)]), 0);
    expect(await refusalOf(link.adopt(SETUP))).toBe("link.portMissing");
    bench.tty.plug();
    expect((await eventually(() => link.adopt(SETUP))).deviceCode).toBe(deviceAt(1));
  });

  it("is closed when the request under way has its answer, and leaves none to the next master; what waits is dropped", async () => {
    bench.addChips(1);
    const bus = bench.open([chipAt(1)]);
    const link = machine(bus, 0);
    await link.adopt(SETUP);
    const release = bench.slaves.hold();
    bench.slaves.asked.length = 0;
    const reading = link.exchange(ORDER, "routine");
    const dropped = refusalOf(link.totals());
    await eventually(isAsked);
    const closed = bus.close();
    expect(await dropped).toBe("link.portMissing");
    release();
    expect((await reading).status.leaseResult).toBe("accepted");
    await closed;
    expect(bench.slaves.asked).toEqual(["1:23"]);
    expect(await refusalOf(link.totals())).toBe("link.portMissing");
    const next = machine(bench.open([chipAt(1)]), 0);
    expect((await next.adopt(SETUP)).deviceCode).toBe(deviceAt(1));
  });

  it("is closed all the same when no answer comes", async () => {
    bench.addChips(1);
    const bus = bench.open([chipAt(1)]);
    const link = machine(bus, 0);
    await link.adopt(SETUP);
    bench.slaves.hold();
    bench.slaves.asked.length = 0;
    const waiting = [refusalOf(link.exchange(ORDER, "routine")), refusalOf(link.totals())];
    await eventually(isAsked);
    await bus.close();
    expect(await Promise.all(waiting)).toEqual(["link.timeout", "link.portMissing"]);
  });

  // A pty keeps baud rate, stop bits and the kind of parity; data bits and the parity bit itself it takes from nobody.
  it.each([
    [{ baudRate: 19_200, dataBits: 8, parity: "even", stopBits: 1 }, ["speed 19200", " -parodd", " -cstopb"]],
    [{ baudRate: 9_600, dataBits: 8, parity: "none", stopBits: 2 }, ["speed 9600", " -parodd", " cstopb"]],
    [{ baudRate: 38_400, dataBits: 8, parity: "odd", stopBits: 1 }, ["speed 38400", " parodd", " -cstopb"]],
  ] as const)("is set as configured: %o", async (line, settings) => {
    bench.addChips(1);
    await machine(bench.open([chipAt(1)], line), 0).adopt(SETUP);
    const stty = execFileSync("stty", ["-F", bench.tty.path, "-a"], { encoding: "utf8" }).replaceAll("\n", " ");
    for (const setting of settings) expect(stty).toContain(setting);
  });

  it("may be a converter on the network, which may go away and come back", async () => {
    const chip = new FarChip(KEY);
    chip.deviceCode = deviceAt(1);
    const converter = await serveTcp((send) => {
      const slaves = new FarSlaves(send);
      slaves.devices.set(1, chip);
      return slaves;
    });
    const bus = bench.open([chipAt(1)], { port: converter.port });
    const link = machine(bus, 0);
    await link.adopt(SETUP);
    chip.weld(25);
    expect((await link.exchange(ORDER, "routine")).windows).toHaveLength(25);
    converter.drop();
    await eventually(() => link.exchange(ORDER, "routine"));
    expect(chip.leases.length).toBeGreaterThan(3);
    await bus.close();
    await converter.close();
  });

  it("serves several buses in one process, each with machines of its own", async () => {
    const other = new SerialBench();
    const [here] = bench.addChips(1);
    const [there] = other.addChips(1);
    await machine(bench.open([chipAt(1)]), 0).adopt(SETUP);
    const far = machine(other.open([chipAt(1)]), 0);
    await far.adopt(SETUP);
    await far.exchange(ORDER, "routine");
    expect([here?.leases.length, there?.leases.length]).toEqual([0, 1]);
    await other.dispose();
  });
});

describe("a request that cannot be encoded", () => {
  it("is refused and does not block the line", async () => {
    bench.addChips(1);
    const line = new BusLine({ port: bench.tty.path, line: LINE, extraAllowanceMs: PATIENT_MS }, bench.clock);
    const bad = line.request(1, "routine", () => ({ kind: "readHolding", unit: 1, address: 70_000, count: 1 }));
    await expect(bad).rejects.toThrow(RangeError);
    const good = await line.request(1, "routine", () => ({ kind: "readHolding", unit: 1, address: 0, count: 40 }));
    expect(good.data[0]).toBe(0x4147);
    await line.close();
  });
});
