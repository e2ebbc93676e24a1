/** Issues the passes of the people of the phone. */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { categoryMask } from "#protocol/codes/workCategories.ts";
import { encodeCredential } from "#protocol/pass/credential.ts";
import { type PersonName, personOf } from "#simulator/people.ts";
import { type SigningKey, signBytes } from "#simulator/platform/keys.ts";

/** PKCS#8 of an Ed25519 key, up to its 32 secret bytes. */
const ED25519_PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
const ED25519_PUBLIC_BYTES = 32;
const S_PER_DAY = 86_400;
const CHINA_OFFSET_S = 8 * 3600;

/** The pass as a phone shows it: `AG1:` and base45. It was issued on the first day of the certificate, long before the list. */
export function issueCredential(name: PersonName, world: { issuer: SigningKey; listIssuedMs: number }): string {
  const person = personOf(name, world.listIssuedMs);
  const { handle, category, notBeforeDay, expiryDay, reviewDay } = person;
  const holderKey = { algorithm: "ed25519", publicKey: holderPublicKey(person.holderSecret) } as const;
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

function holderPublicKey(secret: Uint8Array): Uint8Array {
  const key = createPrivateKey({ key: Buffer.concat([ED25519_PKCS8_PREFIX, secret]), format: "der", type: "pkcs8" });
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  return new Uint8Array(spki.subarray(-ED25519_PUBLIC_BYTES));
}
