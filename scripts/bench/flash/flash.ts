/** A bare part's firmware at 115,200 baud: our flasher, Debian's stm32flash, and what the line and the silicon allow at best. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { addressFrame, BLOCK_BYTES_MAX, blockFrame, commandFrame, countFrame } from "#protocol/boot/an3155.ts";
import { FIRMWARE_INFO_AT, firmwareInfo } from "#protocol/boot/firmware.ts";
import { SILICON } from "#protocol/boot/silicon.ts";
import { type BenchResult, benchResult } from "#scripts/bench/base/figures.ts";
import { median } from "#scripts/bench/base/statistics.ts";
import { CannotRun, inFolder, say, withCleanup } from "#scripts/bench/base/workplace.ts";
import type { Firmware } from "#scripts/install/flash/firmwareFile.ts";
import { flashChip } from "#scripts/install/flash/flashChip.ts";

export const BAUD = 115_200;
/** Start, eight data bits, even parity, stop. */
const CHARACTER_BITS = 11;
/** Of the simulated silicon, from its data sheet. */
const ERASE_PAGE_MS = 20;
const PROGRAM_HALFWORD_MS = 0.0525;
const PART = SILICON.f030;
const SIMULATOR = fileURLToPath(new URL("../../../simulator/main.ts", import.meta.url));

export async function flash(quick: boolean): Promise<BenchResult> {
  const { kilobytes, rounds } = quick ? { kilobytes: 2, rounds: 1 } : { kilobytes: 40, rounds: 3 };
  const firmware = standIn(kilobytes * 1024);
  say(`烧录 ${kilobytes} KB，${rounds} 轮`, `${kilobytes} KB of firmware, ${rounds} rounds`);
  return await inFolder(async (folder) => {
    const image = join(folder, "image.bin");
    writeFileSync(image, firmware.bytes);
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      ours.push(await atBarePart(folder, `ours${round}`, (tty) => flashOurs(tty, firmware)));
      theirs.push(await atBarePart(folder, `theirs${round}`, (tty) => flashTheirs(tty, image)));
    }
    const rate = (seconds: number) => firmware.bytes.length / seconds;
    const best = floorSeconds(firmware.bytes.length);
    const [mine, stm32flash] = [median(ours), median(theirs)];
    return benchResult(
      "flash",
      { bytesPerSecond: rate(mine), seconds: mine },
      { bytesPerSecond: rate(best), seconds: best },
      { flash: rate(mine) / rate(best), stm32flash: rate(stm32flash) / rate(best) },
    );
  });
}

export function standIn(length: number): Firmware {
  const bytes = Uint8Array.from({ length }, (_, at) => (at * 31 + (at >>> 8)) & 0xff);
  bytes.set(firmwareInfo("1.0.0"), FIRMWARE_INFO_AT);
  return { version: "1.0.0", productIds: [PART.productId], bytes };
}

/** Every byte of the least that AN3155 needs to erase, write, and read it all back, and the silicon's own time; a host that loses none. */
export function floorSeconds(length: number): number {
  const blocks = length / BLOCK_BYTES_MAX;
  const pages = length / PART.pageBytes;
  const before = commandFrame("writeMemory").length + 1 + addressFrame(0).length + 1;
  const writing = before + blockFrame(new Uint8Array(BLOCK_BYTES_MAX)).length + 1;
  const reading = before + countFrame(1).length + 1 + BLOCK_BYTES_MAX;
  const lineMs = (blocks * (writing + reading) * CHARACTER_BITS * 1000) / BAUD;
  return (lineMs + (length / 2) * PROGRAM_HALFWORD_MS + pages * ERASE_PAGE_MS) / 1000;
}

/** Seconds that `work` takes at a part that has never been written. */
export async function atBarePart(folder: string, name: string, work: (tty: string) => Promise<void>): Promise<number> {
  return await withCleanup(async (cleanup) => {
    const tty = join(folder, name);
    const argv = ["--import", import.meta.resolve("tsx"), SIMULATOR, "silicon", "--tty", tty, "--baud", String(BAUD)];
    const part = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
    cleanup.add(async () => {
      part.kill("SIGTERM");
      await once(part, "exit");
    });
    await once(part.stdout, "data");
    const startMs = performance.now();
    await work(tty);
    return (performance.now() - startMs) / 1000;
  });
}

export async function flashOurs(port: string, firmware: Firmware): Promise<void> {
  await flashChip({ port, baud: BAUD, parity: "none", firmware, eraseProtected: false, progress: () => undefined });
}

export async function flashTheirs(tty: string, image: string): Promise<void> {
  try {
    await promisify(execFile)("stm32flash", ["-m", "8n1", "-b", String(BAUD), "-w", image, "-v", "-g", "0x08000000", tty]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new CannotRun("stm32flash：apt-get install stm32flash");
  }
}
