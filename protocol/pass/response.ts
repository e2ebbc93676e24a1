/** What a phone answers to a challenge: its holder's credential, and the holder's own signature over the challenge and the wishes. */
import { readFrom, type TrustStore, type Verified } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { asBytes, asInteger, asMap, decodeCbor, encodeCbor } from "#protocol/pass/cbor.ts";
import { type Challenge, type ChallengeMark, challengeBytes, encodeMark, markOf, readMark } from "#protocol/pass/challenge.ts";
import { encodeWishes, type PassWishes, PLACE_LABEL, readWishes, WISH_LABELS } from "#protocol/pass/claims.ts";
import {
  asciiBytes,
  encodeHolderSign1,
  type HolderSign1,
  type HolderSigner,
  parseHolderSign1,
  verifyHolderSign1,
} from "#protocol/pass/coseSign1.ts";
import { type Credential, credentialBytes, decodeCredentialBytes } from "#protocol/pass/credential.ts";
import { passBytes, passText, RESPONSE_PREFIX } from "#protocol/pass/passText.ts";

const RESPONSE_DOMAIN = "arcgate-response/1";
const RESPONSE_VERSION = 1;
const LABEL = { version: 1, credential: 2, challenge: 3, ...WISH_LABELS } as const;

/** A response read, and nothing of it verified. */
export interface UnverifiedResponse {
  /** Which challenge it says it answers. */
  readonly mark: ChallengeMark;
  readonly credentialBytes: Uint8Array;
  readonly wishes: PassWishes;
  readonly object: HolderSign1;
}

/** The holder of `credential` signed `wishes` over a challenge of this machine. */
export interface HolderResponse {
  readonly credential: Credential;
  readonly challenge: Challenge;
  readonly wishes: PassWishes;
}

/** `credential` is the text of the phone's own, `AG1:…`; it is not checked here. */
export function encodeResponse(credential: string, challenge: Challenge, wishes: PassWishes, signer: HolderSigner): string {
  const claims = new Map<number, unknown>([
    [LABEL.version, RESPONSE_VERSION],
    [LABEL.credential, credentialBytes(credential)],
    [LABEL.challenge, encodeMark(markOf(challenge))],
    ...encodeWishes(wishes),
  ]);
  return passText(RESPONSE_PREFIX, encodeHolderSign1(externalAad(challenge), encodeCbor(claims), signer));
}

/** Throws `pass.tooLarge`, `pass.bareCredential`, `pass.notAPass`, `pass.badBase45`, `pass.badCbor`, `pass.badShape`. */
export function parseResponse(text: string): UnverifiedResponse {
  const object = parseHolderSign1(passBytes(RESPONSE_PREFIX, text));
  const claims = asMap(decodeCbor(object.payload), Object.values(LABEL), "claims", [PLACE_LABEL]);
  const version = asInteger(claims.get(LABEL.version), 1, 0xffff, "version");
  if (version !== RESPONSE_VERSION) throw new CodedError("pass.badShape", `version ${version}`);
  return {
    mark: readMark(claims.get(LABEL.challenge)),
    credentialBytes: asBytes(claims.get(LABEL.credential), 1, 512, "credential"),
    wishes: readWishes(claims),
    object,
  };
}

/**
 * `challenge` is the machine's own open one that the mark names. Throws what `decodeCredential` throws, then `pass.badHolderSignature`.
 * It looks at no clock: validity is the licence decision's.
 */
export function verifyResponse(response: UnverifiedResponse, challenge: Challenge, trust: TrustStore): Verified<HolderResponse> {
  const credential = decodeCredentialBytes(response.credentialBytes, trust);
  const fact: HolderResponse = { credential, challenge, wishes: response.wishes };
  return verifyHolderSign1(readFrom(credential, credential.holderKey), externalAad(challenge), response.object, fact);
}

/** Domain tag ‖ challenge: the challenge is not sent back, but nothing else than it verifies. */
function externalAad(challenge: Challenge): Uint8Array {
  const tag = asciiBytes(RESPONSE_DOMAIN);
  const bytes = challengeBytes(challenge);
  const joined = new Uint8Array(tag.length + bytes.length);
  joined.set(tag);
  joined.set(bytes, tag.length);
  return joined;
}
