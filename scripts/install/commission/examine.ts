/** Runs the items that the chip alone can answer, each once what it needs has passed. */
import { type Finding, skipped } from "#scripts/install/commission/core/finding.ts";
import type { ItemId } from "#scripts/install/commission/core/items.ts";
import {
  judgeBypass,
  judgeContactor,
  judgeLease,
  judgeLink,
  judgeVoltage,
  judgeZero,
} from "#scripts/install/commission/core/judgeElectrical.ts";
import { judgeStart, judgeSwitch } from "#scripts/install/commission/core/judgeSwitches.ts";
import { blockerOf, type Results } from "#scripts/install/commission/core/plan.ts";
import type { Bench } from "#scripts/install/commission/probes/bench.ts";
import { keep } from "#scripts/install/commission/probes/bench.ts";
import { probeContactor, probeLease, probeLink, probeOpen, probeVoltage } from "#scripts/install/commission/probes/electrical.ts";
import { probeStart, probeSwitch } from "#scripts/install/commission/probes/switches.ts";

type Probe = (bench: Bench, results: Results) => Promise<Finding>;

export const ELECTRICAL = {
  link: async (bench) => judgeLink(await probeLink(bench)),
  currentZero: async (bench) => judgeZero(await prepared(bench), bench.limits),
  noBypass: async (bench) => judgeBypass(await probeOpen(bench)),
  contactor: async (bench) => judgeContactor(await probeContactor(bench)),
  voltage: async (bench) => judgeVoltage(await probeVoltage(bench), bench.limits),
  lease: async (bench) => judgeLease(await probeLease(bench)),
  eStop: (bench, results) => throughSwitch("eStop", bench, results),
  enclosure: (bench, results) => throughSwitch("enclosure", bench, results),
  start: async (bench) => judgeStart(await probeStart(bench)),
} as const satisfies Partial<Record<ItemId, Probe>>;

export type ElectricalId = keyof typeof ELECTRICAL;
export const ELECTRICAL_IDS = Object.keys(ELECTRICAL) as ElectricalId[];

/** One item: its finding, or what keeps it from being done. */
export async function examine(id: ElectricalId, bench: Bench, results: Results): Promise<Finding> {
  const blocker = blockerOf(id, results);
  if (blocker) return skipped(blocker);
  try {
    return await ELECTRICAL[id](bench, results);
  } finally {
    await bench.desk.order("open");
  }
}

async function throughSwitch(which: "eStop" | "enclosure", bench: Bench, results: Results): Promise<Finding> {
  const closes = results.contactor?.finding.verdict === "pass";
  return judgeSwitch(which, await probeSwitch(bench, which, closes));
}

/** The machine as it should stand: supply on, nothing pressed, doors shut, no fault of yesterday. What stays wrong is named by its item. */
async function prepared(bench: Bench): Promise<Awaited<ReturnType<typeof probeOpen>>> {
  const { desk } = bench;
  await bench.ask("switchMachineOn");
  const sight = await desk.look();
  if (sight.eStop) await bench.ask("releaseEStop");
  if (sight.enclosureOpen) await bench.ask("closeEnclosure");
  if (sight.eStop || sight.enclosureOpen) {
    await keep(bench, "open", bench.patienceMs, ({ eStop, enclosureOpen }) => !eStop && !enclosureOpen);
  }
  if (sight.fault !== "none") {
    await bench.ask("powerAnew");
    await desk.meet();
  }
  return probeOpen(bench);
}
