/** The launcher alone, over programs of a line each: what it starts, what it counts, and what it falls back to. */
import { mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Pointer } from "#agent/core/update/pointer.ts";
import { REAL_RELEASE_DISK } from "#agent/shell/system/releaseDisk.ts";
import { readPointer, releasesFolder, writePointer } from "#agent/shell/system/releasePointer.ts";
import { LAUNCHER } from "#scripts/build.ts";
import { benchFolder } from "#test/agent/bench.ts";
import { BUNDLED, runCommand } from "#test/agent/commandLine.ts";

const TRIAL: Pointer = { at: "onProbation", running: "9.1.0", previous: "9.0.0", attempts: 0, answered: [], failed: null };
/** Of the installed program, which finds no configuration. */
const INSTALLED_EXIT = 2;

let data: string;
let folder: string;

function put(version: string, program: string): void {
  mkdirSync(join(folder, version), { recursive: true });
  writeFileSync(join(folder, version, "arcgate.mjs"), program);
}

function point(pointer: Pointer): void {
  mkdirSync(folder, { recursive: true });
  writePointer(REAL_RELEASE_DISK, folder, pointer);
}

async function started(): Promise<number> {
  return (await runCommand(process.execPath, [LAUNCHER, data, "run", "--config", join(data, "none.yaml")])).code;
}

describe.concurrent("the launcher", () => {
  beforeAll(async () => {
    await BUNDLED;
  });
  beforeEach(() => {
    data = benchFolder();
    folder = releasesFolder(data);
  });
  afterEach(() => rmSync(data, { recursive: true, force: true }));

  it.sequential("starts the installed program when nothing else is there, and only to run", async () => {
    expect(await started()).toBe(INSTALLED_EXIT);
    const asked = await runCommand(process.execPath, [LAUNCHER, data, "status"]);
    expect([asked.code, asked.err]).toEqual([2, expect.stringContaining("Usage")]);
  });

  it.sequential("starts a release in its own process, with its arguments, its folder, and the installation's packages", async () => {
    const seen = join(data, "seen.json");
    const facts = "[process.argv.slice(2), process.env.ARCGATE_RELEASES, typeof Database]";
    put(
      "9.0.0",
      `import Database from "better-sqlite3"; import fs from "node:fs"; fs.writeFileSync("${seen}", JSON.stringify(${facts})); process.exit(7);`,
    );
    point({ at: "confirmed", running: "9.0.0", failed: null });
    expect(await started()).toBe(7);
    expect(JSON.parse(readFileSync(seen, "utf8"))).toEqual([["run", "--config", join(data, "none.yaml")], folder, "function"]);
    expect(dirname(readlinkSync(join(folder, "node_modules")))).toMatch(/^\//);
  });

  it.sequential("gives a release three starts, and then starts the one before", async () => {
    put("9.0.0", "process.exit(7);");
    put("9.1.0", 'throw new Error("broken");');
    point(TRIAL);
    expect([await started(), await started(), await started()]).toEqual([1, 1, 1]);
    expect(readPointer(folder)).toEqual({ ...TRIAL, attempts: 3 });
    expect([await started(), await started()]).toEqual([7, 7]);
    const failed = { version: "9.1.0", code: "update.notStarted", told: false };
    expect(readPointer(folder)).toEqual({ at: "confirmed", running: "9.0.0", failed });
  });

  it.sequential("counts before it starts: a release that kills itself at once has no more than three either", async () => {
    put("9.0.0", "process.exit(7);");
    put("9.1.0", 'process.kill(process.pid, "SIGKILL");');
    point(TRIAL);
    const codes = [await started(), await started(), await started(), await started()];
    expect(codes).toEqual([-1, -1, -1, 7]);
  });

  it.sequential("falls back at once from what is gone, to the installed program in the end", async () => {
    put("9.0.0", "process.exit(7);");
    point(TRIAL);
    expect(await started()).toBe(7);
    REAL_RELEASE_DISK.remove(join(folder, "9.0.0"));
    expect(await started()).toBe(INSTALLED_EXIT);
    expect(readPointer(folder)).toMatchObject({ at: "confirmed", running: null });
  });

  it.sequential("makes no start that it cannot count", async () => {
    put("9.0.0", "process.exit(7);");
    put("9.1.0", "process.exit(8);");
    point(TRIAL);
    // A folder where the new pointer would be written: nobody, not even root, writes over it.
    mkdirSync(join(folder, "pointer.json.new"));
    expect([await started(), readPointer(folder)]).toEqual([7, TRIAL]);
  });
});
