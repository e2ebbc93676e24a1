/** COSE_Sign1 (RFC 9052, 4.2), untagged, as far as passes need it: algorithm and key id in the protected header, nothing in the other. */
import { type Algorithm, type KeyPurpose, type TrustStore, type Verified, verifySignature } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { asArray, asBytes, asInteger, asMap, decodeCbor, encodeCbor } from "#protocol/pass/cbor.ts";

const ALGORITHM_LABEL = 1;
const KEY_ID_LABEL = 4;

/** EdDSA is registered; SM2 with SM3 is not, and takes the first number for private use. */
const COSE_ALGORITHM: Readonly<Record<Algorithm, number>> = { ed25519: -8, sm2: -65_537 };

/** Who signs, and what for: `domain` is the external_aad and keeps one kind of object from passing for another. */
export interface CoseSigner {
  readonly algorithm: Algorithm;
  readonly keyId: string;
  /** Ed25519: 64 bytes. SM2: DER. */
  sign(message: Uint8Array): Uint8Array;
}

interface CoseSign1 {
  readonly algorithm: Algorithm;
  readonly keyId: string;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  /** The Sig_structure: what the signature is over. */
  readonly signed: Uint8Array;
}

export function encodeSign1(domain: string, payload: Uint8Array, signer: CoseSigner): Uint8Array {
  const keyId = new TextEncoder().encode(signer.keyId);
  const header = new Map<number, unknown>([
    [ALGORITHM_LABEL, COSE_ALGORITHM[signer.algorithm]],
    [KEY_ID_LABEL, keyId],
  ]);
  const protectedBytes = encodeCbor(header);
  const signature = signer.sign(signatureInput(domain, protectedBytes, payload));
  return encodeCbor([protectedBytes, new Map(), payload, signature]);
}

/** Nothing of it is verified. Throws `pass.badCbor`, `pass.badShape`. */
export function parseSign1(domain: string, bytes: Uint8Array): CoseSign1 {
  const [protectedItem, unprotected, payloadItem, signatureItem] = asArray(decodeCbor(bytes), 4, "COSE_Sign1");
  const protectedBytes = asBytes(protectedItem, 1, 64, "protected header");
  const header = asMap(decodeCbor(protectedBytes), [ALGORITHM_LABEL, KEY_ID_LABEL], "protected header");
  asMap(unprotected, [], "unprotected header");
  const payload = asBytes(payloadItem, 1, 1024, "payload");
  return {
    algorithm: algorithmOf(header.get(ALGORITHM_LABEL)),
    keyId: keyIdOf(asBytes(header.get(KEY_ID_LABEL), 1, 32, "key id")),
    payload,
    signature: asBytes(signatureItem, 1, 80, "signature"),
    signed: signatureInput(domain, protectedBytes, payload),
  };
}

/** Brands `fact`, which the caller read out of the payload. Throws `pass.unknownKey`, `pass.badSignature`. */
export function verifySign1<T>(trust: TrustStore, purpose: KeyPurpose, object: CoseSign1, fact: T): Verified<T> {
  const { algorithm, keyId, signature, signed } = object;
  const verdict = verifySignature(trust, purpose, { algorithm, keyId, value: signature }, signed, fact);
  if (!verdict.ok) throw new CodedError(`pass.${verdict.fault}`, `key ${keyId}`);
  return verdict.fact;
}

function signatureInput(domain: string, protectedBytes: Uint8Array, payload: Uint8Array): Uint8Array {
  return encodeCbor(["Signature1", protectedBytes, new TextEncoder().encode(domain), payload]);
}

function algorithmOf(value: unknown): Algorithm {
  const number = asInteger(value, -70_000, -1, "algorithm");
  if (number === COSE_ALGORITHM.ed25519) return "ed25519";
  if (number === COSE_ALGORITHM.sm2) return "sm2";
  throw new CodedError("pass.badShape", `algorithm ${number}`);
}

function keyIdOf(bytes: Uint8Array): string {
  const text = String.fromCharCode(...bytes);
  if (!/^[\x21-\x7e]{1,32}$/.test(text)) throw new CodedError("pass.badShape", "key id");
  return text;
}
