/** The key in a phone's secure element: made out of 32 secret bytes, in each of the algorithms that a credential may name. */
import { createECDH, createPrivateKey, createPublicKey, createSign, ECDH, type KeyObject, sign } from "node:crypto";
import type { HolderAlgorithm, HolderKey } from "#protocol/crypto.ts";
import type { HolderSigner } from "#protocol/pass/coseSign1.ts";
import { sm2Z } from "#simulator/sm2Z.ts";

/** PKCS#8 up to the secret, and of the curves from there to the uncompressed point. */
const ED25519_PKCS8 = "302e020100300506032b657004220420";
const EC_PKCS8 = {
  es256: "308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420",
  sm2: "308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420",
} as const;
const EC_POINT = "a144034200";
const CURVE = { es256: "prime256v1", sm2: "SM2" } as const;

export interface PhoneKey {
  readonly holderKey: HolderKey;
  readonly signer: HolderSigner;
}

/** `secret` is 32 bytes; for the curves a number from 1 to below their order. */
export function phoneKey(algorithm: HolderAlgorithm, secret: Uint8Array): PhoneKey {
  return algorithm === "ed25519" ? ed25519Key(secret) : curveKey(algorithm, secret);
}

function ed25519Key(secret: Uint8Array): PhoneKey {
  const privateKey = privateKeyOf(Buffer.concat([Buffer.from(ED25519_PKCS8, "hex"), secret]));
  const spki = createPublicKey(privateKey).export({ type: "spki", format: "der" });
  return {
    holderKey: { algorithm: "ed25519", publicKey: new Uint8Array(spki.subarray(-32)) },
    signer: { algorithm: "ed25519", sign: (message) => sign(null, message, privateKey) },
  };
}

function curveKey(algorithm: "es256" | "sm2", secret: Uint8Array): PhoneKey {
  const pair = createECDH(CURVE[algorithm]);
  pair.setPrivateKey(secret);
  const point = pair.getPublicKey();
  const privateKey = privateKeyOf(Buffer.concat([Buffer.from(EC_PKCS8[algorithm], "hex"), secret, Buffer.from(EC_POINT, "hex"), point]));
  const compressed = ECDH.convertKey(point, CURVE[algorithm], undefined, undefined, "compressed");
  return {
    holderKey: { algorithm, publicKey: new Uint8Array(compressed as Buffer) },
    signer: {
      algorithm,
      sign: (message) =>
        algorithm === "es256"
          ? sign("sha256", message, { key: privateKey, dsaEncoding: "ieee-p1363" })
          : createSign("sm3")
              .update(sm2Z(point.subarray(1)))
              .update(message)
              .sign(privateKey),
    },
  };
}

function privateKeyOf(der: Buffer): KeyObject {
  return createPrivateKey({ key: der, format: "der", type: "pkcs8" });
}
