/** The device code of a bare chip: what it had before, what is wanted, what the registry gives, or the next of the installer's own block. */
import { parseDeviceCode } from "#protocol/codes/deviceCode.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { deviceCodeOf } from "#protocol/install/serials.ts";
import { SHANDONG_PROFILE } from "#protocol/profile/profile.ts";
import type { Job } from "#scripts/install/machine/job.ts";
import type { Teller } from "#scripts/install/machine/teller.ts";
import { isCoded } from "#scripts/install/provision/chipWire.ts";
import type { Installer } from "#scripts/install/provision/installer.ts";
import { type KeptCode, keep, kept, type ProvisionOrder } from "#scripts/install/provision/order.ts";
import { askRegistry } from "#scripts/install/provision/registryClient.ts";
import { SerialLedger } from "#scripts/install/provision/serialLedger.ts";
import { said } from "#scripts/install/provision/words.ts";

/** Throws `codes.*`, `provision.otherCode`, `provision.codeTaken`, `provision.chipKnown`, `provision.noSerialsLeft`, and what the registry refuses with. */
export async function assignCode(uid: string, order: ProvisionOrder, installer: Installer, job: Job, teller: Teller): Promise<KeptCode> {
  const { deviceCode: wanted } = order;
  const before = kept(job, "provision.code");
  if (before !== undefined) {
    if (wanted !== undefined && wanted !== before.deviceCode) throw new CodedError("provision.otherCode", before.deviceCode);
    return before;
  }
  if (wanted !== undefined) parseDeviceCode(wanted, SHANDONG_PROFILE.deviceCode);
  const ledger = new SerialLedger(order.installerFile, installer.serials);
  try {
    const code = (await reserved(uid, order, installer, teller)) ?? { deviceCode: ownCode(uid, order, ledger), issueAbove: 0 };
    ledger.note(uid, code.deviceCode);
    const assigned = { uid, ...code };
    keep(job, "provision.code", assigned);
    return assigned;
  } finally {
    ledger.close();
  }
}

/** Undefined off line. A reservation whose answer was lost gives way to the code that is registered. */
async function reserved(
  uid: string,
  order: ProvisionOrder,
  installer: Installer,
  teller: Teller,
): Promise<Omit<KeptCode, "uid"> | undefined> {
  const { registry, division, processLetter, maker, deviceCode } = order;
  if (registry === null) return undefined;
  try {
    const facts = { uid, division, process: processLetter, maker, device: deviceCode ?? null };
    const { device, issueAbove } = await askRegistry(registry, installer, "reserve", facts);
    return { deviceCode: device, issueAbove };
  } catch (error) {
    if (!isCoded(error, "provision.unreachable")) throw error;
    teller.tell(said("offline"));
    return undefined;
  }
}

function ownCode(uid: string, { deviceCode, division, processLetter, maker }: ProvisionOrder, ledger: SerialLedger): string {
  const known = ledger.codeOf(uid);
  if (known !== undefined) return known;
  return deviceCode ?? ledger.give(uid, (serial) => deviceCodeOf({ division, process: processLetter, maker }, serial));
}
