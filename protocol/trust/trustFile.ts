/** `trust.json`: the public keys of the platform, as the installed image holds them. */
import { z } from "zod";
import { ALGORITHMS, createTrustStore, KEY_PURPOSES, type TrustedKey, type TrustStore } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { base64FromBytes, bytesFromBase64 } from "#protocol/trust/base64.ts";

export const TrustFile = z.strictObject({
  keys: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[\x21-\x7e]{1,32}$/),
        algorithm: z.enum(ALGORITHMS),
        /** Base64 of DER SPKI. */
        publicKey: z.base64().max(256),
        purposes: z.array(z.enum(KEY_PURPOSES)).min(1),
      }),
    )
    .min(1)
    .max(32),
});
export type TrustFile = z.infer<typeof TrustFile>;

/** The parsed content of `trust.json`. Throws `trust.badKey` and says what is wrong. */
export function trustFromFile(content: unknown): TrustStore {
  const parsed = TrustFile.safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new CodedError("trust.badKey", issue ? `${issue.path.join(".")}: ${issue.message}` : "");
  }
  return createTrustStore(parsed.data.keys.map(({ publicKey, ...key }) => ({ ...key, publicKeySpki: bytesFromBase64(publicKey) })));
}

export function trustFileOf(keys: readonly TrustedKey[]): TrustFile {
  return {
    keys: keys.map(({ id, algorithm, publicKeySpki, purposes }) => ({
      id,
      algorithm,
      publicKey: base64FromBytes(publicKeySpki),
      purposes: [...purposes],
    })),
  };
}
