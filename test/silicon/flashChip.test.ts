/** Our flasher at the simulated silicon, over a real pty. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CodedError } from "#protocol/errors/codedError.ts";
import { readFirmware } from "#scripts/install/flash/firmwareFile.ts";
import { type FlashOrder, flashChip } from "#scripts/install/flash/flashChip.ts";
import { type PartProcess, startPart } from "#simulator/chip/silicon/partProcess.ts";
import { testTrust } from "#test/list/fixtures.ts";
import { firmwareOf, releasedFirmware } from "#test/silicon/firmwares.ts";
import { seeded } from "#test/sync/seed.ts";

const FIRMWARE = firmwareOf("1.2.3", 9_000);
let folder: string;
let part: PartProcess;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "arcgate-silicon-"));
});
afterEach(async () => {
  await part?.close();
  rmSync(folder, { recursive: true });
});

const start = async (silicon: "f030" | "f103" = "f030"): Promise<void> => {
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
const flash = (more: Partial<FlashOrder> = {}) =>
  flashChip({
    ...{ port: join(folder, "tty"), baud: 115_200, parity: "none", firmware: FIRMWARE, eraseProtected: false, progress: () => undefined },
    ...more,
  });
const codeOf = (act: Promise<unknown>) =>
  act.then(
    () => "done",
    (error: unknown) => (error instanceof CodedError ? error.code : String(error)),
  );
const written = () => Buffer.from(part.flash.flash.subarray(0, FIRMWARE.bytes.length)).equals(FIRMWARE.bytes);

describe.each(["f030", "f103"] as const)("a bare %s", (silicon) => {
  it("is written, read back, and started; a second time there is nothing to do", async () => {
    await start(silicon);
    expect(await flash()).toMatchObject({ before: null, version: "1.2.3", pagesWritten: 9, pagesKept: 0 });
    expect([written(), part.truth().application]).toEqual([true, 0x0800_0000]);
    part.reset();
    expect(await flash()).toMatchObject({ before: "1.2.3", pagesWritten: 0, pagesKept: 9 });
  });
});

describe("what must not be written is refused before anything is erased", () => {
  it.each([
    ["older firmware than the chip's", firmwareOf("1.2.2", 9_000), "flash.older"],
    ["firmware for another part", firmwareOf("2.0.0", 9_000, ["f103"]), "update.otherTarget"],
    ["more than the part holds", firmwareOf("2.0.0", 65_537), "flash.badFirmware"],
  ])("%s", async (_, firmware, code) => {
    await start();
    await flash();
    part.reset();
    expect(await codeOf(flash({ firmware }))).toBe(code);
    expect(written()).toBe(true);
  });

  it("a protected part, but where erasing it is wanted", async () => {
    await start();
    part.flash.program(0, Uint8Array.of(1, 2, 3, 4));
    part.flash.protectReading();
    expect(await codeOf(flash())).toBe("flash.readProtected");
    expect(part.flash.isReadProtected).toBe(true);
    expect(await flash({ eraseProtected: true })).toMatchObject({ before: null, pagesWritten: 9 });
    expect(written()).toBe(true);
  });

  it("a port that is not there, a part that does not answer", async () => {
    await start();
    expect(await codeOf(flash({ port: join(folder, "none") }))).toBe("flash.noPort");
    part.power(false);
    expect(await codeOf(flash())).toBe("flash.noAnswer");
  });

  it("firmware that says it is another version than its release", async () => {
    await start();
    const path = join(folder, "release");
    writeFileSync(path, releasedFirmware({ ...FIRMWARE, version: "9.9.9" }));
    expect(() => readFirmware(path, testTrust())).toThrow("flash.badFirmware");
    writeFileSync(path, releasedFirmware(FIRMWARE));
    expect(readFirmware(path, testTrust())).toEqual(FIRMWARE);
  });
});

describe("power that goes at any instant", () => {
  const SEED = Number(process.env.ARCGATE_SEED ?? 1);
  it(`leaves a part that does not start, or a whole one, and the next run ends it (ARCGATE_SEED=${SEED})`, async () => {
    await start();
    const random = seeded(SEED);
    for (let cut = 0; cut < 5; cut++) {
      part.flash.eraseAll();
      part.reset();
      const steps = Math.floor(random() * 110);
      let seen = 0;
      const progress = () => {
        if (++seen === steps) part.power(false);
      };
      const first = await codeOf(flash({ progress }));
      const isErasedAtStart = part.flash.flash.subarray(0, 4).every((byte) => byte === 0xff);
      expect([cut, first === "done" || isErasedAtStart || written()]).toEqual([cut, true]);
      part.power(true);
      expect(await codeOf(flash())).toBe("done");
      expect([cut, written()]).toEqual([cut, true]);
    }
  });
});

it("a host that dies in mid-frame leaves a part that the next one meets", async () => {
  await start();
  // A write whose data never came, an address whose checksum never came, a command without its complement.
  for (const left of [
    [0x31, 0xce],
    [0x31, 0xce, 0x08, 0x00],
    [0x31, 0xce, 0x08, 0x00, 0x00, 0x00, 0x08, 0xff, 1, 2, 3],
    [0x44],
    [0x44, 0xbb, 0x00],
  ]) {
    part.reset();
    part.hear(Uint8Array.of(0x7f, ...left));
    expect(await flash()).toMatchObject({ version: "1.2.3" });
    expect(written()).toBe(true);
  }
});

it("a part that answered late, and was asked twice, is met again", async () => {
  await start();
  let isFirst = true;
  part.spoil((byte) => {
    if (isFirst) {
      isFirst = false;
      queueMicrotask(() => part.hear(Uint8Array.of(0x7f)));
    }
    return byte;
  });
  expect(await flash()).toMatchObject({ version: "1.2.3" });
});

it("noise on the line is met again", async () => {
  await start();
  const random = seeded(7);
  part.spoil((byte) => (random() < 0.0002 ? byte ^ 0x04 : byte));
  expect(await codeOf(flash())).toBe("done");
  expect(written()).toBe(true);
});
