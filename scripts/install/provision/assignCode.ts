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
  const before = kept(job, "provision/code");
  if (before !== undefined) {
    if (wanted !== undefined && wanted !== before.deviceCode) throw new CodedError("provision.otherCode", before.deviceCode);
    return before;
  }
  if (wanted !== undefined) parseDeviceCode(wanted, SHANDONG_PROFILE.deviceCode);
  const ledger = new SerialLedger(order.installerFile, installer.serials);
  try {
    const known = ledger.codeOf(uid);
    const code = (await reserved(uid, known, order, installer, teller)) ?? {
      deviceCode: ownCode(uid, known, order, ledger),
      issueAbove: 0,
    };
    ledger.note(uid, code.deviceCode);
    const assigned = { uid, ...code };
    keep(job, "provision/code", assigned);
    return assigned;
  } finally {
    ledger.close();
  }
}

type Reserved = Omit<KeptCode, "uid">;

/** Undefined off line. A reservation whose answer was lost gives way to the code that is registered. */
async function reserved(
  uid: string,
  known: string | undefined,
  order: ProvisionOrder,
  installer: Installer,
  teller: Teller,
): Promise<Reserved | undefined> {
  const { registry, deviceCode } = order;
  if (registry === null) return undefined;
  try {
    return await reserve(registry, uid, deviceCode ?? known ?? null, order, installer);
  } catch (error) {
    if (isCoded(error, "provision.unreachable")) {
      teller.tell(said("offline"));
      return undefined;
    }
    // What this installer remembers is only a wish: the platform knows what became of the chip.
    const isWish = deviceCode === undefined && known !== undefined;
    if (isWish && (isCoded(error, "provision.chipKnown") || isCoded(error, "provision.codeTaken"))) {
      return reserve(registry, uid, null, order, installer);
    }
    throw error;
  }
}

async function reserve(
  registry: string,
  uid: string,
  device: string | null,
  order: ProvisionOrder,
  installer: Installer,
): Promise<Reserved> {
  const { division, processLetter: process, maker } = order;
  const answer = await askRegistry(registry, installer, "reserve", { uid, division, process, maker, device });
  return { deviceCode: answer.device, issueAbove: answer.issueAbove };
}

function ownCode(uid: string, known: string | undefined, order: ProvisionOrder, ledger: SerialLedger): string {
  const { deviceCode, division, processLetter, maker } = order;
  if (known !== undefined && deviceCode !== undefined && known !== deviceCode) throw new CodedError("provision.otherCode", known);
  return known ?? deviceCode ?? ledger.give(uid, (serial) => deviceCodeOf({ division, process: processLetter, maker }, serial));
}
