/**
 * COSE_Sign1 (RFC 9052, 4.2), untagged, as far as passes need it. The platform's objects have algorithm and key id in the protected header;
 * a holder's have the algorithm alone, for the key is in the credential that they carry. Nothing is in the other header.
 */
import {
  type Algorithm,
  type HolderAlgorithm,
  type HolderKey,
  type KeyPurpose,
  type TrustStore,
  type Verified,
  verifyHolder,
  verifySignature,
} from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { asArray, asBytes, asMap, decodeCbor, encodeCbor } from "#protocol/pass/cbor.ts";
import { algorithmOfCose, COSE_ALGORITHM } from "#protocol/pass/coseAlgorithm.ts";

const ALGORITHM_LABEL = 1;
const KEY_ID_LABEL = 4;

/** Who signs for the platform. */
export interface CoseSigner {
  readonly algorithm: Algorithm;
  readonly keyId: string;
  /** Ed25519: 64 bytes. SM2: DER. */
  sign(message: Uint8Array): Uint8Array;
}

/** Who signs with the phone's own key. */
export interface HolderSigner {
  readonly algorithm: HolderAlgorithm;
  /** Ed25519: 64 bytes. ES256: r ‖ s, 64 bytes. SM2: DER. */
  sign(message: Uint8Array): Uint8Array;
}

interface CoseSign1 {
  readonly protectedBytes: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

interface PlatformSign1 extends CoseSign1 {
  readonly algorithm: Algorithm;
  readonly keyId: string;
}

export interface HolderSign1 extends CoseSign1 {
  readonly algorithm: HolderAlgorithm;
}

/** `domain` is the external_aad, and keeps one kind of object from passing for another. */
export function encodeSign1(domain: string, payload: Uint8Array, signer: CoseSigner): Uint8Array {
  const header = new Map<number, unknown>([
    [ALGORITHM_LABEL, COSE_ALGORITHM[signer.algorithm]],
    [KEY_ID_LABEL, asciiBytes(signer.keyId)],
  ]);
  return encodeSigned(encodeCbor(header), payload, asciiBytes(domain), signer);
}

/** `externalAad` is the domain tag and what the signature is over beside the payload. */
export function encodeHolderSign1(externalAad: Uint8Array, payload: Uint8Array, signer: HolderSigner): Uint8Array {
  const header = new Map([[ALGORITHM_LABEL, COSE_ALGORITHM[signer.algorithm]]]);
  return encodeSigned(encodeCbor(header), payload, externalAad, signer);
}

/** Nothing of it is verified. Throws `pass.badCbor`, `pass.badShape`. */
export function parseSign1(bytes: Uint8Array): PlatformSign1 {
  const { header, ...object } = parseParts(bytes, [ALGORITHM_LABEL, KEY_ID_LABEL]);
  const algorithm = algorithmOfCose(header.get(ALGORITHM_LABEL), "algorithm");
  if (algorithm === "es256") throw new CodedError("pass.badShape", "algorithm of a holder");
  return { ...object, algorithm, keyId: keyIdOf(asBytes(header.get(KEY_ID_LABEL), 1, 32, "key id")) };
}

/** Nothing of it is verified. Throws `pass.badCbor`, `pass.badShape`. */
export function parseHolderSign1(bytes: Uint8Array): HolderSign1 {
  const { header, ...object } = parseParts(bytes, [ALGORITHM_LABEL]);
  return { ...object, algorithm: algorithmOfCose(header.get(ALGORITHM_LABEL), "algorithm") };
}

/** Brands `fact`, which the caller read out of the payload. Throws `pass.unknownKey`, `pass.badSignature`. */
export function verifySign1<T>(trust: TrustStore, purpose: KeyPurpose, domain: string, object: PlatformSign1, fact: T): Verified<T> {
  const { algorithm, keyId, signature } = object;
  const signed = signatureInput(asciiBytes(domain), object.protectedBytes, object.payload);
  const verdict = verifySignature(trust, purpose, { algorithm, keyId, value: signature }, signed, fact);
  if (!verdict.ok) throw new CodedError(`pass.${verdict.fault}`, `key ${keyId}`);
  return verdict.fact;
}

/** Brands `fact`, which the caller read out of the payload and the `externalAad`. Throws `pass.badHolderSignature`. */
export function verifyHolderSign1<T>(key: Verified<HolderKey>, externalAad: Uint8Array, object: HolderSign1, fact: T): Verified<T> {
  if (object.algorithm !== key.algorithm) throw new CodedError("pass.badHolderSignature", "another algorithm than the holder's");
  const signed = signatureInput(externalAad, object.protectedBytes, object.payload);
  const verified = verifyHolder(key, object.signature, signed, fact);
  if (!verified) throw new CodedError("pass.badHolderSignature");
  return verified;
}

export function asciiBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function encodeSigned(protectedBytes: Uint8Array, payload: Uint8Array, externalAad: Uint8Array, signer: HolderSigner): Uint8Array {
  const signature = signer.sign(signatureInput(externalAad, protectedBytes, payload));
  return encodeCbor([protectedBytes, new Map(), payload, signature]);
}

function parseParts(bytes: Uint8Array, labels: readonly number[]): CoseSign1 & { header: ReturnType<typeof asMap> } {
  const [protectedItem, unprotected, payload, signature] = asArray(decodeCbor(bytes), 4, "COSE_Sign1");
  const protectedBytes = asBytes(protectedItem, 1, 64, "protected header");
  asMap(unprotected, [], "unprotected header");
  return {
    header: asMap(decodeCbor(protectedBytes), labels, "protected header"),
    protectedBytes,
    payload: asBytes(payload, 1, 1024, "payload"),
    signature: asBytes(signature, 1, 80, "signature"),
  };
}

/** The Sig_structure: what the signature is over. */
function signatureInput(externalAad: Uint8Array, protectedBytes: Uint8Array, payload: Uint8Array): Uint8Array {
  return encodeCbor(["Signature1", protectedBytes, externalAad, payload]);
}

function keyIdOf(bytes: Uint8Array): string {
  const text = String.fromCharCode(...bytes);
  if (!/^[\x21-\x7e]{1,32}$/.test(text)) throw new CodedError("pass.badShape", "key id");
  return text;
}
