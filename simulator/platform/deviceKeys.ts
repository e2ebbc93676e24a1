/** The platform's word on devices' own keys: for the first key that a device shows, and no other; for the first after it was registered, where it is. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Reply, Request } from "#protocol/events/messages.ts";
import { encodeDeviceKey } from "#protocol/receipt/deviceKey.ts";
import { type PlatformKeys, signBytes } from "#simulator/platform/keys.ts";

type DeviceKeyRequest = Extract<Request, { want: "deviceKey" }>;

const MOST_DEVICES = 100_000;
const Known = z.record(z.string().length(20), z.base64().length(44));

/** What is known of a registered device, and kept with its registration: another module begins anew. */
export interface RegisteredKeys {
  /** Null while it has shown none; undefined for a device that is not registered. */
  receiptKeyOf(device: string): Uint8Array | null | undefined;
  learnReceiptKey(device: string, publicKey: Uint8Array): void;
}

export class DeviceKeys {
  readonly #path: string;
  readonly #keys: PlatformKeys;
  readonly #known: Map<string, string>;
  readonly #registered: RegisteredKeys | undefined;

  constructor(dataDir: string, keys: PlatformKeys, registered?: RegisteredKeys) {
    this.#registered = registered;
    this.#path = join(dataDir, "device-keys.json");
    this.#keys = keys;
    const kept = existsSync(this.#path) ? Known.parse(JSON.parse(readFileSync(this.#path, "utf8"))) : {};
    this.#known = new Map(Object.entries(kept));
  }

  /** The key that the device showed first; undefined while it has shown none. */
  keyOf(device: string): Uint8Array | undefined {
    const known = this.#knownOf(device);
    return known === undefined ? undefined : new Uint8Array(Buffer.from(known, "base64"));
  }

  /** No word on another key than the one that is known. */
  answer(device: string, { id, publicKey }: DeviceKeyRequest, nowMs: number): Reply {
    const known = this.#knownOf(device);
    if (known === undefined) this.#learn(device, publicKey);
    else if (known !== publicKey) return { v: 1, id, deviceKey: null };
    const signing = this.#keys.key("device");
    const signer = { algorithm: signing.algorithm, keyId: signing.id, sign: (message: Uint8Array) => signBytes(signing, message) };
    const facts = { device, publicKey: new Uint8Array(Buffer.from(publicKey, "base64")), issuedS: Math.floor(nowMs / 1000) };
    return { v: 1, id, deviceKey: Buffer.from(encodeDeviceKey(facts, signer)).toString("base64") };
  }

  #knownOf(device: string): string | undefined {
    const registered = this.#registered?.receiptKeyOf(device);
    if (registered === undefined) return this.#known.get(device);
    return registered === null ? undefined : Buffer.from(registered).toString("base64");
  }

  #learn(device: string, publicKey: string): void {
    if (this.#registered?.receiptKeyOf(device) !== undefined) {
      this.#registered.learnReceiptKey(device, Buffer.from(publicKey, "base64"));
      return;
    }
    if (this.#known.size >= MOST_DEVICES) throw new RangeError(`more than ${MOST_DEVICES} devices`);
    this.#known.set(device, publicKey);
    writeFileSync(`${this.#path}.new`, JSON.stringify(Object.fromEntries(this.#known)));
    renameSync(`${this.#path}.new`, this.#path);
  }
}
