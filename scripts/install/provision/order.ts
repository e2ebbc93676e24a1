/** What provisioning is told, what it comes to, and what it keeps of its steps. */
import type { Job } from "#scripts/install/machine/job.ts";

export interface ChipLine {
  readonly port: string;
  readonly baudRate: number;
  readonly parity: "none" | "even" | "odd";
}

export interface ProvisionOrder extends ChipLine {
  /** That the chip is to have, 1–246. */
  readonly address: number;
  /** 6 digits of GB/T 2260. */
  readonly division: string;
  readonly processLetter: string;
  readonly maker: string;
  /** Taken in the place of one that is assigned. */
  readonly deviceCode?: string | undefined;
  readonly sensorRangeAmps: number;
  readonly sensorRangeVolts: number;
  /** Null: off line. */
  readonly registry: string | null;
  readonly installerFile: string;
}

export interface Provisioned {
  readonly deviceCode: string;
  /** 24 hex digits. */
  readonly uid: string;
  readonly address: number;
  readonly firmware: string;
  readonly certificate: "issued" | "pending";
  readonly brokerUrl: string | null;
  readonly chip: "provisioned" | "locked";
}

/** Which code this folder's chip has. */
export interface KeptCode {
  readonly uid: string;
  readonly deviceCode: string;
  /** The last issue of the chip that is known. */
  readonly issueAbove: number;
}

/** One attempt to provision the chip, kept before it is written: no secret is in it. */
export interface KeptKeys {
  readonly uid: string;
  readonly deviceCode: string;
  readonly issue: number;
  readonly issuedS: number;
  readonly address: number;
  /** SHA-256 of the link key in the folder: it was made with the budget key that is sealed here. */
  readonly linkKeyDigest: string;
  /** Base64. */
  readonly sealedBudgetKey: string;
  readonly installerFile: string;
}

/** What was done for one attempt; a newer attempt makes it void. */
interface Records {
  "provision/code": KeptCode;
  "provision/keys": KeptKeys;
  "provision/calibrated": { issue: number; currentOffsetAmps: number; voltageOffsetVolts: number };
  "provision/voucher": { issue: number };
  "provision/registered": { issue: number; brokerUrl: string | null };
}

export function kept<S extends keyof Records>(job: Job, step: S): Records[S] | undefined {
  return job.result(step) as Records[S] | undefined;
}

export function keep<S extends keyof Records>(job: Job, step: S, result: Records[S]): void {
  job.record(step, result);
}
