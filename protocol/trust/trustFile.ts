/** `trust.json`: the pinned roots of the platform, as the installed image holds them, and the first keyset. */
import { z } from "zod";
import type { TrustedKey, TrustStore } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { bytesFromBase64 } from "#protocol/trust/base64.ts";
import { RootKey, SignedKeyset, trustStoreOf, type VerifiedKeyset, verifyKeyset } from "#protocol/trust/keyset.ts";

export const TrustFile = z.strictObject({
  /** The current root and the next. */
  roots: z.array(RootKey).min(1).max(2),
  keyset: SignedKeyset.optional(),
});
export type TrustFile = z.infer<typeof TrustFile>;

export interface InstalledTrust {
  readonly roots: readonly TrustedKey[];
  /** Null when the image came without one: then the first is fetched. */
  readonly keyset: VerifiedKeyset | null;
}

/** The parsed content of `trust.json`. Throws `trust.badKey` and says what is wrong, and what `verifyKeyset` throws. */
export function readTrustFile(content: unknown): InstalledTrust {
  const parsed = TrustFile.safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new CodedError("trust.badKey", issue ? `${issue.path.join(".")}: ${issue.message}` : "");
  }
  const roots = parsed.data.roots.map(({ publicKey, ...key }) => {
    return { ...key, publicKeySpki: bytesFromBase64(publicKey), purposes: ["keyset"] as const };
  });
  trustStoreOf(roots, null);
  return { roots, keyset: parsed.data.keyset ? verifyKeyset(parsed.data.keyset, roots) : null };
}

/** What the file alone lets be trusted: its roots and its keyset. Throws like `readTrustFile`. */
export function trustFromFile(content: unknown): TrustStore {
  const { roots, keyset } = readTrustFile(content);
  return trustStoreOf(roots, keyset);
}
