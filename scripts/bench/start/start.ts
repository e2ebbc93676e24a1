/** From a process's start to its first lease on the wire: the sources, the bundle, and a bare script with the same libraries. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { IDENTITY, LEASE, PAGE, TOTALS } from "#protocol/chip/arcgateChip.ts";
import { type BenchResult, benchResult } from "#scripts/bench/base/figures.ts";
import { buildProgram } from "#scripts/bench/base/programs.ts";
import { median } from "#scripts/bench/base/statistics.ts";
import { type TappedStage, tappedStage } from "#scripts/bench/base/tappedStage.ts";
import { inFolder, say, withCleanup } from "#scripts/bench/base/workplace.ts";
import { build } from "#scripts/build.ts";
import { phoneOf } from "#simulator/phone/phone.ts";
import { scanAtPage } from "#simulator/phone/scan.ts";
import { startNode, until } from "#simulator/stage/processes.ts";

const SOURCE = fileURLToPath(new URL("../../../agent/main.ts", import.meta.url));
const FIRST_LEASE_WAIT_MS = 20_000;
/** The chip's answer to the process that was killed is over: the next is to find a quiet line. */
const LINE_QUIET_MS = 200;
const LOG_TAIL = 2_000;
const BAUD = 115_200;
const LIST_SIZE = 1_000;

export function start(quick: boolean): Promise<BenchResult> {
  const rounds = quick ? 1 : 7;
  say(`启动：${rounds} 轮`, `start: ${rounds} rounds`);
  return inFolder((folder) =>
    withCleanup(async (cleanup) => {
      const bundle = await build();
      const floor = await buildProgram("startFloor");
      const tapped = await tappedStage(folder, LIST_SIZE, cleanup);
      const run = ["run", "--config", tapped.stage.configFile];
      const starts = {
        bundle: () => firstLeaseMs(tapped, folder, bundle, run),
        source: () => firstLeaseMs(tapped, folder, SOURCE, run),
        floor: () => firstLeaseMs(tapped, folder, floor, [JSON.stringify(floorOptions(tapped, folder))]),
      };
      const cold = await inTurns(starts, rounds);
      await beginSession(tapped);
      const resumed = await inTurns(starts, rounds);
      const ours = {
        ...{ sourceMs: median(resumed.source), bundleMs: median(resumed.bundle) },
        ...{ coldSourceMs: median(cold.source), coldBundleMs: median(cold.bundle) },
      };
      const startMs = median([...cold.floor, ...resumed.floor]);
      const ratios = {
        ...{ start: ours.bundleMs / startMs, sourceStart: ours.sourceMs / startMs },
        ...{ coldStart: ours.coldBundleMs / startMs, coldSourceStart: ours.coldSourceMs / startMs },
      };
      return benchResult("start", ours, { startMs }, ratios);
    }),
  );
}

async function inTurns<Name extends string>(starts: Record<Name, () => Promise<number>>, rounds: number): Promise<Record<Name, number[]>> {
  const found = Object.fromEntries(Object.keys(starts).map((name) => [name, []])) as unknown as Record<Name, number[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of Object.keys(starts) as Name[]) found[name].push(await starts[name]());
  }
  return found;
}

/** The process is killed as soon as its first lease has been seen, so a session is taken over by the next. */
async function firstLeaseMs({ tap }: TappedStage, folder: string, script: string, argv: readonly string[]): Promise<number> {
  const seen = tap.lease(() => true, FIRST_LEASE_WAIT_MS);
  const startedMs = performance.now();
  const running = startNode("started", script, argv, folder);
  try {
    return (await seen).atMs - startedMs;
  } catch (error) {
    throw new Error(`${script}: ${readFileSync(running.logPath, "utf8").slice(-LOG_TAIL)}`, { cause: error });
  } finally {
    await running.stop("SIGKILL");
    await delay(LINE_QUIET_MS);
  }
}

function floorOptions({ tap }: TappedStage, folder: string): object {
  const words = Array.from({ length: LEASE.words }, () => 0);
  const reads = [IDENTITY, PAGE, TOTALS].map(({ address, words }) => [address, words]);
  const block = { reads, readAddress: PAGE.address, readWords: PAGE.words, writeAddress: LEASE.address, words };
  return { database: join(folder, "floor.sqlite"), tty: tap.path, baudRate: BAUD, ...block };
}

/** A welder scans, and the contactor closes: what follows are restarts within a session. */
async function beginSession({ stage, tap, device }: TappedStage): Promise<void> {
  await stage.startAgent();
  const phone = phoneOf("certified", stage.platformData);
  await until("a scan that is allowed", async () => (await scanAtPage(stage.page, device, phone)).allowed, FIRST_LEASE_WAIT_MS);
  await tap.lease(({ mode }) => mode === "stayClosed" || mode === "closed", FIRST_LEASE_WAIT_MS);
  await stage.agent?.stop("SIGKILL");
  stage.agent = null;
}
