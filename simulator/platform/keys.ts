/** The platform's signing keys: for development, made at the first start and kept in the data folder. */
import { createPrivateKey, createSign, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ALGORITHMS, type Algorithm, KEY_PURPOSES, type KeyPurpose } from "#protocol/crypto.ts";
import type { Signature } from "#protocol/events/messages.ts";
import type { TrustFile } from "#protocol/trust/trustFile.ts";
import { sm2Z } from "#simulator/sm2Z.ts";

const KeyFile = z.strictObject({
  /** Tells one platform's session at a broker from another's. */
  instance: z.string().regex(/^[0-9a-f]{16}$/),
  keys: z.array(
    z.strictObject({
      id: z.string(),
      algorithm: z.enum(ALGORITHMS),
      purpose: z.enum(KEY_PURPOSES),
      /** PKCS#8 and SPKI, DER in base64. */
      privateKey: z.base64(),
      publicKey: z.base64(),
    }),
  ),
});
type KeyFile = z.infer<typeof KeyFile>;

export interface SigningKey {
  readonly id: string;
  readonly algorithm: Algorithm;
  readonly privateKey: KeyObject;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKeySpki: Uint8Array;
}

export interface PlatformKeys {
  readonly instance: string;
  /** What the agent's configuration needs: `{"keys":[{id, algorithm, publicKey, purposes}]}`. */
  readonly trustPath: string;
  key(purpose: KeyPurpose): SigningKey;
  sign(purpose: KeyPurpose, message: Uint8Array): Signature;
}

/** Reads `keys.json` of the data folder, or makes it (`listAlgorithm` rules only then), and writes `trust.json` beside it. */
export function openKeys(dataDir: string, listAlgorithm: Algorithm = "ed25519"): PlatformKeys {
  mkdirSync(dataDir, { recursive: true });
  const path = keyFilePath(dataDir);
  if (!existsSync(path)) writeFileSync(path, JSON.stringify(generateKeys(listAlgorithm), null, 2), { mode: 0o600 });
  const keys = readKeys(dataDir);
  writeFileSync(keys.trustPath, `${JSON.stringify(trustFileOf(keys), null, 2)}\n`);
  return keys;
}

/** For those who use a platform's keys without being it. */
export function readKeys(dataDir: string): PlatformKeys {
  const path = keyFilePath(dataDir);
  const file = KeyFile.parse(JSON.parse(readFileSync(path, "utf8")));
  const keys = new Map(file.keys.map((stored) => [stored.purpose, toSigningKey(stored)]));
  const key = (purpose: KeyPurpose): SigningKey => {
    const found = keys.get(purpose);
    if (found === undefined) throw new Error(`${path} has no key for ${purpose}`);
    return found;
  };
  const sign = (purpose: KeyPurpose, message: Uint8Array): Signature => {
    const signing = key(purpose);
    return { algorithm: signing.algorithm, keyId: signing.id, value: Buffer.from(signBytes(signing, message)).toString("base64") };
  };
  return { instance: file.instance, trustPath: join(dataDir, "trust.json"), key, sign };
}

function trustFileOf(keys: PlatformKeys): TrustFile {
  const trusted = KEY_PURPOSES.map((purpose) => {
    const { id, algorithm, publicKeySpki } = keys.key(purpose);
    return { id, algorithm, publicKey: Buffer.from(publicKeySpki).toString("base64"), purposes: [purpose] };
  });
  return { keys: trusted };
}

function keyFilePath(dataDir: string): string {
  return join(dataDir, "keys.json");
}

/** Ed25519: 64 bytes. SM2: DER, over Z ‖ message with the standard's default user id. */
export function signBytes({ algorithm, privateKey, publicKeySpki }: SigningKey, message: Uint8Array): Uint8Array {
  if (algorithm === "ed25519") return sign(null, message, privateKey);
  return createSign("sm3")
    .update(sm2Z(publicKeySpki.subarray(-64)))
    .update(message)
    .sign(privateKey);
}

function generateKeys(listAlgorithm: Algorithm): KeyFile {
  const keys = KEY_PURPOSES.map((purpose) => {
    const algorithm: Algorithm = purpose === "list" ? listAlgorithm : "ed25519";
    const pair = algorithm === "sm2" ? generateSm2() : generateEd25519();
    return {
      id: `dev-${purpose}-${randomBytes(4).toString("hex")}`,
      algorithm,
      purpose,
      privateKey: pair.privateKey.toString("base64"),
      publicKey: pair.publicKey.toString("base64"),
    };
  });
  return { instance: randomBytes(8).toString("hex"), keys };
}

const PKCS8_DER = { type: "pkcs8", format: "der" } as const;
const SPKI_DER = { type: "spki", format: "der" } as const;

function generateEd25519(): { privateKey: Buffer; publicKey: Buffer } {
  return generateKeyPairSync("ed25519", { privateKeyEncoding: PKCS8_DER, publicKeyEncoding: SPKI_DER });
}

function generateSm2(): { privateKey: Buffer; publicKey: Buffer } {
  return generateKeyPairSync("ec", { namedCurve: "SM2", privateKeyEncoding: PKCS8_DER, publicKeyEncoding: SPKI_DER });
}

/** Keys come back from DER: an SM2 pair as generated verifies only itself. */
function toSigningKey(stored: KeyFile["keys"][number]): SigningKey {
  const privateKey = createPrivateKey({ key: Buffer.from(stored.privateKey, "base64"), format: "der", type: "pkcs8" });
  return { id: stored.id, algorithm: stored.algorithm, privateKey, publicKeySpki: Buffer.from(stored.publicKey, "base64") };
}
