/**
 * A machine's self-test: each item with a verdict, journalled, and a signed report of all of them. The contactor is only ever rented:
 * whatever ends this program, the chip opens it when the lease runs out.
 */
import { setTimeout as delay } from "node:timers/promises";
import { parseDesignation } from "#protocol/codes/gbt10249.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { type CommissionReport, encodeReport } from "#protocol/install/report.ts";
import type { AgentCommand } from "#scripts/install/commission/agentProcess.ts";
import { machineLimits } from "#scripts/install/commission/core/limits.ts";
import { outcomeOf } from "#scripts/install/commission/core/plan.ts";
import { ASK_WORDS } from "#scripts/install/commission/core/words.ts";
import { ELECTRICAL_IDS, examine } from "#scripts/install/commission/examine.ts";
import { examineThroughAgent, type SeenAgent } from "#scripts/install/commission/examineThroughAgent.ts";
import { Findings } from "#scripts/install/commission/findings.ts";
import { keepReport, registerReport } from "#scripts/install/commission/handOver.ts";
import { type MachineSettings, readMachineSettings } from "#scripts/install/commission/machineSettings.ts";
import { type AtChip, withChip } from "#scripts/install/commission/probes/atChip.ts";
import type { Bench } from "#scripts/install/commission/probes/bench.ts";
import { reportOf } from "#scripts/install/commission/reportOf.ts";
import { openSigner } from "#scripts/install/commission/signer.ts";
import type { Job } from "#scripts/install/machine/job.ts";
import type { Ask, Teller } from "#scripts/install/machine/teller.ts";
import { kept } from "#scripts/install/provision/order.ts";
import { lockChip } from "#scripts/install/provision/provision.ts";

export interface CommissionOrder {
  /** With arcgate.yaml: the machine's own folder, or that of the module which it shares. */
  folder: string;
  /** Null: the only one there. */
  device: string | null;
  agent: AgentCommand;
  /** Null: off line; what needs the platform is left for later. */
  registry: string | null;
  /** A resistor or a simulated signal stands for the arc. */
  dry: boolean;
  /** Null: the module's own key signs. */
  installerFile: string | null;
  /** So long what a hand did may take until it is seen. */
  patienceMs: number;
  /** 1 but for a simulated machine that runs faster. */
  haste: number;
  /** Stops between two steps, with the contactor ordered open. */
  signal: AbortSignal;
}

const PLATFORM_MS = 60_000;
const PLATFORM_OFFLINE_MS = 5_000;

/** The report goes into the folder of the job. Throws the codes of `commission` and `link`; a machine that failed is a report that says so. */
export async function commission(order: CommissionOrder, job: Job, teller: Teller): Promise<CommissionReport> {
  const machine = readMachineSettings(order.folder, order.device);
  // The registry knows installers, not modules.
  if (order.registry !== null && order.installerFile === null) throw new CodedError("commission.noSigner", order.registry);
  const signer = openSigner(order.installerFile, machine);
  const hands = handsOf(order, teller);
  const { identity, findings } = await withChip(machine, hands, async (chip) => {
    const found = new Findings(job, teller, { uid: chip.uid, dry: order.dry, nowMs: () => Date.now() });
    await examineAtChip(chip, machine, found, hands);
    return { identity: chip.identity, findings: found };
  });
  const limits = machineLimits(parseDesignation(machine.designation), identity.sensorRangeAmps);
  const offline = order.registry === null;
  const bench = { ...hands, device: machine.device, limits, platformMs: offline ? PLATFORM_OFFLINE_MS : PLATFORM_MS };
  const through = { ...order, offline, configFile: machine.configFile };
  let agent: SeenAgent;
  try {
    agent = await examineThroughAgent(through, bench, findings);
  } finally {
    // An agent that is stopped leaves its lease running: it is not waited for.
    await withChip(machine, hands, leaveOpen);
  }
  await lockLast(machine, findings, hands, job, teller);
  const outcome = outcomeOf(findings.results);
  const report = reportOf(
    { machine, identity, signer: signer.signer, dry: order.dry, outcome, agent, endedMs: Date.now() },
    findings.results,
  );
  const bytes = encodeReport(report, signer.sign);
  await keepReport(job.folder, bytes, report);
  await registerReport(bytes, { ...order, job, teller });
  return report;
}

type Hands = Omit<Bench, "desk" | "limits">;

function handsOf({ signal, patienceMs, haste }: CommissionOrder, teller: Teller): Hands {
  return {
    ...{ patienceMs, haste },
    nowMs: () => performance.now(),
    pause: (ms) => delay(ms, undefined, { signal }),
    ask: (ask: Ask, facts) => orAborted(teller.ask(ask, { step: "commission", ...ASK_WORDS[ask] }, facts), signal),
  };
}

/** Hands cannot be called back: they are not waited for any more. */
function orAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

async function examineAtChip(chip: AtChip, machine: MachineSettings, findings: Findings, hands: Hands): Promise<void> {
  const limits = machineLimits(parseDesignation(machine.designation), chip.identity.sensorRangeAmps);
  const bench: Bench = { ...hands, desk: chip.desk, limits };
  for (const id of ELECTRICAL_IDS) {
    if (!findings.isKept(id)) findings.note(id, await examine(id, bench, findings.results));
  }
}

/** Whoever is done with the chip orders it open. */
function leaveOpen(): Promise<void> {
  return Promise.resolve();
}

/** The last act: what is locked cannot be corrected any more. A chip that was provisioned from this folder is locked by what that left there. */
async function lockLast(machine: MachineSettings, findings: Findings, hands: Hands, job: Job, teller: Teller): Promise<void> {
  const isLocked = () => withChip(machine, hands, ({ desk }) => desk.isLocked());
  await findings.attempt("locked", async () => {
    if (!(await isLocked())) {
      if (kept(job, "provision/keys") === undefined) await withChip(machine, hands, ({ desk }) => desk.lock());
      else await lockChip(machine.line, job, teller);
    }
    return (await isLocked()) ? null : "chipNotLocked";
  });
}
