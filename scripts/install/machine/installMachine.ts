/** One machine, from a bare chip to a signed report. Run it again after whatever stopped it: what is done is not done again. */
import { CodedError } from "#protocol/errors/codedError.ts";
import type { Job } from "#scripts/install/machine/job.ts";
import type { MachineOrder } from "#scripts/install/machine/order.ts";
import type { Teller, Told } from "#scripts/install/machine/teller.ts";

/** What of the flashing is kept. */
export interface FlashedChip {
  /** Hex. */
  uid: string;
  version: string;
  bytes: number;
  seconds: number;
}

export interface ProvisionedChip {
  deviceCode: string;
  uid: string;
}

export interface Commissioned {
  passed: boolean;
  /** What failed, in words for people. */
  faults: readonly string[];
}

/** The steps. Each may be begun again after it was broken off; those that take a `job` keep what they have done themselves. */
export interface InstallSteps<P extends ProvisionedChip> {
  flash(order: MachineOrder, teller: Teller): Promise<FlashedChip>;
  provision(order: MachineOrder, job: Job, teller: Teller): Promise<P>;
  configure(order: MachineOrder, provisioned: P, job: Job): void;
  label(order: MachineOrder, provisioned: P, job: Job): Promise<void>;
  commission(order: MachineOrder, provisioned: P, job: Job, teller: Teller): Promise<Commissioned>;
}

export interface Installed {
  deviceCode: string;
  /** False when an earlier run had done all of it. */
  isNew: boolean;
  flashed: FlashedChip;
}

/** Rejects with `install.notPassed`, `install.otherOrder`, and what the steps reject with. */
export async function installMachine<P extends ProvisionedChip>(
  order: MachineOrder,
  job: Job,
  teller: Teller,
  steps: InstallSteps<P>,
): Promise<Installed> {
  const known = await job.once("order", () => order);
  if (JSON.stringify(sorted(known)) !== JSON.stringify(sorted(order))) throw new CodedError("install.otherOrder", job.folder);
  const before = job.result("installed") as { deviceCode: string } | undefined;
  const flashed = await job.once("flash", () => flash(order, teller, steps));
  if (before) return { deviceCode: before.deviceCode, isNew: false, flashed };
  await job.once("boot", () => booted(teller));
  const provisioned = await steps.provision(order, job, teller);
  const { deviceCode } = provisioned;
  await job.once("configure", () => told(teller, CONFIGURING, () => steps.configure(order, provisioned, job)));
  await job.once("label", () => told(teller, LABELLING, () => steps.label(order, provisioned, job)));
  const { passed, faults } = await steps.commission(order, provisioned, job, teller);
  if (!passed) throw new CodedError("install.notPassed", faults.join("；"));
  job.record("installed", { deviceCode });
  return { deviceCode, isNew: true, flashed };
}

const CONFIGURING: Told = { step: "configure", zh: "写入模块配置", en: "writing the module's configuration" };
const LABELLING: Told = { step: "label", zh: "生成身份码标签", en: "making the label" };

async function flash<P extends ProvisionedChip>(order: MachineOrder, teller: Teller, steps: InstallSteps<P>): Promise<FlashedChip> {
  const told = { step: "flash", zh: "请短接 BOOT0 后给芯片重新上电", en: "Set BOOT0, and power the chip anew" };
  await teller.ask("setBootloader", told, { port: order.port });
  return await steps.flash(order, teller);
}

async function booted(teller: Teller): Promise<true> {
  await teller.ask("powerAnew", { step: "flash", zh: "请断开 BOOT0 后给芯片重新上电", en: "Take BOOT0 off, and power the chip anew" });
  return true;
}

/** A result is JSON: what gives nothing is done with `true`. */
async function told(teller: Teller, what: Told, run: () => Promise<void> | void): Promise<true> {
  teller.tell(what);
  await run();
  return true;
}

function sorted(order: object): [string, unknown][] {
  return Object.entries(order).toSorted(([left], [right]) => (left < right ? -1 : 1));
}
