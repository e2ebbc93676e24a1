/** The simulator as a command: a process, its link and its control socket. */
import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ERRORS } from "#protocol/errors/registry.ts";
import type { ScannerTruth } from "#simulator/scanner/control.ts";
import { askControl } from "#simulator/stage/control.ts";
import { type Running, readiness, startNode } from "#simulator/stage/processes.ts";

let folder = "";
let running: Running | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "arcgate-scanner-"));
});
afterEach(async () => {
  await running?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function sim(...argv: string[]): Running {
  running = startNode("scanner", "simulator/main.ts", ["scanner", ...argv], folder);
  return running;
}

describe("npm run sim -- scanner", () => {
  it("says that it is ready, obeys its socket, and leaves nothing behind", async () => {
    const tty = join(folder, "tty");
    const process = sim("--tty", tty, "--model", "gm72", "--control", join(folder, "ctl"), "--baud", "19200");
    expect(await readiness(process, "{")).toEqual({ ready: true, tty, control: join(folder, "ctl"), model: "gm72" });
    const tell = (command: object) => askControl<{ result: ScannerTruth }>(join(folder, "ctl"), command);
    expect((await tell({ do: "truth" })).result).toMatchObject({ model: "gm72", plugged: true, looking: false, triggers: 0 });
    expect((await tell({ do: "unplug" })).result.plugged).toBe(false);
    expect(existsSync(tty)).toBe(false);
    expect((await tell({ do: "plug" })).result.plugged).toBe(true);
    expect(lstatSync(tty).isSymbolicLink()).toBe(true);
    await expect(tell({ do: "dance" })).rejects.toThrow();
    await expect(tell({ do: "show", text: "" })).rejects.toThrow();
    await process.stop();
    expect(await process.exited).toBe(0);
    expect([existsSync(tty), existsSync(join(folder, "ctl"))]).toEqual([false, false]);
  });

  it.each([
    ["no tty", ["--model", "gm65"], "scanner.badOption"],
    ["no model", ["--tty", "TTY"], "scanner.badOption"],
    ["an unknown model", ["--tty", "TTY", "--model", "gm99"], "scanner.badOption"],
    ["a baud rate that is none", ["--tty", "TTY", "--model", "gm65", "--baud", "fast"], "scanner.badOption"],
    ["a baud rate that no module has", ["--tty", "TTY", "--model", "gm65", "--baud", "300"], "scanner.badOption"],
    ["an unknown option", ["--tty", "TTY", "--model", "gm65", "--frame", "8E1"], "scanner.badOption"],
    ["a path that is taken", ["--tty", "TAKEN", "--model", "gm65"], "chip.pathTaken"],
  ] as const)("refuses %s in both languages", async (_, argv, code) => {
    writeFileSync(join(folder, "TAKEN"), "");
    const process = sim(...argv.map((word) => (word === "TTY" || word === "TAKEN" ? join(folder, word) : word)));
    expect(await process.exited).toBe(2);
    const said = readFileSync(process.logPath, "utf8");
    for (const part of [code, ERRORS[code].zh, ERRORS[code].remedyEn]) expect(said).toContain(part);
  });

  it("helps", async () => {
    const process = sim("--help");
    expect(await process.exited).toBe(0);
    expect(readFileSync(process.logPath, "utf8")).toMatch(/扫码器[\s\S]*--model[\s\S]*符号链接 symbolic link/);
  });
});
