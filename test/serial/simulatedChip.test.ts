import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { afterEach, describe, expect, it } from "vitest";
import type { MachineLink } from "#agent/ports.ts";
import { openBus } from "#agent/shell/serial/openBus.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { eventually, LINE, machine, ORDER, PATIENT_MS, SETUP } from "#test/serial/farEnd/bench.ts";

const KEY = Uint8Array.from({ length: 32 }, (_, index) => index);
const DEVICES = ["370983ZSIMU00000001X", "370983ZSIMU00000002V"];
const ROOT = new URL("../../", import.meta.url);

const folder = mkdtempSync(join(tmpdir(), "arcgate-chip-"));
const tty = join(folder, "tty");
let chip: ChildProcess | undefined;

afterEach(() => {
  chip?.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** Resolves when the simulated chips have printed that they are ready. */
async function startChips(): Promise<void> {
  const args = ["--import", import.meta.resolve("tsx"), "simulator/main.ts", "chip", "--tty", tty, "--address", "1,2"];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
  chip = child;
  await new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => resolve());
    child.once("exit", (code) => reject(new Error(`the chip ended with ${code}`)));
  });
}

async function codeOf(link: MachineLink): Promise<string> {
  try {
    await link.exchange(ORDER, "routine");
    return "";
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
}

describe("the simulated chips on a paced line", () => {
  it("are adopted, hold their lease, and are adopted again after they were killed", async () => {
    await startChips();
    const machines = DEVICES.map((device, index) => ({ device, map: "arcgate-chip" as const, address: index + 1, linkKey: KEY }));
    const clock = { monoMs: () => performance.now() };
    const bus = openBus({ port: tty, ...LINE, extraAllowanceMs: PATIENT_MS, machines }, clock);
    const link = machine(bus, 1);
    const first = await link.adopt({ ...SETUP, arcMinAmps: 5 });
    expect(first).toMatchObject({ deviceCode: DEVICES[1], hasLease: true, keepsWindows: true, windowMs: 100 });

    const closed = await link.exchange({ ...ORDER, mode: "closed" }, "urgent");
    expect(closed.status).toMatchObject({ commandedClosed: true, leaseHeld: true, leaseResult: "accepted" });
    const opened = await link.exchange(ORDER, "urgent");
    expect(opened.status).toMatchObject({ commandedClosed: false, openedBy: "command" });

    chip?.kill("SIGKILL");
    await startChips();
    const codes = new Set<string>();
    while (!codes.has("link.rebooted")) {
      codes.add(await codeOf(link));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const second = await eventually(() => link.adopt(SETUP));
    expect(second.bootId).not.toBe(first.bootId);
    expect((await link.exchange(ORDER, "routine")).status.leaseResult).toBe("accepted");
    await bus.close();
  });
});
