/**
 * A bare chip and a bare module become one device. Each step leaves on the disk what the next needs, and is told apart by what the chip
 * itself shows: killed, unplugged or without power anywhere, the same call goes on.
 */
import { CodedError } from "#protocol/errors/codedError.ts";
import type { Job } from "#scripts/install/machine/job.ts";
import type { Teller } from "#scripts/install/machine/teller.ts";
import { assignCode } from "#scripts/install/provision/assignCode.ts";
import { calibrateZero, lockCalibration, type OwnChip, readCalibration } from "#scripts/install/provision/calibrate.ts";
import { ChipWire, firmwareOf, isCoded, uidOf } from "#scripts/install/provision/chipWire.ts";
import { type Installer, openInstaller } from "#scripts/install/provision/installer.ts";
import { meetChip, provenKey } from "#scripts/install/provision/meeting.ts";
import { type ChipLine, type KeptKeys, keep, kept, type Provisioned, type ProvisionOrder } from "#scripts/install/provision/order.ts";
import { registerJob } from "#scripts/install/provision/register.ts";
import { makeVoucher } from "#scripts/install/provision/voucher.ts";
import { said } from "#scripts/install/provision/words.ts";
import { writeKeys } from "#scripts/install/provision/writeKeys.ts";

/** Throws the codes of the area `provision`, `codes.*`, `link.*`; whatever was done until then is kept. */
export async function provision(order: ProvisionOrder, job: Job, teller: Teller): Promise<Provisioned> {
  const installer = openInstaller(order.installerFile);
  const wire = new ChipWire(order);
  try {
    const { chip, keys } = await ownChip(wire, order, installer, job, teller);
    const isLocked = await zeroed(chip, keys, job, teller);
    teller.tell(said("voucher"));
    await makeVoucher(keys, installer, job);
    const { certificate, brokerUrl } = await registered(order, job, teller);
    teller.tell(said("done"));
    const { deviceCode, uid, address } = keys;
    const firmware = firmwareOf(chip.identity);
    return { deviceCode, uid, address, firmware, certificate, brokerUrl, chip: isLocked ? "locked" : "provisioned" };
  } finally {
    await wire.close();
  }
}

/** The last act of an installation. Locked already: nothing is done. Throws like `provision`. */
export async function lockChip(line: ChipLine, job: Job, teller: Teller): Promise<void> {
  const keys = kept(job, "provision/keys");
  if (keys === undefined) throw new CodedError("provision.keyUnknown", job.folder);
  const wire = new ChipWire(line);
  try {
    const met = await meetChip(wire, { address: keys.address }, job);
    if (met.state === "bare") throw new CodedError("provision.keyUnknown", keys.deviceCode);
    if (kept(job, "provision/calibrated")?.issue !== keys.issue) throw new CodedError("provision.notCalibrated", keys.deviceCode);
    teller.tell(said("lock"));
    await lockCalibration({ io: wire.at(keys.address), ...met });
  } finally {
    await wire.close();
  }
}

async function ownChip(
  wire: ChipWire,
  order: ProvisionOrder,
  installer: Installer,
  job: Job,
  teller: Teller,
): Promise<{ chip: OwnChip; keys: KeptKeys }> {
  teller.tell(said("meet"));
  const met = await meetChip(wire, order, job);
  if (met.state === "own") return { chip: { io: wire.at(met.keys.address), ...met }, keys: met.keys };
  teller.tell(said("code"));
  const code = await assignCode(uidOf(met.identity), order, installer, job, teller);
  const { keys, identity } = await writeKeys(wire, { order, code, installer }, job, teller);
  teller.tell(said("prove"));
  const linkKey = await provenKey(wire, identity, keys, job.folder);
  return { chip: { io: wire.at(keys.address), identity, linkKey }, keys };
}

/** True when the chip is locked. A zero that was written, and whose record was lost, is measured again. */
async function zeroed(chip: OwnChip, { issue, deviceCode }: KeptKeys, job: Job, teller: Teller): Promise<boolean> {
  const isDone = kept(job, "provision/calibrated")?.issue === issue;
  const isLocked = (await readCalibration(chip)).lock === 1;
  if (isDone) return isLocked;
  if (isLocked) throw new CodedError("provision.notCalibrated", deviceCode);
  teller.tell(said("zero"));
  keep(job, "provision/calibrated", { issue, ...(await calibrateZero(chip)) });
  return false;
}

async function registered(order: ProvisionOrder, job: Job, teller: Teller): Promise<Pick<Provisioned, "certificate" | "brokerUrl">> {
  const keys = kept(job, "provision/keys");
  const before = kept(job, "provision/registered");
  if (keys !== undefined && before?.issue === keys.issue) return { certificate: "issued", brokerUrl: before.brokerUrl };
  if (order.registry !== null) {
    teller.tell(said("register"));
    try {
      return await registerJob(job, order.registry, order.installerFile);
    } catch (error) {
      if (!isCoded(error, "provision.unreachable")) throw error;
    }
  }
  teller.tell(said("pending"));
  return { certificate: "pending", brokerUrl: null };
}
