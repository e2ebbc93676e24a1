/** Which chip is there: a bare one, this folder's own, or one that is none of ours to touch. */
import type { Identity } from "#agent/shell/serial/chipIo.ts";
import { BARE_ADDRESS } from "#protocol/chip/provision.ts";
import { sha256Hex } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { Job } from "#scripts/install/machine/job.ts";
import { machineFile } from "#scripts/install/machine/machineFolder.ts";
import { type ChipWire, isCoded, provenHeader, uidOf } from "#scripts/install/provision/chipWire.ts";
import { fileText } from "#scripts/install/provision/files.ts";
import { type KeptKeys, kept, type ProvisionOrder } from "#scripts/install/provision/order.ts";

/** A chip that has just got power, or was told to reset, needs so long at most. */
const APPEAR_MS = 2_000;

export type Met =
  | { readonly state: "bare"; readonly identity: Identity }
  | { readonly state: "own"; readonly identity: Identity; readonly keys: KeptKeys; readonly linkKey: Uint8Array };

/**
 * Throws `provision.noAnswer`, `provision.notOurChip`, `provision.otherMachines`, `provision.otherChip`, `provision.otherCode`,
 * `provision.otherAddress`, `provision.addressTaken`, `provision.keyUnknown`, `link.*`.
 */
export async function meetChip(wire: ChipWire, order: Pick<ProvisionOrder, "address" | "deviceCode">, job: Job): Promise<Met> {
  const keys = kept(job, "provision/keys");
  const code = kept(job, "provision/code");
  const isOwn = (identity: Identity) => identity.deviceCode === code?.deviceCode && uidOf(identity) === code.uid;
  const address = keys?.address ?? order.address;
  const there = await wire.identityAt(address);
  const found = there !== undefined && isOwn(there) ? there : await otherwiseThere(wire, address, there);
  const uid = uidOf(found);
  if (found.deviceCode === "") {
    if (code !== undefined && code.uid !== uid) throw new CodedError("provision.otherChip", `${code.deviceCode}: ${code.uid}, not ${uid}`);
    const taken = address === order.address ? there : await wire.identityAt(order.address);
    if (taken !== undefined) throw new CodedError("provision.addressTaken", `address ${order.address}: ${taken.deviceCode}`);
    return { state: "bare", identity: found };
  }
  if (!isOwn(found)) throw new CodedError("provision.otherMachines", found.deviceCode);
  if (order.deviceCode !== undefined && order.deviceCode !== found.deviceCode)
    throw new CodedError("provision.otherCode", found.deviceCode);
  if (keys === undefined) throw new CodedError("provision.keyUnknown", found.deviceCode);
  if (keys.address !== order.address) throw new CodedError("provision.otherAddress", `${keys.address}, not ${order.address}`);
  return { state: "own", identity: found, keys, linkKey: await provenKey(wire, found, keys, job.folder) };
}

/** The folder's link key, which the chip has shown to be its own. Throws `provision.keyUnknown`. */
export async function provenKey(wire: ChipWire, identity: Identity, keys: KeptKeys, folder: string): Promise<Uint8Array> {
  const text = fileText(machineFile(folder, "linkKey"))?.trim();
  if (text === undefined || sha256Hex(text) !== keys.linkKeyDigest) throw new CodedError("provision.keyUnknown", keys.deviceCode);
  const linkKey = new Uint8Array(Buffer.from(text, "hex"));
  try {
    await provenHeader(wire.at(keys.address), identity, linkKey);
  } catch (error) {
    if (isCoded(error, "link.badMac")) throw new CodedError("provision.keyUnknown", keys.deviceCode, { cause: error });
    throw error;
  }
  return linkKey;
}

/** A bare chip, else whoever is at the address; one that has just got power is waited for. */
async function otherwiseThere(wire: ChipWire, address: number, there: Identity | undefined): Promise<Identity> {
  const bare = await wire.identityAt(BARE_ADDRESS);
  const found = bare ?? there ?? (await wire.await([BARE_ADDRESS, address], () => true, APPEAR_MS));
  if (found === undefined) throw new CodedError("provision.noAnswer", `addresses ${address}, ${BARE_ADDRESS}`);
  return found;
}
