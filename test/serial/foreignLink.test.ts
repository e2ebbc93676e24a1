import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MachineLink } from "#agent/ports.ts";
import type { RelayMapName } from "#protocol/chip/maps/catalogue.ts";
import { machine, ORDER, refusalOf, SETUP, SerialBench } from "#test/serial/farEnd/bench.ts";
import { FarPzem, FarRelays } from "#test/serial/farEnd/farParts.ts";

let bench: SerialBench;
let meter: FarPzem;
let relays: FarRelays;

beforeEach(() => {
  bench = new SerialBench();
  meter = new FarPzem();
  relays = new FarRelays();
  bench.slaves.devices.set(1, meter).set(2, relays);
});
afterEach(() => bench.dispose());

function open(relay: RelayMapName = "relay-flash-on"): MachineLink {
  const device = "370983ZABCD000000500";
  const parts = { meter: { map: "pzem-017", address: 1 }, relay: { map: relay, address: 2, coil: 0 } } as const;
  return machine(bench.open([{ device, ...parts }]), 0);
}

const CLOSED = { ...ORDER, mode: "closed" } as const;

describe("a machine of a meter and a relay", () => {
  it("is adopted with what its parts say", async () => {
    const link = open();
    const adoption = await link.adopt(SETUP);
    expect(adoption).toMatchObject({ windowMs: 1_000, sensorRangeAmps: 300, hasLease: true, keepsWindows: false, totals: null });
    meter.shunt = 1;
    expect((await link.adopt(SETUP)).sensorRangeAmps).toBe(50);
    meter.shunt = 9;
    expect(await refusalOf(link.adopt(SETUP))).toBe("link.foreignDevice");
  });

  it("has no lease when its relay has no timed output", async () => {
    const link = open("relay-plain");
    expect((await link.adopt(SETUP)).hasLease).toBe(false);
    const reading = await link.exchange(CLOSED, "urgent");
    expect(relays.orders).toEqual(["on 0"]);
    expect(reading.status).toMatchObject({ mirrorClosed: true, leaseHeld: false, leaseRemainingMs: 0 });
  });

  it("renews the relay's time with each exchange, and opens at once", async () => {
    const link = open();
    await link.adopt(SETUP);
    await link.exchange(CLOSED, "urgent");
    const held = await link.exchange({ ...CLOSED, sessionRemainingS: 3 }, "routine");
    expect(held.status).toMatchObject({ commandedClosed: true, mirrorClosed: true, leaseHeld: true, leaseRemainingMs: 3_000 });
    const opened = await link.exchange(ORDER, "urgent");
    expect(opened.status).toMatchObject({ commandedClosed: false, mirrorClosed: false, leaseHeld: false, openedBy: "command" });
    expect(relays.orders).toEqual(["flash 0 80", "flash 0 30", "off 0"]);
  });

  it("makes a window a second out of its readings", async () => {
    const link = open();
    await link.adopt(SETUP);
    meter.voltageVolts = 24.5;
    meter.currentAmps = 118.25;
    for (let second = 0; second < 3; second++) {
      bench.clock.advance(1_000);
      await link.exchange(CLOSED, "routine");
    }
    const { windows, status } = await link.exchange({ ...CLOSED, readFrom: 1 }, "routine");
    expect(windows.map(({ seq, run, arcMs, closed, currentMeanAmps }) => [seq, run, arcMs, closed, currentMeanAmps])).toEqual([
      [1, 1, 1_000, true, 118.25],
      [2, 1, 1_000, true, 118.25],
    ]);
    expect(status).toMatchObject({ nextSeq: 3, voltageVolts: 24.5, currentAmps: 118.25 });
  });

  it("stays closed until the arc is off, and then open", async () => {
    const link = open();
    await link.adopt(SETUP);
    meter.currentAmps = 100;
    await link.exchange(CLOSED, "urgent");
    const until = { ...ORDER, mode: "closedUntilArcOff" } as const;
    expect((await link.exchange(until, "urgent")).status.mirrorClosed).toBe(true);
    meter.currentAmps = 0;
    expect((await link.exchange(until, "routine")).status).toMatchObject({ mirrorClosed: false, openedBy: "arcOff" });
    meter.currentAmps = 100;
    expect((await link.exchange(until, "routine")).status.mirrorClosed).toBe(false);
  });

  it("keeps renewing without its meter, and says that the sensor is missing", async () => {
    const link = open();
    await link.adopt(SETUP);
    meter.silent = true;
    for (let count = 0; count < 2; count++) await link.exchange(CLOSED, "routine");
    bench.slaves.asked.length = 0;
    const reading = await link.exchange(CLOSED, "routine");
    expect(reading.status).toMatchObject({ sensorMissing: true, mirrorClosed: true });
    expect(bench.slaves.asked).toEqual(["2:5", "2:1"]);
  }, 30_000);

  it("tells a coil that does not follow", async () => {
    const link = open();
    await link.adopt(SETUP);
    relays.welded = true;
    expect((await link.exchange(ORDER, "routine")).status).toMatchObject({ mirrorClosed: true, fault: "none" });
    expect((await link.exchange(ORDER, "routine")).status.fault).toBe("mirrorDisagrees");
  });

  it("is not closed again by an older order that waited behind a newer one", async () => {
    const link = open();
    await link.adopt(SETUP);
    const release = bench.slaves.hold();
    const calls = [link.exchange(CLOSED, "routine"), link.exchange(CLOSED, "routine"), link.exchange(ORDER, "urgent")];
    release();
    await Promise.all(calls);
    expect(new Set(relays.orders)).toEqual(new Set(["off 0"]));
  });

  it("goes on counting windows when it is adopted again", async () => {
    const link = open();
    const first = await link.adopt(SETUP);
    bench.clock.advance(5_000);
    await link.exchange(ORDER, "routine");
    const second = await link.adopt(SETUP);
    expect([second.bootId, second.status.nextSeq]).toEqual([first.bootId, 5]);
    expect((await link.adopt({ ...SETUP, arcMinAmps: 5 })).bootId).not.toBe(first.bootId);
  });
});
