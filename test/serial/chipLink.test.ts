import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chipAt, deviceAt, machine, ORDER, refusalOf, SETUP, SerialBench } from "#test/serial/farEnd/bench.ts";
import type { FarChip } from "#test/serial/farEnd/farChip.ts";

let bench: SerialBench;
let chip: FarChip;

beforeEach(() => {
  bench = new SerialBench();
  [chip] = bench.addChips(1) as [FarChip];
});
afterEach(() => bench.dispose());

describe("adopting a chip", () => {
  it("reads who it is and what it counted", async () => {
    const link = machine(bench.open([chipAt(1)]), 0);
    const adoption = await link.adopt(SETUP);
    expect(adoption).toMatchObject({
      bootId: "0102030405060708",
      uid: "07".repeat(12),
      firmware: "1.2.3",
      deviceCode: deviceAt(1),
      windowMs: 100,
      hasLease: true,
      keepsWindows: true,
      session: 9,
    });
    expect(adoption.totals).toMatchObject({ session: 9, arcMs: 61_000, closed: true, lastSeq: 900 });
    expect(chip.settingsWritten).toEqual([]);
  });

  it("writes the settings where they differ, and goes on counting from there", async () => {
    const link = machine(bench.open([chipAt(1)]), 0);
    await link.adopt({ arcMinAmps: 5, alternating: false });
    expect(chip.settingsWritten).toEqual([5]);
    await link.exchange(ORDER, "routine");
    expect(chip.leases.map((lease) => lease.counter)).toEqual([2]);
  });

  it("does not work with a chip that keeps its old settings", async () => {
    chip.ignoresSettings = true;
    const link = machine(bench.open([chipAt(1)]), 0);
    expect(await refusalOf(link.adopt({ arcMinAmps: 5, alternating: false }))).toBe("link.exception");
  });

  it("refuses a chip of another machine, another device, another key", async () => {
    chip.deviceCode = deviceAt(77);
    expect(await refusalOf(machine(bench.open([chipAt(1)]), 0).adopt(SETUP))).toBe("link.foreignDevice");
    chip.deviceCode = deviceAt(1);
    chip.magic = 0x1234;
    expect(await refusalOf(adoptAgain())).toBe("link.foreignDevice");
    bench.slaves.devices.set(1, { answer: () => 2 });
    expect(await refusalOf(adoptAgain())).toBe("link.foreignDevice");
  });

  it("refuses a chip with another key", async () => {
    const link = machine(bench.open([chipAt(1, new Uint8Array(32).fill(1))]), 0);
    expect(await refusalOf(link.adopt(SETUP))).toBe("link.badMac");
  });

  it("exchanges nothing before it was adopted", async () => {
    expect(await refusalOf(machine(bench.open([chipAt(1)]), 0).exchange(ORDER, "routine"))).toBe("link.rebooted");
  });

  async function adoptAgain(): Promise<unknown> {
    await bench.dispose();
    const fresh = new SerialBench();
    for (const [unit, device] of bench.slaves.devices) fresh.slaves.devices.set(unit, device);
    bench = fresh;
    return machine(bench.open([chipAt(1)]), 0).adopt(SETUP);
  }
});

