/** Keysets: which keys of the platform count, and for what. Signed by a root that the installed image pins, versioned, replaced as a whole. */
import { z } from "zod";
import {
  ALGORITHMS,
  createTrustStore,
  KEY_PURPOSES,
  type TrustedKey,
  type TrustStore,
  type Verified,
  verifySignature,
} from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { canonicalJson } from "#protocol/events/canonical.ts";
import { base64FromBytes, bytesFromBase64 } from "#protocol/trust/base64.ts";

export const KEYSET_MAX_BYTES = 64 * 1024;
const KEYSET_MAX_KEYS = 32;

const id = z.string().regex(/^[\x21-\x7e]{1,32}$/);
/** Base64 of DER SPKI. */
const publicKey = z.base64().max(256);

export const RootKey = z.strictObject({ id, algorithm: z.enum(ALGORITHMS), publicKey });

const Keyset = z.strictObject({
  v: z.literal(1),
  version: z.number().int().min(1).max(0xffff_ffff),
  issuedMs: z.number().int().min(0).max(1e14),
  /** Pinned roots that sign no keyset after this one. */
  retiredRoots: z.array(id).max(2),
  keys: z
    .array(
      z.strictObject({ id, algorithm: z.enum(ALGORITHMS), publicKey, purposes: z.array(z.enum(KEY_PURPOSES).exclude(["keyset"])).min(1) }),
    )
    .min(1)
    .max(KEYSET_MAX_KEYS),
});
export type Keyset = z.infer<typeof Keyset>;

export const SignedKeyset = z.strictObject({
  keyset: Keyset,
  signature: z.strictObject({ algorithm: z.enum(ALGORITHMS), keyId: id, value: z.base64().max(256) }),
});
export type SignedKeyset = z.infer<typeof SignedKeyset>;

/** `signedBy` is the root's id. */
export type VerifiedKeyset = Verified<Keyset & { readonly signedBy: string }>;

export function keysetText(keyset: Keyset): Uint8Array {
  return new TextEncoder().encode(`arcgate-keyset/1\n${canonicalJson(keyset)}`);
}

/** A keyset's file is canonical JSON, so that every one of its bits counts. */
export function encodeKeyset(signed: SignedKeyset): Uint8Array {
  return new TextEncoder().encode(canonicalJson(signed));
}

/** Throws `trust.badKeyset`, `unknownKey`, `badSignature`, `badKey`. */
export function readKeyset(bytes: Uint8Array, roots: readonly TrustedKey[]): VerifiedKeyset {
  if (bytes.length > KEYSET_MAX_BYTES) throw new CodedError("trust.badKeyset", `${bytes.length} bytes`);
  const parsed = SignedKeyset.safeParse(parseJson(bytes));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new CodedError("trust.badKeyset", issue ? `${issue.path.join(".")}: ${issue.message}` : "");
  }
  const written = encodeKeyset(parsed.data);
  if (written.length !== bytes.length || !written.every((byte, index) => byte === bytes[index])) {
    throw new CodedError("trust.badKeyset", "not canonical JSON");
  }
  return verifyKeyset(parsed.data, roots);
}

/** Throws `trust.badKeyset`, `unknownKey`, `badSignature`, `badKey`. */
export function verifyKeyset({ keyset, signature }: SignedKeyset, roots: readonly TrustedKey[]): VerifiedKeyset {
  const { algorithm, keyId } = signature;
  const value = bytesFromBase64(signature.value);
  if (base64FromBytes(value) !== signature.value) throw new CodedError("trust.badKeyset", "base64 of the signature");
  const fact = { ...keyset, signedBy: keyId };
  const verdict = verifySignature(createTrustStore(roots), "keyset", { algorithm, keyId, value }, keysetText(keyset), fact);
  if (!verdict.ok) throw new CodedError(`trust.${verdict.fault}`, `keyset, root ${keyId}`);
  if (keyset.retiredRoots.includes(keyId)) throw new CodedError("trust.badKeyset", `${keyId} retires itself`);
  trustStoreOf(roots, verdict.fact);
  return verdict.fact;
}

/** Whether `candidate` may follow `inForce`. The same again is no harm. Throws `trust.oldKeyset`, `trust.retiredRoot`. */
export function checkSuccession(candidate: VerifiedKeyset, inForce: VerifiedKeyset | null, floor: number): void {
  const lowest = Math.max(floor, inForce?.version ?? 0);
  const isOther = candidate.version === inForce?.version && canonicalJson(candidate) !== canonicalJson(inForce);
  if (candidate.version < lowest || isOther) throw new CodedError("trust.oldKeyset", `version ${candidate.version} after ${lowest}`);
  if (inForce?.retiredRoots.includes(candidate.signedBy)) throw new CodedError("trust.retiredRoot", candidate.signedBy);
}

/** What is trusted: the roots for keysets, and the keys of the newest keyset for their purposes; nothing else. Throws `trust.badKey`. */
export function trustStoreOf(roots: readonly TrustedKey[], keyset: VerifiedKeyset | null): TrustStore {
  const keys = (keyset?.keys ?? []).map(({ publicKey: spki, ...key }) => ({ ...key, publicKeySpki: bytesFromBase64(spki) }));
  return createTrustStore([...roots, ...keys]);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new CodedError("trust.badKeyset", "not JSON", { cause });
  }
}
