/** `keys.json` of the data folder: the platform's private keys, for development. */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ALGORITHMS, type Algorithm, KEY_PURPOSES, type KeyPurpose } from "#protocol/crypto.ts";

const StoredKey = z.strictObject({
  id: z.string(),
  algorithm: z.enum(ALGORITHMS),
  purpose: z.enum(KEY_PURPOSES),
  /** PKCS#8 and SPKI, DER in base64. */
  privateKey: z.base64(),
  publicKey: z.base64(),
});
export type StoredKey = z.infer<typeof StoredKey>;

const KeyFile = z.strictObject({
  /** Tells one platform's session at a broker from another's. */
  instance: z.string().regex(/^[0-9a-f]{16}$/),
  keysetVersion: z.number().int().min(1),
  issuedMs: z.number().int().min(0),
  /** Two roots, the current one first, under the purpose "keyset"; one key for every other purpose. */
  keys: z.array(StoredKey),
  /** Keys that signed lists before: a base outlives the key that made it. Newest first. */
  formerListKeys: z.array(StoredKey).max(4),
  retiredRoots: z.array(z.string()).max(1),
});
export type KeyFile = z.infer<typeof KeyFile>;

const FORMER_MAX = 4;

export function keyFilePath(dataDir: string): string {
  return join(dataDir, "keys.json");
}

export function readKeyFile(dataDir: string): KeyFile {
  return KeyFile.parse(JSON.parse(readFileSync(keyFilePath(dataDir), "utf8")));
}

export function writeKeyFile(dataDir: string, file: KeyFile): void {
  const path = keyFilePath(dataDir);
  writeFileSync(`${path}.new`, JSON.stringify(file, null, 2), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

export function generateKeyFile(listAlgorithm: Algorithm, issuedMs: number): KeyFile {
  const roots = [newKey("keyset", "ed25519"), newKey("keyset", "ed25519")];
  return {
    instance: randomBytes(8).toString("hex"),
    keysetVersion: 1,
    issuedMs,
    keys: [...roots, ...purposeKeys(listAlgorithm)],
    formerListKeys: [],
    retiredRoots: [],
  };
}

/** New keys for every purpose, under the same roots. `retireRoot`: from now on the next root signs, and the current one no more. */
export function rotatedKeyFile(file: KeyFile, issuedMs: number, retireRoot: boolean): KeyFile {
  const roots = file.keys.filter(({ purpose }) => purpose === "keyset");
  const formerList = file.keys.filter(({ purpose }) => purpose === "list");
  return {
    ...file,
    keysetVersion: file.keysetVersion + 1,
    issuedMs,
    keys: [...roots, ...purposeKeys(formerList[0]?.algorithm ?? "ed25519")],
    formerListKeys: [...formerList, ...file.formerListKeys].slice(0, FORMER_MAX),
    retiredRoots: retireRoot ? roots.slice(0, 1).map(({ id }) => id) : file.retiredRoots,
  };
}

function purposeKeys(listAlgorithm: Algorithm): StoredKey[] {
  const purposes = KEY_PURPOSES.filter((purpose) => purpose !== "keyset");
  return purposes.map((purpose) => newKey(purpose, purpose === "list" ? listAlgorithm : "ed25519"));
}

function newKey(purpose: KeyPurpose, algorithm: Algorithm): StoredKey {
  const { privateKey, publicKey } = generatePair(algorithm);
  return {
    id: `dev-${purpose}-${randomBytes(4).toString("hex")}`,
    algorithm,
    purpose,
    privateKey: privateKey.toString("base64"),
    publicKey: publicKey.toString("base64"),
  };
}

const PKCS8_DER = { type: "pkcs8", format: "der" } as const;
const SPKI_DER = { type: "spki", format: "der" } as const;

function generatePair(algorithm: Algorithm): { privateKey: Buffer; publicKey: Buffer } {
  return algorithm === "sm2" ? generateSm2() : generateEd25519();
}

function generateEd25519(): { privateKey: Buffer; publicKey: Buffer } {
  return generateKeyPairSync("ed25519", { privateKeyEncoding: PKCS8_DER, publicKeyEncoding: SPKI_DER });
}

function generateSm2(): { privateKey: Buffer; publicKey: Buffer } {
  return generateKeyPairSync("ec", { namedCurve: "SM2", privateKeyEncoding: PKCS8_DER, publicKeyEncoding: SPKI_DER });
}
