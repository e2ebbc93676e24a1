/** The voucher goes to the registry, and the module's certificate comes back: at once, or later. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { CodedError } from "#protocol/errors/codedError.ts";
import { Job } from "#scripts/install/machine/job.ts";
import { machineFile } from "#scripts/install/machine/machineFolder.ts";
import { fileText, keepFile } from "#scripts/install/provision/files.ts";
import { type Installer, openInstaller } from "#scripts/install/provision/installer.ts";
import { keep, kept } from "#scripts/install/provision/order.ts";
import { askRegistry } from "#scripts/install/provision/registryClient.ts";

export interface Registered {
  readonly deviceCode: string;
  readonly certificate: "issued";
  readonly brokerUrl: string | null;
}

/**
 * Registers what was left off line; what is registered already stays so. `installerFile`: where it is not the one of the provisioning.
 * Throws `provision.nothingToRegister`, `provision.unreachable`, `provision.badAnswer`, and what the registry refuses with.
 */
export async function register(folder: string, registry: string, installerFile?: string): Promise<Registered> {
  const job = new Job(folder);
  try {
    return await registerJob(job, registry, installerFile);
  } finally {
    job.close();
  }
}

export async function registerJob(job: Job, registry: string, installerFile?: string): Promise<Registered> {
  const keys = kept(job, "provision/keys");
  const voucher = fileText(machineFile(job.folder, "voucher"))?.trim();
  if (keys === undefined || voucher === undefined || kept(job, "provision/voucher")?.issue !== keys.issue) {
    throw new CodedError("provision.nothingToRegister", job.folder);
  }
  const { deviceCode, issue } = keys;
  const before = kept(job, "provision/registered");
  if (before?.issue === issue) return { deviceCode, certificate: "issued", brokerUrl: before.brokerUrl };
  const installer = openInstaller(installerFile ?? keys.installerFile);
  const { certificate, brokerUrl } = await askRegistry(registry, installer, "register", { voucher });
  checkCertificate(certificate, job.folder, installer);
  keepFile(machineFile(job.folder, "certificate"), certificate, 0o644);
  keep(job, "provision/registered", { issue, brokerUrl });
  return { deviceCode, certificate: "issued", brokerUrl };
}

/** Of the platform's authority, and for the key that is here. Throws `provision.badAnswer`. */
function checkCertificate(pem: string, folder: string, installer: Installer): void {
  let isOurs: boolean;
  try {
    const certificate = new X509Certificate(pem);
    const ownKey = createPrivateKey(fileText(machineFile(folder, "ownKey")) ?? "");
    isOurs = certificate.checkPrivateKey(ownKey) && certificate.verify(new X509Certificate(installer.ca).publicKey);
  } catch (cause) {
    throw new CodedError("provision.badAnswer", "certificate", { cause });
  }
  if (!isOurs) throw new CodedError("provision.badAnswer", "certificate of another key or authority");
}
