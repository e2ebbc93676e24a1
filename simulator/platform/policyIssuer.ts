/** Policies of devices: signed files of the data folder, a new version for each change. What no longer verifies there is reported, and not used. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { createTrustStore, type Verified } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { Policy } from "#protocol/policy/policy.ts";
import { encodePolicyFile, parsePolicyFile } from "#protocol/policy/policyFile.ts";
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

/** Version that was last issued, by device: numbers do not come again when a file is lost. */
const Issued = z.record(z.string().regex(DEVICE), z.number().int().min(1));

type Refused = (device: string, error: CodedError) => void;

export class PolicyIssuer {
  readonly #folder: string;
  readonly #keys: PlatformKeys;
  readonly #refused: Refused;
  readonly #issued: Map<string, number>;

  constructor(dataDir: string, keys: PlatformKeys, refused: Refused) {
    this.#folder = join(dataDir, "policies");
    this.#keys = keys;
    this.#refused = refused;
    const kept = existsSync(this.#issuedPath) ? Issued.parse(JSON.parse(readFileSync(this.#issuedPath, "utf8"))) : {};
    this.#issued = new Map(Object.entries(kept));
  }

  /** Undefined when there is none, and when what is kept does not verify: that is reported. */
  newest(device: string): { version: number; bytes: Uint8Array } | undefined {
    const path = this.#pathOf(device);
    if (!existsSync(path)) return undefined;
    const bytes = new Uint8Array(readFileSync(path));
    try {
      return { version: this.#verified(device, bytes).version, bytes };
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      this.#refused(device, error);
      return undefined;
    }
  }

  hasIssued(device: string, version: number): boolean {
    return version >= 1 && version <= (this.#issued.get(device) ?? 0);
  }

  /** Throws `policy.*` when the policy that would be changed does not verify: nothing is made out of it, and nothing milder in its place. */
  rule(device: string, change: PolicyChange, nowMs: number): number {
    const path = this.#pathOf(device);
    const before = existsSync(path) ? this.#verified(device, new Uint8Array(readFileSync(path))) : DEVELOPMENT_POLICY;
    return this.#issue(device, { ...before, ...change }, nowMs);
  }

  /** Those that verify now, to be signed anew when the keys have changed. */
  all(): Policy[] {
    return [...this.#issued.keys()].flatMap((device) => {
      const held = this.newest(device);
      return held ? [this.#verified(device, held.bytes)] : [];
    });
  }

  signAnew(policies: readonly Policy[], nowMs: number): void {
    for (const policy of policies) this.#issue(policy.device, policy, nowMs);
  }

  #issue(device: string, rules: PolicyChange, nowMs: number): number {
    const path = this.#pathOf(device);
    const version = (this.#issued.get(device) ?? 0) + 1;
    const policy = Policy.parse({ ...rules, device, version, issuedMs: Math.floor(nowMs) });
    const key = this.#keys.key("policy");
    const bytes = encodePolicyFile(policy, { algorithm: key.algorithm, keyId: key.id, sign: (message) => signBytes(key, message) });
    mkdirSync(this.#folder, { recursive: true });
    this.#issued.set(device, version);
    replaceFile(this.#issuedPath, JSON.stringify(Object.fromEntries(this.#issued)));
    replaceFile(path, bytes);
    return version;
  }

  #verified(device: string, bytes: Uint8Array): Verified<Policy> {
    const trust = createTrustStore([{ ...this.#keys.key("policy"), purposes: ["policy"] }]);
    return parsePolicyFile(bytes, trust, device, 0);
  }

  get #issuedPath(): string {
    return join(this.#folder, "issued.json");
  }

  #pathOf(device: string): string {
    if (!DEVICE.test(device)) throw new RangeError(`no device code: ${device.slice(0, 40)}`);
    return join(this.#folder, `${device}.json`);
  }
}

function replaceFile(path: string, content: string | Uint8Array): void {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}
