/**
 * A bare chip becomes a device's own. The keys of an attempt are kept before they are written: the link key in its file, the budget key
 * sealed to the platform, in clear nowhere but in memory. Both reach the chip in one block, kept whole or not at all: a chip that proves the
 * link key has the budget key that was sealed with it, and one that is still bare has neither, and is given new ones.
 */
import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import type { Identity } from "#agent/shell/serial/chipIo.ts";
import { encodeProvision, PROVISION } from "#protocol/chip/provision.ts";
import { sha256Hex } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { sealBudgetKey } from "#protocol/install/sealedKey.ts";
import type { Job } from "#scripts/install/machine/job.ts";
import { machineFile } from "#scripts/install/machine/machineFolder.ts";
import type { Teller } from "#scripts/install/machine/teller.ts";
import { type ChipWire, uidOf } from "#scripts/install/provision/chipWire.ts";
import { keepFile } from "#scripts/install/provision/files.ts";
import type { Installer } from "#scripts/install/provision/installer.ts";
import { type KeptCode, type KeptKeys, keep, kept, type ProvisionOrder } from "#scripts/install/provision/order.ts";
import { said } from "#scripts/install/provision/words.ts";

const KEY_BYTES = 32;
const ATTEMPTS = 3;
const BOOT_MS = 5_000;
const MS_PER_S = 1_000;

interface Bare {
  readonly order: ProvisionOrder;
  readonly code: KeptCode;
  readonly installer: Installer;
}

/** Gives the keys, and the chip's identity after its boot. Throws `provision.notKept`, `link.*`. */
export async function writeKeys(wire: ChipWire, bare: Bare, job: Job, teller: Teller): Promise<{ keys: KeptKeys; identity: Identity }> {
  const { order, code } = bare;
  const { address, sensorRangeAmps, sensorRangeVolts } = order;
  const [linkKey, budgetKey] = [randomBytes(KEY_BYTES), randomBytes(KEY_BYTES)];
  const block = encodeProvision({ deviceCode: code.deviceCode, address, sensorRangeAmps, sensorRangeVolts, linkKey, budgetKey });
  try {
    teller.tell(said("keys"));
    const keys = keepKeys(bare, linkKey, budgetKey, job);
    return { keys, identity: await written(wire, block, keys, teller) };
  } finally {
    budgetKey.fill(0);
    block.fill(0);
  }
}

function keepKeys({ order, code, installer }: Bare, linkKey: Uint8Array, budgetKey: Uint8Array, job: Job): KeptKeys {
  const { uid, deviceCode, issueAbove } = code;
  const issuedS = Math.floor(Date.now() / MS_PER_S);
  const issue = Math.max(issuedS, issueAbove + 1, (kept(job, "provision/keys")?.issue ?? 0) + 1);
  const sealed = sealBudgetKey(budgetKey, { device: deviceCode, uid }, installer.sealingKey, randomBytes(KEY_BYTES));
  const linkKeyText = Buffer.from(linkKey).toString("hex");
  // The chip is bare: nothing has the key that was here before.
  keepFile(machineFile(job.folder, "linkKey"), `${linkKeyText}\n`);
  const keys: KeptKeys = {
    ...{ uid, deviceCode, issue, issuedS, address: order.address, installerFile: resolve(order.installerFile) },
    ...{ linkKeyDigest: sha256Hex(linkKeyText), sealedBudgetKey: Buffer.from(sealed).toString("base64") },
  };
  keep(job, "provision/keys", keys);
  return keys;
}

/** Written until the chip says at its own address that it is the device: an answer that was lost is no failure. */
async function written(wire: ChipWire, block: Uint16Array, keys: KeptKeys, teller: Teller): Promise<Identity> {
  let lastError: unknown;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    teller.tell(said("write"));
    await wire.bare
      .write(PROVISION, () => block)
      .catch((error: unknown) => {
        if (!(error instanceof CodedError)) throw error;
        lastError = error;
      });
    teller.tell(said("boot"));
    const isDone = (identity: Identity) => identity.deviceCode === keys.deviceCode && uidOf(identity) === keys.uid;
    const identity = await wire.await([keys.address], isDone, BOOT_MS);
    if (identity !== undefined) return identity;
  }
  const reason = lastError instanceof CodedError ? lastError.message : "it stays bare";
  throw new CodedError("provision.notKept", reason, { cause: lastError });
}
