/** A tool that we did not write flashes the simulated silicon, and is refused by it. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type PartProcess, startPart } from "#simulator/chip/silicon/partProcess.ts";

let folder: string;
let part: PartProcess;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "arcgate-silicon-"));
});
afterEach(async () => {
  await part.close();
  rmSync(folder, { recursive: true });
});

const start = async (silicon: "f030" | "f103"): Promise<void> => {
  part = await startPart({
    tty: join(folder, "tty"),
    silicon,
    baud: 115_200,
    paced: false,
    flash: join(folder, "flash"),
    serial: "1",
    boot0: true,
  });
};

/** A pty knows no parity, so the frame is named. */
function stm32flash(...args: string[]): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    execFile("stm32flash", ["-m", "8n1", "-b", "115200", ...args, join(folder, "tty")], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error ? 1 : 0, text: stdout + stderr });
    });
  });
}

describe.each(["f030", "f103"] as const)("stm32flash at a %s", (silicon) => {
  it("finds it, writes, verifies, reads it back, and starts it", async () => {
    await start(silicon);
    const image = join(folder, "image.bin");
    writeFileSync(image, randomBytes(9_000));
    const written = await stm32flash("-w", image, "-v", "-g", "0x08000000");
    expect(written.text).toContain("Done.");
    expect(written.code).toBe(0);
    expect(Buffer.from(part.flash.flash.subarray(0, 9_000))).toEqual(readFileSync(image));
  });

  it("reads back what is there", async () => {
    await start(silicon);
    part.flash.program(
      0,
      Uint8Array.from({ length: 2_048 }, (_, at) => at & 0xff),
    );
    const read = await stm32flash("-r", join(folder, "back.bin"));
    expect(read.code).toBe(0);
    expect(readFileSync(join(folder, "back.bin"))).toEqual(Buffer.from(part.flash.flash));
  });

  it("protects it, is refused then, and finds it erased when it takes the protection off", async () => {
    await start(silicon);
    part.flash.program(0, Uint8Array.of(1, 2, 3, 4));
    expect((await stm32flash("-j")).code).toBe(0);
    expect(part.flash.isReadProtected).toBe(true);
    const refused = await stm32flash("-r", join(folder, "back.bin"));
    expect(refused.code).not.toBe(0);
    expect((await stm32flash("-k")).code).toBe(0);
    expect([part.flash.isReadProtected, ...part.flash.flash.subarray(0, 4)]).toEqual([false, 255, 255, 255, 255]);
  });
});
