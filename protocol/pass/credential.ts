/** A welder's pass: what the platform says of a certificate, for scans that the list cannot answer. No name, no ID number. */
import type { HolderKey, TrustStore, Verified } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { bytesOfHex, hexOf } from "#protocol/list/bytes.ts";
import { asArray, asBytes, asInteger, asMap, decodeCbor, encodeCbor } from "#protocol/pass/cbor.ts";
import { algorithmOfCose, COSE_ALGORITHM } from "#protocol/pass/coseAlgorithm.ts";
import { type CoseSigner, encodeSign1, parseSign1, verifySign1 } from "#protocol/pass/coseSign1.ts";
import { CREDENTIAL_PREFIX, passBytes, passText } from "#protocol/pass/passText.ts";

export const CREDENTIAL_DOMAIN = "arcgate-credential/1";

export interface Credential {
  /** 16 random bytes in lower-case hex: the key into the certificate list. */
  readonly handle: string;
  readonly holderKey: HolderKey;
  /** Bit set of work categories, as in the list. */
  readonly categories: number;
  /** As in the list: days since 1970-01-01, UTC+8. */
  readonly notBeforeDay: number;
  readonly expiryDay: number;
  readonly reviewDay: number;
  /** Seconds since 1970, UTC: tells whether the list in force could know of it. */
  readonly issuedS: number;
}

const CREDENTIAL_VERSION = 1;
const LABEL = {
  version: 1,
  handle: 2,
  holderKey: 3,
  categories: 4,
  notBeforeDay: 5,
  expiryDay: 6,
  reviewDay: 7,
  issuedS: 8,
} as const;

export function encodeCredential(credential: Credential, signer: CoseSigner): string {
  const { handle, holderKey, categories, notBeforeDay, expiryDay, reviewDay, issuedS } = credential;
  const claims = new Map<number, unknown>([
    [LABEL.version, CREDENTIAL_VERSION],
    [LABEL.handle, bytesOfHex(handle)],
    [LABEL.holderKey, [COSE_ALGORITHM[holderKey.algorithm], holderKey.publicKey]],
    [LABEL.categories, categories],
    [LABEL.notBeforeDay, notBeforeDay],
    [LABEL.expiryDay, expiryDay],
    [LABEL.reviewDay, reviewDay],
    [LABEL.issuedS, issuedS],
  ]);
  return passText(CREDENTIAL_PREFIX, encodeSign1(CREDENTIAL_DOMAIN, encodeCbor(claims), signer));
}

/** The bytes in a credential's text. Throws `pass.tooLarge`, `pass.notAPass`, `pass.badBase45`. */
export function credentialBytes(text: string): Uint8Array {
  return passBytes(CREDENTIAL_PREFIX, text);
}

/** Throws the codes of the area `pass`; it never looks at the time. */
export function decodeCredential(text: string, trust: TrustStore): Verified<Credential> {
  return decodeCredentialBytes(credentialBytes(text), trust);
}

/** As it is inside of a response. Throws `pass.badCbor`, `pass.badShape`, `pass.unknownKey`, `pass.badSignature`. */
export function decodeCredentialBytes(bytes: Uint8Array, trust: TrustStore): Verified<Credential> {
  const object = parseSign1(bytes);
  return verifySign1(trust, "credential", CREDENTIAL_DOMAIN, object, readClaims(object.payload));
}

function readClaims(payload: Uint8Array): Credential {
  const claims = asMap(decodeCbor(payload), Object.values(LABEL), "claims");
  const version = asInteger(claims.get(LABEL.version), 1, 0xffff, "version");
  if (version !== CREDENTIAL_VERSION) throw new CodedError("pass.badShape", `version ${version}`);
  return {
    handle: hexOf(asBytes(claims.get(LABEL.handle), 16, 16, "handle")),
    holderKey: readHolderKey(claims.get(LABEL.holderKey)),
    categories: asInteger(claims.get(LABEL.categories), 0, 0xff, "categories"),
    notBeforeDay: asInteger(claims.get(LABEL.notBeforeDay), 0, 0xffff, "not-before day"),
    expiryDay: asInteger(claims.get(LABEL.expiryDay), 0, 0xffff, "expiry day"),
    reviewDay: asInteger(claims.get(LABEL.reviewDay), 0, 0xffff, "review day"),
    issuedS: asInteger(claims.get(LABEL.issuedS), 0, 0xffff_ffff, "issued"),
  };
}

function readHolderKey(value: unknown): HolderKey {
  const [number, key] = asArray(value, 2, "holder key");
  const algorithm = algorithmOfCose(number, "holder algorithm");
  const length = algorithm === "ed25519" ? 32 : 33;
  const publicKey = asBytes(key, length, length, "holder key");
  if (length === 33 && publicKey[0] !== 2 && publicKey[0] !== 3) throw new CodedError("pass.badShape", "holder key is not compressed");
  return { algorithm, publicKey: Uint8Array.from(publicKey) };
}
