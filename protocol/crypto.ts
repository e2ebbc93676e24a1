/** The only file of the protocol that may import node:crypto: it hashes, authenticates, verifies, and hands out verified facts. */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createVerify,
  diffieHellman,
  ECDH,
  hash,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
  verify,
} from "node:crypto";
import { CodedError } from "#protocol/errors/codedError.ts";
import { DER, DIGEST_NAME, SEAL, type SealedFor, SM2 } from "#protocol/trust/encodings.ts";

export type HexDigest = string;

/** Signature scheme and the digest that goes with it: Ed25519 with SHA-256, SM2 with SM3. */
export const ALGORITHMS = ["ed25519", "sm2"] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** What a phone may hold its key in: the platform's two, and P-256 with SHA-256, which is what most phones' secure elements have. */
export const HOLDER_ALGORITHMS = ["ed25519", "es256", "sm2"] as const;
export type HolderAlgorithm = (typeof HOLDER_ALGORITHMS)[number];

/** The phone's own key. Ed25519: 32 bytes; P-256 and SM2: the compressed point, 33 bytes. */
export interface HolderKey {
  readonly algorithm: HolderAlgorithm;
  readonly publicKey: Uint8Array;
}

/** "keyset" is for the pinned roots alone: no keyset may hand it on. */
export const KEY_PURPOSES = [
  "list",
  "credential",
  "time",
  "watermark",
  "command",
  "grant",
  "policy",
  "device",
  "release",
  "keyset",
] as const;
export type KeyPurpose = (typeof KEY_PURPOSES)[number];

/** A public key and what it may sign. `id` is 1–32 visible ASCII characters; the key is DER SPKI. */
export interface TrustedKey {
  readonly id: string;
  readonly algorithm: Algorithm;
  readonly publicKeySpki: Uint8Array;
  readonly purposes: readonly KeyPurpose[];
}

/** Opaque: made by `createTrustStore`, asked by `verifySignature`. */
export interface TrustStore {
  readonly keys: ReadonlyMap<string, PreparedKey>;
}

interface UsableKey {
  readonly algorithm: HolderAlgorithm;
  readonly publicKey: KeyObject;
  /** What SM2 hashes before the message (GM/T 0003.2, 5.5); empty for Ed25519. */
  readonly prefix: Uint8Array;
}

interface PreparedKey extends UsableKey {
  readonly algorithm: Algorithm;
  readonly purposes: readonly KeyPurpose[];
}

interface DetachedSignature {
  readonly algorithm: Algorithm;
  readonly keyId: string;
  /** Ed25519: 64 bytes. SM2: DER of (r, s). */
  readonly value: Uint8Array;
}

declare const verifiedBrand: unique symbol;
/** A value whose origin was checked. Nothing but this file makes one. */
export type Verified<T> = T & { readonly [verifiedBrand]: true };

type Verdict<T> = { readonly ok: true; readonly fact: Verified<T> } | { readonly ok: false; readonly fault: SignatureFault };
type SignatureFault = "unknownKey" | "badSignature";

/** SHA-256 of bytes or of text as UTF-8, in lower-case hex. */
export function sha256Hex(data: Uint8Array | string): HexDigest {
  return hash("sha256", data, "hex");
}

/** SHA-256 for `ed25519`, SM3 for `sm2`: 32 bytes over all parts. */
export function digestOf(algorithm: Algorithm, ...parts: Uint8Array[]): Uint8Array {
  const digest = createHash(DIGEST_NAME[algorithm]);
  for (const part of parts) digest.update(part);
  return new Uint8Array(digest.digest());
}

/** HMAC-SHA-256 over tag ‖ parts: 32 bytes. */
export function keyedDigest(key: Uint8Array, tag: string, ...parts: Uint8Array[]): Uint8Array {
  const mac = createHmac("sha256", key).update(tag, "ascii");
  for (const part of parts) mac.update(part);
  return new Uint8Array(mac.digest());
}

