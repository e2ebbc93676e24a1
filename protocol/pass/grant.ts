/** What the platform sends to a machine whose sticker a phone has scanned: a licence to be confirmed with the machine's start button. */
import type { TrustStore, Verified } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { bytesOfHex, hexOf } from "#protocol/list/bytes.ts";
import { asBytes, asInteger, asMap, decodeCbor, encodeCbor } from "#protocol/pass/cbor.ts";
import { encodeDevice, encodeWishes, type PassWishes, PLACE_LABEL, readDevice, readWishes, WISH_LABELS } from "#protocol/pass/claims.ts";
import { type CoseSigner, encodeSign1, parseSign1, verifySign1 } from "#protocol/pass/coseSign1.ts";
import { GRANT_PREFIX, passBytes, passText } from "#protocol/pass/passText.ts";

const GRANT_DOMAIN = "arcgate-grant/1";

export interface Grant {
  readonly device: string;
  readonly handle: string;
  /** 8 random bytes in lower-case hex: by what the platform's records name it. */
  readonly id: string;
  /** Bit set of work categories, as in the list, for which the platform grants. */
  readonly categories: number;
  /** Rises with every grant for the machine. */
  readonly counter: number;
  /** 8 bytes in lower-case hex, of the phone's request: ties the grant to one scan of one phone. */
  readonly nonce: string;
  /** Seconds since 1970, UTC: valid from `notBeforeS` on and before `expiryS`. */
  readonly notBeforeS: number;
  readonly expiryS: number;
  readonly wishes: PassWishes;
}

const GRANT_VERSION = 1;
const LABEL = {
  version: 1,
  device: 2,
  handle: 3,
  id: 4,
  categories: 5,
  counter: 6,
  nonce: 7,
  notBeforeS: 8,
  expiryS: 9,
  ...WISH_LABELS,
} as const;

export function encodeGrant(grant: Grant, signer: CoseSigner): string {
  const claims = new Map<number, unknown>([
    [LABEL.version, GRANT_VERSION],
    [LABEL.device, encodeDevice(grant.device)],
    [LABEL.handle, bytesOfHex(grant.handle)],
    [LABEL.id, bytesOfHex(grant.id)],
    [LABEL.categories, grant.categories],
    [LABEL.counter, grant.counter],
    [LABEL.nonce, bytesOfHex(grant.nonce)],
    [LABEL.notBeforeS, grant.notBeforeS],
    [LABEL.expiryS, grant.expiryS],
    ...encodeWishes(grant.wishes),
  ]);
  return passText(GRANT_PREFIX, encodeSign1(GRANT_DOMAIN, encodeCbor(claims), signer));
}

/** Throws the codes of the area `pass`. Machine, time and counter are for the caller. */
export function decodeGrant(text: string, trust: TrustStore): Verified<Grant> {
  const object = parseSign1(passBytes(GRANT_PREFIX, text));
  return verifySign1(trust, "grant", GRANT_DOMAIN, object, readClaims(object.payload));
}

function readClaims(payload: Uint8Array): Grant {
  const claims = asMap(decodeCbor(payload), Object.values(LABEL), "claims", [PLACE_LABEL]);
  const version = asInteger(claims.get(LABEL.version), 1, 0xffff, "version");
  if (version !== GRANT_VERSION) throw new CodedError("pass.badShape", `version ${version}`);
  return {
    device: readDevice(claims.get(LABEL.device)),
    handle: hexOf(asBytes(claims.get(LABEL.handle), 16, 16, "handle")),
    id: hexOf(asBytes(claims.get(LABEL.id), 8, 8, "grant id")),
    categories: asInteger(claims.get(LABEL.categories), 0, 0xff, "categories"),
    counter: asInteger(claims.get(LABEL.counter), 1, 0xffff_ffff, "counter"),
    nonce: hexOf(asBytes(claims.get(LABEL.nonce), 8, 8, "nonce")),
    notBeforeS: asInteger(claims.get(LABEL.notBeforeS), 0, 0xffff_ffff, "not before"),
    expiryS: asInteger(claims.get(LABEL.expiryS), 0, 0xffff_ffff, "expiry"),
    wishes: readWishes(claims),
  };
}
