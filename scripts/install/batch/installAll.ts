/** Installs what is on the list, or one stage of it, with a table for people and a last line for programs. */
import { setMaxListeners } from "node:events";
import { join } from "node:path";
import { CodedError } from "#protocol/errors/codedError.ts";
import { LiveTable } from "#scripts/install/batch/liveTable.ts";
import { type MachineOutcome, runBatch } from "#scripts/install/batch/runBatch.ts";
import { summaryOf, summaryText } from "#scripts/install/batch/summary.ts";
import { ConsoleTeller } from "#scripts/install/machine/consoleTeller.ts";
import { type Installed, installMachine, onBench, prepareOnBench } from "#scripts/install/machine/installMachine.ts";
import { Jig } from "#scripts/install/machine/jig.ts";
import { Job } from "#scripts/install/machine/job.ts";
import { isOnBus, type MachineOrder } from "#scripts/install/machine/order.ts";
import { realSteps } from "#scripts/install/machine/realSteps.ts";
import type { Settings } from "#scripts/install/machine/settings.ts";
import type { Teller } from "#scripts/install/machine/teller.ts";
import { trustedFirmware } from "#scripts/install/machine/trustedFirmware.ts";
import { ModuleDesk } from "#scripts/install/module/moduleDesk.ts";

/** Machines that share a module are mounted between their bench and their site. */
export const STAGES = ["bench", "site", "all"] as const;

interface Extent {
  /** Ports, or modules. */
  atOnce: number;
  stage: (typeof STAGES)[number];
}

type Steps = ReturnType<typeof realSteps>;

/** Gives the exit code: 0 when nothing of the stage is left to do. Throws what is wrong before anything is begun. */
export async function installAll(orders: readonly MachineOrder[], settings: Settings, { atOnce, stage }: Extent): Promise<number> {
  const firmware = trustedFirmware(settings.firmwareFile, settings.trustFile);
  const abort = new AbortController();
  // As many machines as are at work listen to it.
  setMaxListeners(0, abort.signal);
  const stop = () => abort.abort(new CodedError("install.stopped", ""));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  const table = new LiveTable(
    orders.map(({ name }) => name),
    process.stderr,
    () => performance.now(),
  );
  const steps = realSteps(settings, firmware, abort.signal);
  const modules = new ModuleDesk(orders.filter(isOnBus), settings);
  // A person has one pair of hands: they are asked one thing at a time.
  const hands = new ConsoleTeller();
  const outcomes = await runBatch(orders, atOnce, {
    shares: (order) => (stage === "site" && isOnBus(order) ? `module ${order.module}` : order.port),
    install: (order) =>
      atMachine(order, stage, settings, hands, table, (job, teller) => install(order, stage, job, teller, steps, modules)),
    begins: (name) => table.begin(name),
    ends: (outcome) => table.end(outcome.name, outcome.end, textOf(outcome), "seconds" in outcome ? outcome.seconds : null),
    nowMs: () => performance.now(),
    signal: abort.signal,
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.removeListener(signal, stop);
  const summary = summaryOf(orders, outcomes);
  console.error(summaryText(summary));
  console.log(JSON.stringify(summary));
  return summary.failed + summary.left === 0 ? 0 : 1;
}

async function install(
  order: MachineOrder,
  stage: Extent["stage"],
  job: Job,
  teller: Teller,
  steps: Steps,
  modules: ModuleDesk,
): Promise<Installed> {
  const isShared = isOnBus(order);
  if (stage === "bench" || (stage === "all" && isShared)) return await prepareOnBench(order, job, teller, steps);
  if (isShared) return await modules.commission(order, job, teller, steps);
  if (stage === "site") onBench(job);
  return await installMachine(order, job, teller, steps);
}

async function atMachine(
  order: MachineOrder,
  stage: Extent["stage"],
  { out, jig }: Settings,
  hands: ConsoleTeller,
  table: LiveTable,
  work: (job: Job, teller: Teller) => Promise<Installed>,
): Promise<Installed> {
  const { name, port, address } = order;
  const tell: Teller["tell"] = (told) => table.told(name, told);
  const place = stage === "site" && isOnBus(order) ? { port: order.bus, address } : { port, address: null };
  const jigged = jig === null ? null : await Jig.open(jig, place, tell);
  const job = new Job(join(out, name));
  try {
    return await work(job, jigged ?? { tell, ask: (ask, told, facts) => hands.ask(ask, { ...told, zh: `${name}：${told.zh}` }, facts) });
  } finally {
    job.close();
    jigged?.close();
  }
}

function textOf(outcome: MachineOutcome): string {
  return outcome.end === "failed" ? outcome.text : outcome.deviceCode;
}
