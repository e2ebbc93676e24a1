/** Issues the credentials of the people of the phone. */
import { generateKeyPairSync } from "node:crypto";
import { categoryMask } from "#protocol/codes/workCategories.ts";
import { encodeCredential } from "#protocol/pass/credential.ts";
import { phoneKey } from "#simulator/holderKey.ts";
import { type PersonName, personOf } from "#simulator/people.ts";
import { type SigningKey, signBytes } from "#simulator/platform/keys.ts";

const S_PER_DAY = 86_400;
const CHINA_OFFSET_S = 8 * 3600;

/** The credential in a phone: `AG1:` and base45. It was issued on the first day of the certificate, long before the list. */
export function issueCredential(name: PersonName, world: { issuer: SigningKey; listIssuedMs: number }): string {
  const person = personOf(name, world.listIssuedMs);
  const { handle, category, notBeforeDay, expiryDay, reviewDay } = person;
  const { holderKey } = phoneKey(person.phone, person.holderSecret);
  const issuedS = notBeforeDay * S_PER_DAY - CHINA_OFFSET_S;
  const signer = person.genuine ? world.issuer : impostorOf(world.issuer);
  return encodeCredential(
    { handle, holderKey, categories: categoryMask([category]), notBeforeDay, expiryDay, reviewDay, issuedS },
    { algorithm: signer.algorithm, keyId: signer.id, sign: (message) => signBytes(signer, message) },
  );
}

/** Somebody who uses the platform's key id without having its key. */
function impostorOf(issuer: SigningKey): SigningKey {
  return { ...issuer, algorithm: "ed25519", privateKey: generateKeyPairSync("ed25519").privateKey };
}
