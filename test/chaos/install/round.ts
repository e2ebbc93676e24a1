/** A workshop whose installation is interrupted: the tool killed, cables pulled, chips without power, each at a step of its own; then run to its end. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Summary } from "#scripts/install/batch/summary.ts";
import { Random } from "#simulator/chip/plant/random.ts";
import { askControl } from "#simulator/stage/control.ts";
import type { WorkshopReady } from "#simulator/workshop/workshop.ts";

export const KINDS = ["kill", "unplug", "power"] as const;
export type Kind = (typeof KINDS)[number];

/** Of what the tool says; each is about a step, so that every step is hit alike. */
const LINES_BETWEEN = { least: 1, most: 12 } as const;
const HESITATION_MS = 200;
const AWAY_MS = { least: 50, most: 2_500 } as const;
const RUN_MS = 600_000;
/** Without another fault it may need a second run, for a step that the last fault broke. */
const LAST_RUNS = 3;
const INSTALLER = fileURLToPath(new URL("../../../scripts/install/main.ts", import.meta.url));

export interface RoundOptions {
  ready: WorkshopReady;
  out: string;
  seed: number;
  interruptions: number;
}

export interface Played {
  done: Record<Kind, number>;
  runs: number;
  /** Of the last run. */
  summary: Summary | null;
}

export async function playRound({ ready, out, seed, interruptions }: RoundOptions): Promise<Played> {
  const random = new Random(seed);
  const played: Played = { done: { kill: 0, unplug: 0, power: 0 }, runs: 0, summary: null };
  const made = () => KINDS.reduce((sum, kind) => sum + played.done[kind], 0);
  const count = (kind: Kind) => {
    played.done[kind] += 1;
  };
  let lastRuns = 0;
  while (lastRuns < LAST_RUNS && (played.summary === null || played.summary.failed + played.summary.left > 0 || made() < interruptions)) {
    if (made() >= interruptions) lastRuns += 1;
    played.runs += 1;
    played.summary = await runOnce(ready, out, random, () => (made() < interruptions ? count : null));
    // All is installed, and nothing is left to interrupt.
    if (played.summary !== null && played.summary.failed + played.summary.left === 0) break;
  }
  return played;
}

/** The summary, or null when the run was killed. `counting` gives null once enough was done. */
async function runOnce(
  ready: WorkshopReady,
  out: string,
  random: Random,
  counting: () => ((kind: Kind) => void) | null,
): Promise<Summary | null> {
  const { csv, registry, trust, firmware, installer, jig } = ready;
  const options = Object.entries({ registry, trust, firmware, installer, jig, out }).flatMap(([name, value]) => [`--${name}`, value]);
  const argv = ["--import", import.meta.resolve("tsx"), INSTALLER, "batch", csv, ...options];
  const tool = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "pipe"], timeout: RUN_MS });
  const exited = once(tool, "exit");
  let last = "";
  if (!tool.stdout || !tool.stderr) throw new TypeError("no output to read");
  createInterface({ input: tool.stdout }).on("line", (line) => {
    last = line;
  });
  const restoring = await interruptAll(tool, ready, random, counting);
  await exited;
  await Promise.all(restoring);
  return last.startsWith("{") ? (JSON.parse(last) as Summary) : null;
}

/** Resolves when the tool says nothing more. */
async function interruptAll(
  tool: ChildProcess,
  ready: WorkshopReady,
  random: Random,
  counting: () => ((kind: Kind) => void) | null,
): Promise<Promise<void>[]> {
  const restoring: Promise<void>[] = [];
  let linesLeft = random.integer(LINES_BETWEEN.least, LINES_BETWEEN.most);
  if (!tool.stderr) throw new TypeError("no output to read");
  for await (const _line of createInterface({ input: tool.stderr })) {
    linesLeft -= 1;
    const count = counting();
    if (linesLeft > 0 || count === null) continue;
    linesLeft = random.integer(LINES_BETWEEN.least, LINES_BETWEEN.most);
    const kind = KINDS[random.integer(0, KINDS.length - 1)] ?? "kill";
    const machine = ready.machines[random.integer(0, ready.machines.length - 1)];
    const awayMs = random.between(AWAY_MS.least, AWAY_MS.most);
    await delay(random.between(0, HESITATION_MS));
    count(kind);
    if (kind === "kill") tool.kill("SIGKILL");
    else if (machine) restoring.push(takeAway(kind, machine.control, awayMs));
  }
  return restoring;
}

async function takeAway(kind: "unplug" | "power", control: string, awayMs: number): Promise<void> {
  const [away, back] =
    kind === "unplug"
      ? [{ do: "unplugCable" }, { do: "plugCable" }]
      : [
          { do: "power", on: false },
          { do: "power", on: true },
        ];
  await askControl(control, away);
  await delay(awayMs);
  await askControl(control, back);
}
