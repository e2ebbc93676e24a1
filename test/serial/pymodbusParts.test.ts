import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Bus } from "#agent/ports.ts";
import { openBus } from "#agent/shell/serial/openBus.ts";
import { eventually, machine, ORDER, PATIENT_MS, SETUP, TestClock } from "#test/serial/farEnd/bench.ts";
import { FarTty } from "#test/serial/farEnd/farTty.ts";

const SCRIPT = fileURLToPath(new URL("./farEnd/pymodbusSlaves.py", import.meta.url));
const CLOSED = { ...ORDER, mode: "closed" } as const;

/** Two ttys, one cable. */
const ours = new FarTty((bytes) => theirs.write(bytes));
const theirs = new FarTty((bytes) => ours.write(bytes));
const clock = new TestClock();
let server: ChildProcessByStdio<null, Readable, null>;
let bus: Bus;
let orders = "";

beforeAll(async () => {
  server = spawn("/usr/bin/python3", [SCRIPT, theirs.path], { stdio: ["ignore", "pipe", "inherit"] });
  server.stdout.on("data", (text: Buffer) => {
    orders += text.toString();
  });
  bus = openBus(
    {
      port: ours.path,
      baudRate: 9_600,
      dataBits: 8,
      parity: "none",
      stopBits: 2,
      extraAllowanceMs: PATIENT_MS,
      machines: [
        {
          device: "370983ZABCD000000501",
          meter: { map: "pzem-017", address: 1 },
          relay: { map: "relay-flash-on", address: 2, coil: 0 },
        },
      ],
    },
    clock,
  );
});

afterAll(async () => {
  await bus.close();
  server.kill("SIGKILL");
  ours.dispose();
  theirs.dispose();
});

describe("pymodbus posing as a PZEM-017 and a flash-on relay", () => {
  it("is adopted, switched and read through the maps", async () => {
    const link = machine(bus, 0);
    // The server needs a few seconds until it listens.
    const adoption = await eventually(() => {
      clock.advance(5_000);
      return link.adopt(SETUP);
    });
    expect(adoption).toMatchObject({ sensorRangeAmps: 300, hasLease: true, windowMs: 1_000 });
    expect(adoption.status).toMatchObject({ voltageVolts: 24.5, currentAmps: 118.25, mirrorClosed: false });

    clock.advance(1_000);
    const closed = await link.exchange(CLOSED, "urgent");
    expect(closed.status).toMatchObject({ commandedClosed: true, mirrorClosed: true, leaseHeld: true, fault: "none" });
    expect(closed.windows.at(-1)).toMatchObject({ voltageMeanVolts: 24.5, currentMeanAmps: 118.25, arcMs: 1_000, closed: true });

    const opened = await link.exchange(ORDER, "urgent");
    expect(opened.status).toMatchObject({ mirrorClosed: false, openedBy: "command" });
    expect(orders.trim().split("\n")).toEqual(["flash 0 80", "off 0"]);
  });

  it("opens by itself when nobody renews", async () => {
    const link = machine(bus, 0);
    expect((await link.exchange({ ...CLOSED, leaseMs: 300 }, "urgent")).status.mirrorClosed).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 600));
    // Adoption reads the coil and writes nothing.
    expect((await link.adopt(SETUP)).status.mirrorClosed).toBe(false);
  });
});
