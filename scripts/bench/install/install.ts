/** Machines from bare chips to signed reports, unattended: the installer's own command at a simulated workshop, beside what their lines allow at best. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { IDENTITY } from "#protocol/chip/arcgateChip.ts";
import { PROVISION } from "#protocol/chip/provision.ts";
import { CALIBRATION } from "#protocol/chip/service.ts";
import { type BenchResult, benchResult } from "#scripts/bench/base/figures.ts";
import { median } from "#scripts/bench/base/statistics.ts";
import { inFolder, say } from "#scripts/bench/base/workplace.ts";
import { atBarePart, BAUD, flashOurs, flashTheirs, floorSeconds, standIn } from "#scripts/bench/flash/flash.ts";
import { atWorkshop, installAll } from "#scripts/bench/install/workshopRun.ts";

/** Modbus RTU: address, function, register, count, byte count, CRC; and the answer to a write. */
const FRAME_CHARACTERS = 9;
const WRITE_ANSWER_CHARACTERS = 8;
const CHARACTER_BITS = 10;

export async function install(quick: boolean): Promise<BenchResult & { machines: number; commissioned: number }> {
  const { machines, kilobytes } = quick ? { machines: 1, kilobytes: 2 } : { machines: 8, kilobytes: 40 };
  say(`安装 ${machines} 台，固件各 ${kilobytes} KB`, `${machines} machines with ${kilobytes} KB of firmware each`);
  return await inFolder(async (folder) => {
    const { summary, seconds } = await atWorkshop(folder, { machines, kilobytes }, (ready) => installAll(ready, join(folder, "out")));
    const alone = await flashedAlone(folder, kilobytes * 1024);
    const done = summary.outcomes.flatMap((outcome) => (outcome.end === "done" ? outcome : []));
    if (done.length === 0) throw new Error("no machine was commissioned: see above");
    const bytes = kilobytes * 1024;
    const best = floorSeconds(bytes);
    const together = median(done.map(({ flashed }) => flashed.seconds));
    const ours = { machineSeconds: median(done.map((outcome) => outcome.seconds)), flashSeconds: alone.ours };
    const floor = { machineSeconds: best + wordsSeconds(), flashSeconds: best, flashBytesPerSecond: bytes / best };
    const rates = { flashBytesPerSecond: bytes / alone.ours, flashTogetherSeconds: together };
    const ratios = { flash: best / alone.ours, flashTogether: best / together, stm32flash: best / alone.theirs };
    return { machines, commissioned: done.length, ...benchResult("install", { ...ours, ...rates, allSeconds: seconds }, floor, ratios) };
  });
}

/** Both at a bare part of their own, one after the other: the eight of the workshop share one process's pace. */
async function flashedAlone(folder: string, length: number): Promise<{ ours: number; theirs: number }> {
  const firmware = standIn(length);
  const image = join(folder, "image.bin");
  writeFileSync(image, firmware.bytes);
  return {
    ours: await atBarePart(folder, "ours", (tty) => flashOurs(tty, firmware)),
    theirs: await atBarePart(folder, "theirs", (tty) => flashTheirs(tty, image)),
  };
}

/** Who it is is read, what it is to be is written, and its zero: no less makes a chip a device's own. */
function wordsSeconds(): number {
  const read = 2 * FRAME_CHARACTERS + 2 * IDENTITY.words;
  const written = [PROVISION, CALIBRATION].map(({ words }) => FRAME_CHARACTERS + 2 * words + WRITE_ANSWER_CHARACTERS);
  return ([read, ...written].reduce((sum, each) => sum + each, 0) * CHARACTER_BITS) / BAUD;
}