/** Link MAC, algorithm 1: HMAC-SHA-256 over tag ‖ parts, cut to its first 8 bytes. */
export function linkMac(key: Uint8Array, tag: string, ...parts: Uint8Array[]): Uint8Array {
  return keyedDigest(key, tag, ...parts).subarray(0, 8);
}

export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Parses every key once. Throws `trust.badKey`. */
export function createTrustStore(trusted: readonly TrustedKey[]): TrustStore {
  const keys = new Map<string, PreparedKey>();
  for (const key of trusted) {
    if (!/^[\x21-\x7e]{1,32}$/.test(key.id)) throw new CodedError("trust.badKey", `id ${JSON.stringify(key.id)}`);
    if (keys.has(key.id)) throw new CodedError("trust.badKey", `id ${key.id} is there twice`);
    keys.set(key.id, prepareKey(key));
  }
  return { keys };
}

function prepareKey({ id, algorithm, publicKeySpki, purposes }: TrustedKey): PreparedKey {
  const spki = Buffer.from(publicKeySpki);
  if (spki.length !== DER.spkiBytes[algorithm] || !spki.toString("hex").startsWith(DER.spki[algorithm])) {
    throw new CodedError("trust.badKey", `${id} is not DER SPKI of ${algorithm}`);
  }
  try {
    const publicKey = createPublicKey({ key: spki, format: "der", type: "spki" });
    const prefix = algorithm === "sm2" ? sm2Prefix(spki.subarray(-64)) : new Uint8Array();
    return { algorithm, purposes, publicKey, prefix };
  } catch (cause) {
    throw new CodedError("trust.badKey", `${id} is no point of its curve`, { cause });
  }
}

/** Z of GM/T 0003.2: SM3 over the user ID, the curve and the public point. */
function sm2Prefix(point: Uint8Array): Uint8Array {
  return digestOf("sm2", Buffer.from(SM2.userId + SM2.curve, "hex"), point);
}

/**
 * Brands `fact` when a key trusted for `purpose` signed `message`. The caller builds `message` out of `fact`, so that the one stands
 * for the other. A key that is known but not for this purpose, or of another algorithm, is an unknown key.
 */
export function verifySignature<T>(
  trust: TrustStore,
  purpose: KeyPurpose,
  signature: DetachedSignature,
  message: Uint8Array,
  fact: T,
): Verdict<T> {
  const key = trust.keys.get(signature.keyId);
  if (key?.algorithm !== signature.algorithm || !key.purposes.includes(purpose)) return { ok: false, fault: "unknownKey" };
  if (!signatureHolds(key, signature.value, message)) return { ok: false, fault: "badSignature" };
  return { ok: true, fact: fact as Verified<T> };
}

/**
 * Brands `fact` when the holder of the raw key signed `message`: nobody vouches for the key here but the verified credential that it
 * comes from. A key that is no point of its curve verifies nothing. Ed25519: 64 bytes. ES256: r ‖ s, 64 bytes. SM2: DER of (r, s).
 */
export function verifyHolder<T>(key: Verified<HolderKey>, signature: Uint8Array, message: Uint8Array, fact: T): Verified<T> | undefined {
  const prepared = prepareHolderKey(key);
  return prepared && signatureHolds(prepared, signature, message) ? (fact as Verified<T>) : undefined;
}

function prepareHolderKey({ algorithm, publicKey }: HolderKey): UsableKey | undefined {
  const spki = Buffer.concat([Buffer.from(DER.holderSpki[algorithm], "hex"), publicKey]);
  try {
    const key = createPublicKey({ key: spki, format: "der", type: "spki" });
    return { algorithm, publicKey: key, prefix: algorithm === "sm2" ? sm2Prefix(uncompressedPoint("sm2", publicKey)) : new Uint8Array() };
  } catch {
    return undefined;
  }
}

/** x ‖ y, 64 bytes, of a compressed point. Throws for what is no point of the curve. */
export function uncompressedPoint(algorithm: "es256" | "sm2", point: Uint8Array): Uint8Array {
  const hex = ECDH.convertKey(point, { es256: "prime256v1", sm2: "SM2" }[algorithm], undefined, "hex", "uncompressed") as string;
  return Buffer.from(hex, "hex").subarray(1);
}

