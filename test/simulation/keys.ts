/** Everybody's keys and the certificate list, made once for all runs of a process: the same in every run of a seed. */
import type { CertificateDirectory } from "#agent/core/certificateDirectory.ts";
import { directoryOf } from "#agent/core/certificateDirectory.ts";
import type { DeviceSigner } from "#agent/ports.ts";
import type { Signature } from "#protocol/events/messages.ts";
import { openList } from "#protocol/list/certificateList.ts";
import { encodeCredential } from "#protocol/pass/credential.ts";
import { phoneKey } from "#simulator/holderKey.ts";
import { signBytes } from "#simulator/platform/keys.ts";
import { coseSigner, ISSUED_MS, readerOf, smallListBytes, testKey, testTrust } from "#test/list/fixtures.ts";
import { ENTRY } from "#test/machine/fixtures.ts";

export const trust = testTrust();
export const platformSigner = coseSigner("ed25519");
const platformKey = testKey("ed25519");

export function signed(text: Uint8Array): Signature {
  return { algorithm: "ed25519", keyId: platformKey.id, value: Buffer.from(signBytes(platformKey, text)).toString("base64") };
}

/** Two who may weld, and one of whom the list knows nothing. */
export const PEOPLE = ["a1", "b2", "ff"].map((two, index) => {
  const handle = two.repeat(16);
  const phone = phoneKey("ed25519", new Uint8Array(32).fill(index + 1));
  const { categories, notBeforeDay, expiryDay, reviewDay } = ENTRY;
  const dates = { notBeforeDay, expiryDay, reviewDay, issuedS: ISSUED_MS / 1000 - 86_400 };
  return {
    ...{ handle, signer: phone.signer, isCertified: index < 2 },
    credential: encodeCredential({ handle, holderKey: phone.holderKey, categories, ...dates }, platformSigner),
  };
});

const entries = PEOPLE.filter(({ isCertified }) => isCertified).map(({ handle }) => ({ handle, ...ENTRY }));
export const list: CertificateDirectory = directoryOf(openList(readerOf(smallListBytes({ size: 16, people: entries })), trust), undefined, {
  base: 0,
  overlay: 0,
});

const device = phoneKey("ed25519", new Uint8Array(32).fill(77));
export const deviceSigner: DeviceSigner = { ...device.signer, publicKey: device.holderKey.publicKey };
