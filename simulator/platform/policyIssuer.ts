/** Policies of devices: signed files of the data folder, a new version for each change. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import { Policy } from "#protocol/policy/policy.ts";
import { encodePolicyFile, PolicyFile } from "#protocol/policy/policyFile.ts";
import { type PlatformKeys, signBytes } from "#simulator/platform/keys.ts";

const DEVICE = /^[0-9A-Z]{20}$/;

/** What rules a device of which nothing was said: as strict as an installer's configuration. */
const DEVELOPMENT_POLICY: Omit<Policy, "device" | "version" | "issuedMs"> = {
  ...{ v: 1, machineClass: "enforced", category: null, specialPeriods: [], binding: { to: "anyone" }, checkList: null },
  permits: { required: false, guardiansScan: false, list: [] },
  ...{ sessionMaximumS: 12 * 3_600, idleRelockS: 600, expiryRule: "earliest", warnDaysBeforeExpiry: 30, place: null },
  offline: { listAgeMaximumH: null, credentialNewerThanList: "allowOnce" },
};

/** What is ruled otherwise from now on. */
export const PolicyChange = Policy.omit({ v: true, device: true, version: true, issuedMs: true }).partial();
export type PolicyChange = z.infer<typeof PolicyChange>;

export class PolicyIssuer {
  readonly #folder: string;
  readonly #keys: PlatformKeys;

  constructor(dataDir: string, keys: PlatformKeys) {
    this.#folder = join(dataDir, "policies");
    this.#keys = keys;
  }

  newest(device: string): { version: number; bytes: Uint8Array } | undefined {
    const path = this.#pathOf(device);
    if (!existsSync(path)) return undefined;
    const bytes = readFileSync(path);
    return { version: PolicyFile.parse(JSON.parse(bytes.toString("utf8"))).policy.version, bytes };
  }

  rule(device: string, change: PolicyChange, nowMs: number): number {
    const held = this.newest(device);
    const before = held ? PolicyFile.parse(JSON.parse(Buffer.from(held.bytes).toString("utf8"))).policy : DEVELOPMENT_POLICY;
    const version = (held?.version ?? 0) + 1;
    const policy = Policy.parse({ ...before, ...change, device, version, issuedMs: Math.floor(nowMs) });
    const key = this.#keys.key("policy");
    const bytes = encodePolicyFile(policy, { algorithm: key.algorithm, keyId: key.id, sign: (message) => signBytes(key, message) });
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(`${this.#pathOf(device)}.new`, bytes);
    renameSync(`${this.#pathOf(device)}.new`, this.#pathOf(device));
    return version;
  }

  #pathOf(device: string): string {
    if (!DEVICE.test(device)) throw new RangeError(`no device code: ${device.slice(0, 40)}`);
    return join(this.#folder, `${device}.json`);
  }
}
