/** The module's request and the voucher, made once for an attempt: what is on paper stays what is registered. */
import { rmSync } from "node:fs";
import QRCode from "qrcode";
import { encodeVoucher } from "#protocol/install/voucher.ts";
import type { Job } from "#scripts/install/machine/job.ts";
import { machineFile } from "#scripts/install/machine/machineFolder.ts";
import { fileText, keepFile } from "#scripts/install/provision/files.ts";
import type { Installer } from "#scripts/install/provision/installer.ts";
import { openModuleKey, writeRequest } from "#scripts/install/provision/moduleKey.ts";
import { type KeptKeys, keep, kept } from "#scripts/install/provision/order.ts";

const READABLE = 0o644;

/** Gives the voucher's text. */
export async function makeVoucher(keys: KeptKeys, installer: Installer, job: Job): Promise<string> {
  const path = machineFile(job.folder, "voucher");
  const before = kept(job, "provision/voucher")?.issue === keys.issue ? fileText(path)?.trim() : undefined;
  if (before !== undefined) return before;
  // That of an attempt before is void.
  rmSync(machineFile(job.folder, "certificate"), { force: true });
  const { uid, deviceCode: device, issue, issuedS, sealedBudgetKey } = keys;
  const key = openModuleKey(job.folder);
  const proof = writeRequest(job.folder, device, key);
  const sealed = new Uint8Array(Buffer.from(sealedBudgetKey, "base64"));
  const facts = { installer: installer.id, device, uid, issue, issuedS, publicKey: key.publicKey, proof, sealedBudgetKey: sealed };
  const text = encodeVoucher(facts, installer.signer);
  const picture = await QRCode.toString([{ data: text, mode: "alphanumeric" }], { type: "svg", errorCorrectionLevel: "M", margin: 4 });
  keepFile(path, `${text}\n`, READABLE);
  keepFile(machineFile(job.folder, "voucherPicture"), picture, READABLE);
  keepFile(machineFile(job.folder, "trust"), `${JSON.stringify(installer.trustFile, null, 2)}\n`, READABLE);
  keepFile(machineFile(job.folder, "ca"), installer.ca, READABLE);
  keep(job, "provision/voucher", { issue });
  return text;
}
