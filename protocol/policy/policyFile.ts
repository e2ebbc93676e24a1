/** The signed file that brings a policy to its machine: canonical JSON of the policy beside a signature over it. */
import { z } from "zod";
import type { Algorithm, TrustStore, Verified } from "#protocol/crypto.ts";
import { verifySignature } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { canonicalJson } from "#protocol/events/canonical.ts";
import { Signature } from "#protocol/events/messages.ts";
import { type Permit, Policy } from "#protocol/policy/policy.ts";
import { base64FromBytes, bytesFromBase64 } from "#protocol/trust/base64.ts";

const POLICY_MAX_BYTES = 65_536;

export const PolicyFile = z.strictObject({ policy: Policy, signature: Signature });
export type PolicyFile = z.infer<typeof PolicyFile>;

/** Longest permit of a level (GB 30871-2022, 5.1.2 and 5.2). */
const PERMIT_MAX_H: Readonly<Record<Permit["level"], number>> = { special: 8, first: 8, second: 72 };

export interface PolicySigner {
  readonly algorithm: Algorithm;
  readonly keyId: string;
  /** Ed25519: 64 bytes. SM2: DER of (r, s). */
  sign(message: Uint8Array): Uint8Array;
}

/** The file's bytes. Throws `policy.badShape`, `policy.badPermit`, `policy.tooLarge`: nobody should sign what no machine takes. */
export function encodePolicyFile(policy: Policy, signer: PolicySigner): Uint8Array {
  const checked = checkedPolicy(shaped(Policy, policy));
  const { algorithm, keyId } = signer;
  const value = base64FromBytes(signer.sign(policyText(checked)));
  const bytes = utf8(canonicalJson({ policy: checked, signature: { algorithm, keyId, value } }));
  if (bytes.length > POLICY_MAX_BYTES) throw new CodedError("policy.tooLarge", `${bytes.length} bytes`);
  return bytes;
}

/**
 * `floor` is the version in force: the same is taken again (a restart reads it anew), an older one never.
 * Throws `policy.tooLarge`, `policy.badShape`, `policy.unknownKey`, `policy.badSignature`, `policy.otherDevice`, `policy.rollback`,
 * `policy.badPermit`.
 */
export function parsePolicyFile(bytes: Uint8Array, trust: TrustStore, device: string, floor: number): Verified<Policy> {
  if (bytes.length > POLICY_MAX_BYTES) throw new CodedError("policy.tooLarge", `${bytes.length} bytes`);
  const text = textOf(bytes);
  const file = shaped(PolicyFile, jsonOf(text));
  const { algorithm, keyId, value } = file.signature;
  const signature = { algorithm, keyId, value: bytesFromBase64(value) };
  // One policy has one file: nothing in it may be written in another way.
  if (canonicalJson(file) !== text || base64FromBytes(signature.value) !== value) throw new CodedError("policy.badShape", "not canonical");
  const verdict = verifySignature(trust, "policy", signature, policyText(file.policy), file.policy);
  if (!verdict.ok) throw new CodedError(`policy.${verdict.fault}`, `key ${keyId}`);
  const policy = verdict.fact;
  if (policy.device !== device) throw new CodedError("policy.otherDevice", policy.device);
  if (policy.version < Math.max(1, floor)) throw new CodedError("policy.rollback", `version ${policy.version}, in force ${floor}`);
  checkedPolicy(policy);
  return policy;
}

function policyText(policy: Policy): Uint8Array {
  return utf8(`arcgate-policy/1\n${canonicalJson(policy)}`);
}

function checkedPolicy<P extends Policy>(policy: P): P {
  const ids = new Set<string>();
  for (const { id, level, fromMs, untilMs } of policy.permits.list) {
    if (untilMs <= fromMs) throw new CodedError("policy.badPermit", `${id} ends before it begins`);
    const hours = (untilMs - fromMs) / 3_600_000;
    if (hours > PERMIT_MAX_H[level]) throw new CodedError("policy.badPermit", `${id}, ${level}: ${hours} h`);
    if (ids.has(id)) throw new CodedError("policy.badPermit", `${id} is there twice`);
    ids.add(id);
  }
  return policy;
}

function shaped<T>(schema: z.ZodType<T>, content: unknown): T {
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CodedError("policy.badShape", issue ? `${issue.path.join(".")}: ${issue.message}`.slice(0, 200) : "");
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new CodedError("policy.badShape", "not UTF-8", { cause });
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CodedError("policy.badShape", "not JSON", { cause });
  }
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
