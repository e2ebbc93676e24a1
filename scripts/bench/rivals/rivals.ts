/** Ours beside Node-RED: the same load, the same broker, the same kills at the same instants, one after the other in one run. */
import { join } from "node:path";
import { type BenchResult, rivalResult } from "#scripts/bench/base/figures.ts";
import { median } from "#scripts/bench/base/statistics.ts";
import { inFolder, say } from "#scripts/bench/base/workplace.ts";
import { installNodeRed } from "#scripts/bench/rivals/nodeRed.ts";
import { nodeRedLatencyMs, nodeRedLoad, nodeRedThroughput } from "#scripts/bench/rivals/nodeRedSide.ts";
import { ourLatencyMs, ourLoad, ourThroughput } from "#scripts/bench/rivals/ourSide.ts";
import { killPlan } from "#scripts/bench/rivals/plan.ts";
import { build } from "#scripts/build.ts";

const SEED = 20_261_127;

const FULL = { kills: 3, steadyS: 30, afterS: 15, latencyRounds: 3, latencyEvents: 700, windows: 60_000, floodS: 10, polls: [10, 5, 2] };
const QUICK = { kills: 1, steadyS: 5, afterS: 12, latencyRounds: 1, latencyEvents: 200, windows: 6_000, floodS: 3, polls: [5] };

export function rivals(quick: boolean): Promise<BenchResult> {
  return inFolder(async (folder) => {
    const entry = await installNodeRed(join(folder, "install"));
    await build();
    return compare(entry, folder, quick);
  });
}

/** With Node-RED's entry. */
export async function compare(entry: string, folder: string, quick: boolean): Promise<BenchResult> {
  const size = quick ? QUICK : FULL;
  const plan = { steadyS: size.steadyS, afterS: size.afterS, kills: killPlan(SEED, size.kills) };
  const at = (name: string) => join(folder, name);
  say(`负荷与断电：各 ${size.kills} 次`, `load of 100 readings a second, then ${size.kills} kills each of gateway, broker and both`);
  const ourUse = await ourLoad(at("load"), plan);
  const nodeRedUse = await nodeRedLoad(entry, at("nrLoad"), plan);
  say("延迟", "latency at 100 events a second");
  const late = { ours: [] as number[], nodeRed: [] as number[] };
  for (let round = 0; round < size.latencyRounds; round++) {
    late.ours.push(await ourLatencyMs(at(`late${round}`), size.latencyEvents));
    late.nodeRed.push(await nodeRedLatencyMs(entry, at(`nrLate${round}`), size.latencyEvents));
  }
  say("吞吐", "throughput");
  const ourRate = await ourThroughput(at("flood"), size.windows);
  const rates: number[] = [];
  for (const pollMs of size.polls) rates.push(await nodeRedThroughput(entry, at(`nrFlood${pollMs}`), pollMs, size.floodS));
  return rivalResult(
    "rivals",
    { ...ourUse, eventsPerSecond: ourRate, latencyP99Ms: median(late.ours) },
    { ...nodeRedUse, eventsPerSecond: Math.max(...rates), latencyP99Ms: median(late.nodeRed) },
  );
}