function signatureHolds(key: UsableKey, value: Uint8Array, message: Uint8Array): boolean {
  if (key.algorithm === "ed25519") return verify(null, message, key.publicKey, value);
  if (key.algorithm === "es256") return verify("sha256", message, { key: key.publicKey, dsaEncoding: "ieee-p1363" }, value);
  // node's one-shot verify takes an empty user ID for SM2: hash Z ‖ message instead.
  return createVerify("sm3").update(key.prefix).update(message).verify(key.publicKey, value);
}

/** Brands `fact`, which the caller read out of `bytes`, when their digest is the one that a verified fact promised. */
export function verifyDigest<T>(algorithm: Algorithm, bytes: Uint8Array, promised: Verified<Uint8Array>, fact: T): Verified<T> | undefined {
  const digest = hash(DIGEST_NAME[algorithm], bytes, "buffer");
  return sameBytes(digest, promised) ? (fact as Verified<T>) : undefined;
}

/** Brands what a person vouches for who has compared it by hand. */
export function vouchedFor<T>(fact: T): Verified<T> {
  return fact as Verified<T>;
}

/** Brands what was read out of a verified fact. */
export function readFrom<T, U>(_source: Verified<T>, fact: U): Verified<U> {
  return fact as Verified<U>;
}

/** Public key of `ephemeral` (random, never used again) ‖ AES-256-GCM of `secret`: nobody but the holder of `recipient` opens it. */
export function sealSecret(secret: Uint8Array, { domain, about }: SealedFor, recipient: Uint8Array, ephemeral: Uint8Array): Uint8Array {
  const sender = sealingPublicKey(ephemeral);
  const [key, nonce] = sealingKeys(ephemeral, recipient, [sender, recipient], domain);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(about);
  return new Uint8Array(Buffer.concat([sender, cipher.update(secret), cipher.final(), cipher.getAuthTag()]));
}

/** Undefined for what was sealed for somebody else, under another domain, about something else, or was changed. */
export function openSecret(sealed: Uint8Array, { domain, about }: SealedFor, privateKey: Uint8Array): Uint8Array | undefined {
  const sender = sealed.subarray(0, SEAL.keyBytes);
  try {
    const [key, nonce] = sealingKeys(privateKey, sender, [sender, sealingPublicKey(privateKey)], domain);
    const decipher = createDecipheriv("aes-256-gcm", key, nonce).setAAD(about).setAuthTag(sealed.subarray(-SEAL.tagBytes));
    return new Uint8Array(Buffer.concat([decipher.update(sealed.subarray(SEAL.keyBytes, -SEAL.tagBytes)), decipher.final()]));
  } catch {
    return undefined;
  }
}

/** The public key, 32 bytes, of an X25519 private key. */
function sealingPublicKey(privateKey: Uint8Array): Uint8Array {
  return createPublicKey(x25519Key("pkcs8", privateKey)).export({ format: "der", type: "spki" }).subarray(-SEAL.keyBytes);
}

function sealingKeys(own: Uint8Array, other: Uint8Array, salt: readonly Uint8Array[], domain: string): [key: Buffer, nonce: Buffer] {
  const shared = diffieHellman({ privateKey: x25519Key("pkcs8", own), publicKey: x25519Key("spki", other) });
  const derived = Buffer.from(hkdfSync("sha256", shared, Buffer.concat(salt), domain, 44));
  return [derived.subarray(0, 32), derived.subarray(32)];
}

function x25519Key(type: "pkcs8" | "spki", raw: Uint8Array): KeyObject {
  const der = { key: Buffer.concat([Buffer.from(DER.x25519[type], "hex"), raw]), format: "der" } as const;
  return type === "pkcs8" ? createPrivateKey({ ...der, type }) : createPublicKey({ ...der, type });
}
