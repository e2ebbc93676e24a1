/** A welder's pass: what the platform says of a certificate, for scans that the list cannot answer. No name, no ID number. */
import type { TrustStore, Verified } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { bytesOfHex, hexOf } from "#protocol/list/bytes.ts";
import { decodeBase45, encodeBase45 } from "#protocol/pass/base45.ts";
import { asArray, asBytes, asInteger, asMap, decodeCbor, encodeCbor } from "#protocol/pass/cbor.ts";
import { type CoseSigner, encodeSign1, parseSign1, verifySign1 } from "#protocol/pass/coseSign1.ts";

/** Before the base45 text, in a QR code and in messages. */
export const CREDENTIAL_PREFIX = "AG1:";
export const CREDENTIAL_DOMAIN = "arcgate-credential/1";
/** Nothing longer is looked at. */
const CREDENTIAL_MAX_CHARACTERS = 1024;

const HOLDER_ALGORITHMS = ["ed25519", "es256", "sm2"] as const;
export type HolderAlgorithm = (typeof HOLDER_ALGORITHMS)[number];

/** The phone's own key. Ed25519: 32 bytes; P-256 and SM2: the compressed point, 33 bytes. */
interface HolderKey {
  readonly algorithm: HolderAlgorithm;
  readonly publicKey: Uint8Array;
}

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

const HOLDER_COSE_NUMBER: Readonly<Record<HolderAlgorithm, number>> = { ed25519: -8, es256: -7, sm2: -65_537 };

export function encodeCredential(credential: Credential, signer: CoseSigner): string {
  const { handle, holderKey, categories, notBeforeDay, expiryDay, reviewDay, issuedS } = credential;
  const claims = new Map<number, unknown>([
    [LABEL.version, CREDENTIAL_VERSION],
    [LABEL.handle, bytesOfHex(handle)],
    [LABEL.holderKey, [HOLDER_COSE_NUMBER[holderKey.algorithm], holderKey.publicKey]],
    [LABEL.categories, categories],
    [LABEL.notBeforeDay, notBeforeDay],
    [LABEL.expiryDay, expiryDay],
    [LABEL.reviewDay, reviewDay],
    [LABEL.issuedS, issuedS],
  ]);
  return CREDENTIAL_PREFIX + encodeBase45(encodeSign1(CREDENTIAL_DOMAIN, encodeCbor(claims), signer));
}

/** Of what a scanner read or a message holds. Throws the codes of the area `pass`; it never looks at the time. */
export function decodeCredential(text: string, trust: TrustStore): Verified<Credential> {
  if (text.length > CREDENTIAL_MAX_CHARACTERS) throw new CodedError("pass.tooLarge", `${text.length} characters`);
  if (!text.startsWith(CREDENTIAL_PREFIX)) throw new CodedError("pass.notAPass");
  const object = parseSign1(CREDENTIAL_DOMAIN, decodeBase45(text.slice(CREDENTIAL_PREFIX.length)));
  return verifySign1(trust, "credential", object, readClaims(object.payload));
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
  const algorithm = HOLDER_ALGORITHMS.find((name) => HOLDER_COSE_NUMBER[name] === number);
  if (!algorithm) throw new CodedError("pass.badShape", "holder algorithm");
  const length = algorithm === "ed25519" ? 32 : 33;
  const publicKey = asBytes(key, length, length, "holder key");
  if (length === 33 && publicKey[0] !== 2 && publicKey[0] !== 3) throw new CodedError("pass.badShape", "holder key is not compressed");
  return { algorithm, publicKey: Uint8Array.from(publicKey) };
}
