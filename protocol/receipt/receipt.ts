/** A decision's receipt: what was decided on what grounds, signed by the device, to be checked by anybody without a network. */
import type { HolderKey, Verified } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { bytesOfHex, hexOf } from "#protocol/list/bytes.ts";
import { asBytes, asInteger, asMap, decodeCbor, encodeCbor } from "#protocol/pass/cbor.ts";
import { asciiBytes, encodeHolderSign1, type HolderSigner, parseHolderSign1, verifyHolderSign1 } from "#protocol/pass/coseSign1.ts";

const RECEIPT_DOMAIN = asciiBytes("arcgate-receipt/1");
const RECEIPT_VERSION = 1;

/** Times are Unix milliseconds, UTC; handles 16 bytes in lower-case hex. Null: it does not apply, or was not there. */
export interface Receipt {
  readonly device: string;
  /** That the decision lets start or go on. */
  readonly session: number | null;
  readonly allowed: boolean;
  readonly handle: string | null;
  /** Rule that allowed, or code that refused. */
  readonly reason: string;
  readonly way: string | null;
  readonly purpose: string;
  readonly category: string;
  /** Of the list's base; 0: there was no list. */
  readonly listVersion: number;
  /** Of the overlay that was asked before the base; 0: there was none. */
  readonly overlayVersion: number;
  readonly policyVersion: number;
  readonly checkListVersion: number;
  readonly earliestMs: number;
  readonly latestMs: number | null;
  readonly limitS: number | null;
  readonly idleRelockS: number | null;
  readonly endsBy: string | null;
  readonly endsMs: number | null;
  readonly permit: string | null;
  readonly guardian: string | null;
  readonly wouldRefuse: string | null;
}

type Kind = "text" | "handle" | "number" | "flag";

/** Label, kind, and whether null may stand for it. The order is the specification's table. */
const CLAIMS = {
  device: [2, "text", false],
  allowed: [3, "flag", false],
  handle: [4, "handle", true],
  reason: [5, "text", false],
  way: [6, "text", true],
  purpose: [7, "text", false],
  category: [8, "text", false],
  listVersion: [9, "number", false],
  policyVersion: [10, "number", false],
  checkListVersion: [11, "number", false],
  earliestMs: [12, "number", false],
  latestMs: [13, "number", true],
  limitS: [14, "number", true],
  idleRelockS: [15, "number", true],
  endsBy: [16, "text", true],
  endsMs: [17, "number", true],
  permit: [18, "text", true],
  guardian: [19, "handle", true],
  wouldRefuse: [20, "text", true],
  overlayVersion: [21, "number", false],
  session: [22, "number", true],
} as const satisfies Record<keyof Receipt, readonly [number, Kind, boolean]>;

const NAMES = Object.keys(CLAIMS) as (keyof Receipt)[];
const VERSION_LABEL = 1;
const TEXT_MAX = 64;

/** COSE_Sign1 by the device's own key, some 200 bytes. */
export function encodeReceipt(receipt: Receipt, signer: HolderSigner): Uint8Array {
  const claims = new Map<number, unknown>([[VERSION_LABEL, RECEIPT_VERSION]]);
  for (const name of NAMES) claims.set(CLAIMS[name][0], encodeClaim(CLAIMS[name][1], receipt[name]));
  return encodeHolderSign1(RECEIPT_DOMAIN, encodeCbor(claims), signer);
}

/** `key` is the device's. Throws `pass.badCbor`, `pass.badShape`, `pass.badHolderSignature`. */
export function decodeReceipt(bytes: Uint8Array, key: Verified<HolderKey>): Verified<Receipt> {
  const object = parseHolderSign1(bytes);
  const claims = asMap(decodeCbor(object.payload), [VERSION_LABEL, ...NAMES.map((name) => CLAIMS[name][0])], "receipt");
  if (claims.get(VERSION_LABEL) !== RECEIPT_VERSION) throw new CodedError("pass.badShape", "receipt version");
  const entries = NAMES.map((name) => [name, decodeClaim(name, claims.get(CLAIMS[name][0]))]);
  return verifyHolderSign1(key, RECEIPT_DOMAIN, object, Object.fromEntries(entries) as Receipt);
}

function encodeClaim(kind: Kind, value: Receipt[keyof Receipt]): unknown {
  return kind === "handle" && typeof value === "string" ? bytesOfHex(value) : value;
}

function decodeClaim(name: keyof Receipt, value: unknown): Receipt[keyof Receipt] {
  const [, kind, nullable] = CLAIMS[name];
  if (value === null && nullable) return null;
  switch (kind) {
    case "number":
      return asInteger(value, 0, Number.MAX_SAFE_INTEGER, name);
    case "handle":
      return hexOf(asBytes(value, 16, 16, name));
    case "flag":
      if (typeof value === "boolean") return value;
      break;
    case "text":
      if (typeof value === "string" && value.length <= TEXT_MAX) return value;
  }
  throw new CodedError("pass.badShape", name);
}
