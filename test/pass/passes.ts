/** Credentials, phones and what they sign, for the tests of passes. */
import type { HolderAlgorithm } from "#protocol/crypto.ts";
import type { Challenge } from "#protocol/pass/challenge.ts";
import type { PassWishes } from "#protocol/pass/claims.ts";
import { encodeCredential } from "#protocol/pass/credential.ts";
import { encodeResponse } from "#protocol/pass/response.ts";
import { type PhoneKey, phoneKey } from "#simulator/holderKey.ts";
import { coseSigner } from "#test/list/fixtures.ts";

export const DEVICE = "370983ZTEST00000001E";
export const HANDLE = "f0".repeat(16);
export const WISHES: PassWishes = { purpose: "start", maxSessionS: 14_400, checklistVersion: 3, place: null };
export const CHALLENGE: Challenge = { device: DEVICE, nonce: "5a".repeat(16), counter: 7, bootId: 1_795_305_600 };

/** A phone whose key is of the wanted kind; `seed` tells it from others. */
export function phoneOf(algorithm: HolderAlgorithm, seed = 1): PhoneKey {
  return phoneKey(algorithm, new Uint8Array(32).fill(seed));
}

export function credentialOf({ holderKey }: PhoneKey, handle = HANDLE): string {
  const days = { notBeforeDay: 20_000, expiryDay: 22_191, reviewDay: 21_095 };
  return encodeCredential({ handle, holderKey, categories: 1, ...days, issuedS: 1_767_225_600 }, coseSigner("ed25519"));
}

export function responseOf(phone: PhoneKey, challenge = CHALLENGE, wishes = WISHES): string {
  return encodeResponse(credentialOf(phone), challenge, wishes, phone.signer);
}
