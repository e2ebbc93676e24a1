/** What the installer's tool keeps of one machine. Everything that the agent needs is in it; the folder becomes the module's /etc/arcgate. */
import { join } from "node:path";

export const MACHINE_FILES = {
  /** The steps that are done: what a run that was interrupted goes on from. */
  job: "job.jsonl",
  config: "arcgate.yaml",
  trust: "trust.json",
  /** 32 bytes in hex; for the agent's eyes only. */
  linkKey: "link.key",
  /** The module's own TLS key, PKCS#8 in PEM; never leaves the folder. */
  ownKey: "own.key",
  request: "own.csr",
  certificate: "own.pem",
  ca: "ca.pem",
  voucher: "voucher.txt",
  voucherPicture: "voucher.svg",
  label: "label.svg",
  labelPdf: "label.pdf",
  report: "commission.json",
  reportPdf: "commission.pdf",
} as const;

export type MachineFile = keyof typeof MACHINE_FILES;

export function machineFile(folder: string, file: MachineFile): string {
  return join(folder, MACHINE_FILES[file]);
}