describe("exchanging", () => {
  it("renews the lease and reads the windows", async () => {
    const link = machine(bench.open([chipAt(1)]), 0);
    await link.adopt(SETUP);
    chip.idle(12);
    const reading = await link.exchange({ ...ORDER, mode: "closed" }, "routine");
    expect(chip.leases).toMatchObject([{ mode: "closed", session: 9, leaseMs: 8_000, counter: 1 }]);
    expect(reading.status).toMatchObject({ mirrorClosed: true, leaseResult: "accepted", nextSeq: 12 });
    expect(reading.windows.map(({ seq, run }) => [seq, run])).toEqual([[0, 12]]);
    expect(reading.roundTripMs).toBeGreaterThanOrEqual(0);
  });

  it("asks for one record while idle and for what has gathered while welding", async () => {
    const link = machine(bench.open([chipAt(1)]), 0);
    await link.adopt(SETUP);
    chip.idle(10);
    await link.exchange(ORDER, "routine");
    chip.weld(10);
    const welding = await link.exchange({ ...ORDER, readFrom: 10 }, "routine");
    expect(welding.windows).toHaveLength(10);
    bench.slaves.asked.length = 0;
    bench.clock.advance(1_000);
    chip.weld(10);
    const next = await link.exchange({ ...ORDER, readFrom: 20 }, "routine");
    expect(next.windows.map((window) => window.seq)).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
    expect(bench.slaves.asked).toEqual(["1:23"]);
  });

  it("catches up 600 windows without a gap", async () => {
    const link = machine(bench.open([chipAt(1)]), 0);
    await link.adopt(SETUP);
    chip.weld(600);
    const { windows } = await link.exchange(ORDER, "routine");
    const { windows: rest } = await link.exchange({ ...ORDER, readFrom: windows.length }, "routine");
    expect([...windows, ...rest].map((window) => window.seq)).toEqual(Array.from({ length: 600 }, (_, seq) => seq));
    expect(windows.length).toBeGreaterThan(580);
  });

  it("stops catching up at its bound", async () => {
    const link = machine(bench.open([chipAt(1)]), 0);
    await link.adopt(SETUP);
    chip.weld(900);
    const { windows } = await link.exchange(ORDER, "routine");
    expect(bench.slaves.asked.filter((entry) => entry === "1:23")).toHaveLength(60);
    expect(windows).toHaveLength(591);
  });

  it("goes on behind an overrun, and reads one page when it is urgent", async () => {
    const link = machine(bench.open([chipAt(1)]), 0);
    await link.adopt(SETUP);
    chip.weld(50);
    chip.overrun(20);
    const urgent = await link.exchange(ORDER, "urgent");
    expect(urgent.windows.map((window) => window.seq)).toEqual([20]);
    expect(urgent.status.lostWindows).toBe(20);
    const rest = await link.exchange({ ...ORDER, readFrom: 21 }, "routine");
    expect(rest.windows.map((window) => window.seq)).toEqual(Array.from({ length: 29 }, (_, index) => 21 + index));
  });

  it("says that the chip was rebooted, and works after it is adopted again", async () => {
    const link = machine(bench.open([chipAt(1)]), 0);
    await link.adopt(SETUP);
    await link.exchange(ORDER, "routine");
    chip.reboot(0x33);
    expect(await refusalOf(link.exchange(ORDER, "routine"))).toBe("link.rebooted");
    expect((await link.adopt(SETUP)).bootId).toBe("33".repeat(8));
    expect((await link.exchange(ORDER, "routine")).status.leaseResult).toBe("accepted");
  });

  it("refuses a page whose MAC does not fit", async () => {
    const link = machine(bench.open([chipAt(1)]), 0);
    await link.adopt(SETUP);
    chip.key.fill(0x77);
    expect(await refusalOf(link.exchange(ORDER, "routine"))).toBe("link.badMac");
    expect(await refusalOf(link.totals())).toBe("link.badMac");
  });

  it("steps over a counter that somebody else used up", async () => {
    const link = machine(bench.open([chipAt(1)]), 0);
    await link.adopt(SETUP);
    chip.counter = 500;
    expect((await link.exchange(ORDER, "routine")).status.leaseResult).toBe("accepted");
    expect(chip.leases.map((lease) => lease.counter)).toEqual([501]);
  });

  it.each([
    ["staleCounter", "link.staleCounter"],
    ["badMac", "link.badMac"],
    ["none", "link.badAnswer"],
  ] as const)("gives up after the second %s", async (verdict, code) => {
    const link = machine(bench.open([chipAt(1)]), 0);
    await link.adopt(SETUP);
    chip.verdict = verdict;
    bench.slaves.asked.length = 0;
    expect(await refusalOf(link.exchange(ORDER, "routine"))).toBe(code);
    expect(bench.slaves.asked).toEqual(["1:23", "1:23"]);
  });

  it("reads the session's totals", async () => {
    const link = machine(bench.open([chipAt(1)]), 0);
    await link.adopt(SETUP);
    expect(await link.totals()).toEqual({
      session: 9,
      closed: true,
      arcMs: 61_000,
      chargeAmpereSeconds: 7_000,
      energyJoules: 160_000,
      strikes: 6,
      shorts: 40,
      shortMs: 300,
      closedMs: 90_000,
      lastSeq: 900,
      bootCount: 3,
    });
  });
});

describe("an answer that is not the one", () => {
  it("does not take an older page for the answer to a newer order", async () => {
    const link = machine(bench.open([chipAt(1)]), 0);
    await link.adopt(SETUP);
    const frames: Uint8Array[] = [];
    bench.slaves.spoil = (frame) => {
      frames.push(frame);
      return frame;
    };
    await link.exchange(ORDER, "routine");
    bench.slaves.spoil = () => frames[0] ?? new Uint8Array(0);
    expect(await refusalOf(link.exchange(ORDER, "routine"))).toBe("link.badAnswer");
  });

  it("puts the latest order on the wire, whatever its call's place in the queue", async () => {
    const link = machine(bench.open([chipAt(1)]), 0);
    await link.adopt(SETUP);
    const release = bench.slaves.hold();
    const first = link.exchange({ ...ORDER, mode: "closed" }, "routine");
    const queued = link.exchange({ ...ORDER, mode: "closed" }, "routine");
    const cut = link.exchange({ ...ORDER, mode: "open" }, "urgent");
    release();
    await Promise.all([first, queued, cut]);
    expect(chip.leases.at(-1)?.mode).toBe("open");
    expect(chip.leases.filter((lease) => lease.mode === "closed")).toHaveLength(0);
  });
});
