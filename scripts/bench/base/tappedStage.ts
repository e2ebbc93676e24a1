/** Chip, platform and agent as in the story, with a tap in the cable. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { WireTap } from "#scripts/bench/base/wireTap.ts";
import type { Cleanup } from "#scripts/bench/base/workplace.ts";
import { BUNDLE } from "#scripts/build.ts";
import { until } from "#simulator/stage/processes.ts";
import { type Stage, startStage } from "#simulator/stage/stage.ts";

const BAUD = 115_200;

export interface TappedStage {
  stage: Stage;
  tap: WireTap;
  device: string;
}

/** The agent has fetched its list, and is at rest again when this resolves: it is not running. */
export async function tappedStage(folder: string, listSize: number, cleanup: Cleanup): Promise<TappedStage> {
  const stage = await startStage({ folder, agentScript: BUNDLE, models: ["ZX7-400"], baud: BAUD, listSize });
  cleanup.add(() => stage.close());
  await until("the list", async () => (await statusOf(stage)).list, LIST_WAIT_MS);
  await stage.agent?.stop();
  stage.agent = null;
  const [bus] = stage.buses;
  const [device] = stage.devices;
  if (!bus || device === undefined) throw new Error("a stage without a machine");
  const tap = await WireTap.open(join(folder, "tap"), bus.tty, BAUD);
  cleanup.add(() => tap.close());
  writeFileSync(stage.configFile, readFileSync(stage.configFile, "utf8").replace(bus.tty, tap.path));
  return { stage, tap, device };
}

const LIST_WAIT_MS = 120_000;

export interface BenchStatus {
  list: object | null;
  online: boolean;
  machines: { device: string; state: string; arcing: boolean; journalled: { legal: number; telemetry: number } }[];
}

/** What the agent's page says. */
export async function statusOf({ page }: Stage): Promise<BenchStatus> {
  return (await (await fetch(`${page}/api/status`)).json()) as BenchStatus;
}
