/** A simulated workshop as a process of its own, and the installer's own command at it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { withCleanup } from "#scripts/bench/base/workplace.ts";
import type { Summary } from "#scripts/install/batch/summary.ts";

const SIMULATOR = fileURLToPath(new URL("../../../simulator/main.ts", import.meta.url));
const INSTALLER = fileURLToPath(new URL("../../install/main.ts", import.meta.url));

interface Ready {
  csv: string;
  registry: string;
  trust: string;
  firmware: string;
  installer: string;
  jig: string;
}

/** The workshop is in `folder`, and ends with `work`. `more`: what else its command is told. */
export function atWorkshop<T>(
  folder: string,
  { machines, kilobytes }: { machines: number; kilobytes: number },
  work: (ready: Ready) => Promise<T>,
  more: readonly string[] = [],
): Promise<T> {
  return withCleanup(async (cleanup) => {
    const options = ["--folder", folder, "--machines", `${machines}`, "--kilobytes", `${kilobytes}`, ...more];
    const workshop = runNode([SIMULATOR, "workshop", ...options]);
    cleanup.add(async () => {
      workshop.kill("SIGTERM");
      await once(workshop, "exit");
    });
    return await work(await readyLine(workshop));
  });
}

/** `more`: what else the command is told. */
export async function installAll(ready: Ready, out: string, more: readonly string[] = []): Promise<{ summary: Summary; seconds: number }> {
  const { csv, registry, trust, firmware, installer, jig } = ready;
  const options = Object.entries({ registry, trust, firmware, installer, jig, out }).flatMap(([name, value]) => [`--${name}`, value]);
  const startMs = performance.now();
  const tool = runNode([INSTALLER, "batch", csv, ...options, ...more]);
  if (!tool.stdout) throw new TypeError("no output to read");
  const said = await text(tool.stdout);
  const seconds = (performance.now() - startMs) / 1000;
  const last = said.trimEnd().split("\n").at(-1) ?? "";
  if (!last.startsWith("{")) throw new Error(`the installer's tool ended without a summary: ${last.slice(0, 200)}`);
  return { summary: JSON.parse(last) as Summary, seconds };
}

function runNode(argv: readonly string[]): ChildProcess {
  return spawn(process.execPath, ["--import", import.meta.resolve("tsx"), ...argv], { stdio: ["ignore", "pipe", "inherit"] });
}

async function readyLine(child: ChildProcess): Promise<Ready> {
  if (!child.stdout) throw new TypeError("no output to read");
  for await (const line of createInterface({ input: child.stdout })) if (line.startsWith("{")) return JSON.parse(line) as Ready;
  throw new Error("the workshop ended before it was ready");
}
