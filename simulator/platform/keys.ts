/** The platform's signing keys: for development, made at the first start and kept in the data folder. */
import { createPrivateKey, createSign, type KeyObject, sign as signRaw } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Algorithm, KEY_PURPOSES, type KeyPurpose } from "#protocol/crypto.ts";
import type { Signature } from "#protocol/events/messages.ts";
import { encodeKeyset, type Keyset, keysetText, type SignedKeyset } from "#protocol/trust/keyset.ts";
import type { TrustFile } from "#protocol/trust/trustFile.ts";
import {
  generateKeyFile,
  type KeyFile,
  keyFilePath,
  readKeyFile,
  rotatedKeyFile,
  type StoredKey,
  writeKeyFile,
} from "#simulator/platform/keyFile.ts";
import { sm2Z } from "#simulator/sm2Z.ts";

export interface SigningKey {
  readonly id: string;
  readonly algorithm: Algorithm;
  readonly privateKey: KeyObject;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKeySpki: Uint8Array;
}

export interface PlatformKeys {
  readonly instance: string;
  /** What the agent's configuration needs: the pinned roots and the keyset of the first start. */
  readonly trustPath: string;
  readonly keyset: { readonly version: number; readonly bytes: Uint8Array };
  /** The newest key of a purpose; of "keyset" the root that signs now. */
  key(purpose: KeyPurpose): SigningKey;
  sign(purpose: KeyPurpose, message: Uint8Array): Signature;
  /** New keys for every purpose, in a new keyset. */
  rotate(nowMs: number, retireRoot: boolean): void;
}

/** Reads `keys.json` of the data folder, or makes it (`listAlgorithm` rules only then), and writes `trust.json` beside it if it is not there. */
export function openKeys(dataDir: string, listAlgorithm: Algorithm = "ed25519", nowMs = Date.now()): PlatformKeys {
  mkdirSync(dataDir, { recursive: true });
  if (!existsSync(keyFilePath(dataDir))) writeKeyFile(dataDir, generateKeyFile(listAlgorithm, Math.floor(nowMs)));
  const keys = readKeys(dataDir);
  if (!existsSync(keys.trustPath)) writeFileSync(keys.trustPath, `${JSON.stringify(trustFileOf(readKeyFile(dataDir)), null, 2)}\n`);
  return keys;
}

/** For those who use a platform's keys without being it. */
export function readKeys(dataDir: string): PlatformKeys {
  let ring = keyRing(readKeyFile(dataDir));
  const sign = (purpose: KeyPurpose, message: Uint8Array): Signature => signWith(ring.key(purpose), message);
  return {
    instance: ring.file.instance,
    trustPath: join(dataDir, "trust.json"),
    get keyset() {
      return { version: ring.file.keysetVersion, bytes: encodeKeyset(signedKeyset(ring)) };
    },
    key: (purpose) => ring.key(purpose),
    sign,
    rotate: (nowMs, retireRoot) => {
      const file = rotatedKeyFile(ring.file, Math.floor(nowMs), retireRoot);
      writeKeyFile(dataDir, file);
      ring = keyRing(file);
    },
  };
}

interface KeyRing {
  readonly file: KeyFile;
  key(purpose: KeyPurpose): SigningKey;
}

function keyRing(file: KeyFile): KeyRing {
  const usable = file.keys.filter(({ id }) => !file.retiredRoots.includes(id));
  // The first of a purpose counts: of two roots the current one.
  const keys = new Map(usable.toReversed().map((stored) => [stored.purpose, toSigningKey(stored)]));
  const key = (purpose: KeyPurpose): SigningKey => {
    const found = keys.get(purpose);
    if (found === undefined) throw new Error(`there is no key for ${purpose}`);
    return found;
  };
  return { file, key };
}

function signedKeyset(ring: KeyRing): SignedKeyset {
  const { file } = ring;
  const listed = [...file.keys, ...file.formerListKeys];
  const keys = KEY_PURPOSES.filter((purpose) => purpose !== "keyset").flatMap((purpose) =>
    listed
      .filter((stored) => stored.purpose === purpose)
      .map(({ id, algorithm, publicKey }) => ({ id, algorithm, publicKey, purposes: [purpose] })),
  );
  const { keysetVersion: version, issuedMs, retiredRoots } = file;
  const keyset: Keyset = { v: 1, version, issuedMs, retiredRoots, keys };
  return { keyset, signature: signWith(ring.key("keyset"), keysetText(keyset)) };
}

function trustFileOf(file: KeyFile): TrustFile {
  const roots = file.keys
    .filter(({ purpose }) => purpose === "keyset")
    .map(({ id, algorithm, publicKey }) => ({ id, algorithm, publicKey }));
  return { roots, keyset: signedKeyset(keyRing(file)) };
}

function signWith(key: SigningKey, message: Uint8Array): Signature {
  return { algorithm: key.algorithm, keyId: key.id, value: Buffer.from(signBytes(key, message)).toString("base64") };
}

/** Ed25519: 64 bytes. SM2: DER, over Z ‖ message with the standard's default user id. */
export function signBytes({ algorithm, privateKey, publicKeySpki }: SigningKey, message: Uint8Array): Uint8Array {
  if (algorithm === "ed25519") return signRaw(null, message, privateKey);
  return createSign("sm3")
    .update(sm2Z(publicKeySpki.subarray(-64)))
    .update(message)
    .sign(privateKey);
}

/** Keys come back from DER: an SM2 pair as generated verifies only itself. */
function toSigningKey(stored: StoredKey): SigningKey {
  const privateKey = createPrivateKey({ key: Buffer.from(stored.privateKey, "base64"), format: "der", type: "pkcs8" });
  return { id: stored.id, algorithm: stored.algorithm, privateKey, publicKeySpki: Buffer.from(stored.publicKey, "base64") };
}
