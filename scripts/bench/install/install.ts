/** Machines from bare chips to signed reports, unattended: the installer's own command at a simulated workshop, beside what their lines allow at best. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { IDENTITY } from "#protocol/chip/arcgateChip.ts";
import { PROVISION } from "#protocol/chip/provision.ts";
import { CALIBRATION } from "#protocol/chip/service.ts";
import { type BenchResult, benchResult } from "#scripts/bench/base/figures.ts";
import { median } from "#scripts/bench/base/statistics.ts";
import { inFolder, say, withCleanup } from "#scripts/bench/base/workplace.ts";
import { atBarePart, BAUD, flashTheirs, floorSeconds } from "#scripts/bench/flash/flash.ts";
import type { Summary } from "#scripts/install/batch/summary.ts";

const SIMULATOR = fileURLToPath(new URL("../../../simulator/main.ts", import.meta.url));
const INSTALLER = fileURLToPath(new URL("../../install/main.ts", import.meta.url));
/** Modbus RTU: address, function, register, count, byte count, CRC; and the answer to a write. */
const FRAME_CHARACTERS = 9;
const WRITE_ANSWER_CHARACTERS = 8;
const CHARACTER_BITS = 10;

interface Ready {
  csv: string;
  registry: string;
  trust: string;
  firmware: string;
  installer: string;
  jig: string;
}

export async function install(quick: boolean): Promise<BenchResult & { machines: number; commissioned: number }> {
  const { machines, kilobytes } = quick ? { machines: 1, kilobytes: 2 } : { machines: 8, kilobytes: 40 };
  say(`安装 ${machines} 台，固件各 ${kilobytes} KB`, `${machines} machines with ${kilobytes} KB of firmware each`);
  return await inFolder(async (folder) => {
    const { summary, seconds } = await withCleanup(async (cleanup) => {
      const workshop = runNode([SIMULATOR, "workshop", "--folder", folder, "--machines", `${machines}`, "--kilobytes", `${kilobytes}`]);
      cleanup.add(async () => {
        workshop.kill("SIGTERM");
        await once(workshop, "exit");
      });
      return await installAll(await readyLine(workshop), join(folder, "out"));
    });
    const theirs = await flashSeconds(folder, kilobytes * 1024);
    const done = summary.outcomes.flatMap((outcome) => (outcome.end === "done" ? outcome : []));
    if (done.length === 0) throw new Error("no machine was commissioned: see above");
    const bytes = kilobytes * 1024;
    const best = floorSeconds(bytes);
    const flash = median(done.map(({ flashed }) => flashed.seconds));
    const ours = {
      machineSeconds: median(done.map((outcome) => outcome.seconds)),
      flashSeconds: flash,
      flashBytesPerSecond: bytes / flash,
    };
    const floor = { machineSeconds: best + wordsSeconds(), flashSeconds: best, flashBytesPerSecond: bytes / best };
    const ratios = { flash: best / flash, stm32flash: best / theirs };
    return { machines, commissioned: done.length, ...benchResult("install", { ...ours, allSeconds: seconds }, floor, ratios) };
  });
}

async function installAll(ready: Ready, out: string): Promise<{ summary: Summary; seconds: number }> {
  const { csv, registry, trust, firmware, installer, jig } = ready;
  const options = { registry, trust, firmware, installer, jig, out };
  const startMs = performance.now();
  const tool = runNode([INSTALLER, "batch", csv, ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])]);
  if (!tool.stdout) throw new TypeError("no output to read");
  const said = await text(tool.stdout);
  const seconds = (performance.now() - startMs) / 1000;
  const last = said.trimEnd().split("\n").at(-1) ?? "";
  if (!last.startsWith("{")) throw new Error(`the installer's tool ended without a summary: ${last.slice(0, 200)}`);
  return { summary: JSON.parse(last) as Summary, seconds };
}

async function flashSeconds(folder: string, length: number): Promise<number> {
  const image = join(folder, "image.bin");
  writeFileSync(
    image,
    Uint8Array.from({ length }, (_, at) => (at * 31 + (at >>> 8)) & 0xff),
  );
  return await atBarePart(folder, "theirs", (tty) => flashTheirs(tty, image));
}

/** Who it is is read, what it is to be is written, and its zero: no less makes a chip a device's own. */
function wordsSeconds(): number {
  const read = 2 * FRAME_CHARACTERS + 2 * IDENTITY.words;
  const written = [PROVISION, CALIBRATION].map(({ words }) => FRAME_CHARACTERS + 2 * words + WRITE_ANSWER_CHARACTERS);
  return ([read, ...written].reduce((sum, each) => sum + each, 0) * CHARACTER_BITS) / BAUD;
}

function runNode(argv: readonly string[]): ChildProcess {
  return spawn(process.execPath, ["--import", import.meta.resolve("tsx"), ...argv], { stdio: ["ignore", "pipe", "inherit"] });
}

async function readyLine(child: ChildProcess): Promise<Ready> {
  if (!child.stdout) throw new TypeError("no output to read");
  for await (const line of createInterface({ input: child.stdout })) if (line.startsWith("{")) return JSON.parse(line) as Ready;
  throw new Error("the workshop ended before it was ready");
}
