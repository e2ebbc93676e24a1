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
  /** Made in every run. */
  configure(order: MachineOrder, provisioned: P, job: Job): void;
  label(order: MachineOrder, provisioned: P, job: Job): Promise<void>;
  /** By the configuration of its own folder, or of the module that it shares. */
  commission(order: MachineOrder, chip: ProvisionedChip, job: Job, teller: Teller): Promise<Commissioned>;
}

type CommissionStep = Pick<InstallSteps<ProvisionedChip>, "commission">;

export interface Installed {
  deviceCode: string;
  /** False when an earlier run had done all of it. */
  isNew: boolean;
  flashed: FlashedChip;
  /** What is left of a machine that is only through its bench: it is mounted, and commissioned. */
  reached: "bench" | "site";
}

/** Rejects with `install.notPassed`, `install.otherOrder`, and what the steps reject with. */
export async function installMachine<P extends ProvisionedChip>(
  order: MachineOrder,
  job: Job,
  teller: Teller,
  steps: InstallSteps<P>,
): Promise<Installed> {
  checkOrder(order, job);
  const flashed = await job.once("flash", () => flash(order, teller, steps));
  if (job.result("installed") !== undefined) return installed(job, false, flashed);
  const provisioned = await prepared(order, job, teller, steps);
  steps.configure(order, provisioned, job);
  return await commissioned(order, provisioned, flashed, job, teller, steps);
}

/** As far as it can be done before the machine is mounted. Rejects like `installMachine`. */
export async function prepareOnBench<P extends ProvisionedChip>(
  order: MachineOrder,
  job: Job,
  teller: Teller,
  steps: InstallSteps<P>,
): Promise<Installed> {
  checkOrder(order, job);
  const flashed = await job.once("flash", () => flash(order, teller, steps));
  if (job.result("bench") !== undefined) return installed(job, false, flashed);
  await prepared(order, job, teller, steps);
  return installed(job, true, flashed);
}

/** From flashed firmware to a labelled device. */
async function prepared<P extends ProvisionedChip>(order: MachineOrder, job: Job, teller: Teller, steps: InstallSteps<P>): Promise<P> {
  await job.once("boot", () => booted(teller));
  const provisioned = await steps.provision(order, job, teller);
  await labelled(order, provisioned, job, teller, steps);
  return provisioned;
}

/** The rest, of a machine whose module is configured. Rejects with `install.benchFirst`, and like `installMachine`. */
export async function commissionOnSite(order: MachineOrder, job: Job, teller: Teller, steps: CommissionStep): Promise<Installed> {
  const chip = onBench(job);
  checkOrder(order, job);
  const flashed = job.result("flash") as FlashedChip;
  if (job.result("installed") !== undefined) return installed(job, false, flashed);
  return await commissioned(order, chip, flashed, job, teller, steps);
}

/** Where the machine hangs may change until it is mounted. Throws `install.otherOrder`. */
export function checkOrder({ bus: _bus, busBaudRate: _rate, ...order }: MachineOrder, job: Job): void {
  const known = job.result("order") as object | undefined;
  if (known === undefined) job.record("order", order);
  else if (JSON.stringify(sorted(known)) !== JSON.stringify(sorted(order))) throw new CodedError("install.otherOrder", job.folder);
}

/** The chip as it left the bench. Throws `install.benchFirst`. */
export function onBench(job: Job): ProvisionedChip {
  const chip = job.result("bench") as ProvisionedChip | undefined;
  if (chip === undefined) throw new CodedError("install.benchFirst", job.folder);
  return chip;
}

function installed(job: Job, isNew: boolean, flashed: FlashedChip): Installed {
  const onSite = job.result("installed") as { deviceCode: string } | undefined;
  const { deviceCode } = onSite ?? onBench(job);
  return { deviceCode, isNew, flashed, reached: onSite ? "site" : "bench" };
}

async function commissioned(
  order: MachineOrder,
  chip: ProvisionedChip,
  flashed: FlashedChip,
  job: Job,
  teller: Teller,
  steps: CommissionStep,
): Promise<Installed> {
  const { passed, faults } = await steps.commission(order, chip, job, teller);
  if (!passed) throw new CodedError("install.notPassed", faults.join("；"));
  job.record("installed", { deviceCode: chip.deviceCode });
  return installed(job, true, flashed);
}

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

/** With its label the chip is ready to leave the bench. */
async function labelled<P extends ProvisionedChip>(
  order: MachineOrder,
  chip: P,
  job: Job,
  teller: Teller,
  steps: InstallSteps<P>,
): Promise<void> {
  const { deviceCode, uid } = chip;
  await job.once("label", async () => {
    teller.tell(LABELLING);
    await steps.label(order, chip, job);
    return true;
  });
  await job.once("bench", () => ({ deviceCode, uid }));
}

function sorted(order: object): [string, unknown][] {
  return Object.entries(order).toSorted(([left], [right]) => (left < right ? -1 : 1));
}
