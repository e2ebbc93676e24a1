/** A release in one file, of the agent's program or of the chip's firmware: a line of canonical JSON, signed, then the bytes of the files that it names. */
import { z } from "zod";
import { type Algorithm, sha256Hex, type TrustStore, type Verified, verifySignature } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { canonicalJson } from "#protocol/events/canonical.ts";
import { Signature } from "#protocol/events/messages.ts";
import { RELEASE_VERSION } from "#protocol/release/version.ts";
import { base64FromBytes, bytesFromBase64 } from "#protocol/trust/base64.ts";

export const RELEASE_MAX_BYTES = 8 * 2 ** 20;
const HEADER_MAX_BYTES = 4_096;
const LF = 0x0a;

/** The first file of a release, by what it is for: what the module starts, and what stands at the beginning of the chip's flash. */
export const RELEASE_ENTRY = { module: "arcgate.mjs", chip: "firmware.bin" } as const;

const common = {
  v: z.literal(1),
  version: z.string().regex(RELEASE_VERSION),
  issuedMs: z.number().int().min(0).max(1e14),
  files: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/),
        bytes: z.number().int().min(1).max(RELEASE_MAX_BYTES),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .min(1)
    .max(8),
};
const Release = z.discriminatedUnion("target", [
  /** `journalFormat`: the format in which it keeps the journal; a release that keeps another could not be taken back. */
  z.strictObject({ ...common, target: z.literal("module"), journalFormat: z.number().int().min(1).max(65_535) }),
  /** `productIds`: of the parts that it runs on. */
  z.strictObject({ ...common, target: z.literal("chip"), productIds: z.array(z.number().int().min(1).max(0xffff)).min(1).max(16) }),
]);
export type Release = z.infer<typeof Release>;
/** What is said of a release beside its files. */
export type ReleaseAbout = Pick<Release, "version" | "issuedMs"> &
  ({ target: "module"; journalFormat: number } | { target: "chip"; productIds: number[] });

const ReleaseHeader = z.strictObject({ release: Release, signature: Signature });

export interface ReleaseSigner {
  readonly algorithm: Algorithm;
  readonly keyId: string;
  /** Ed25519: 64 bytes. SM2: DER of (r, s). */
  sign(message: Uint8Array): Uint8Array;
}

export interface ReleaseFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface UnpackedRelease {
  readonly release: Verified<Release>;
  /** The file's first line, without its end. */
  readonly header: Uint8Array;
  readonly files: readonly ReleaseFile[];
}

/** Throws `update.badShape` and `update.tooLarge`: nobody should sign what no device takes. */
export function encodeRelease(about: ReleaseAbout, files: readonly ReleaseFile[], signer: ReleaseSigner): Uint8Array {
  const listed = files.map(({ name, bytes }) => ({ name, bytes: bytes.length, sha256: sha256Hex(bytes) }));
  const release = checked(shaped(Release, { v: 1, ...about, files: listed }));
  const { algorithm, keyId } = signer;
  const value = base64FromBytes(signer.sign(signedText(release)));
  const header = utf8(canonicalJson({ release, signature: { algorithm, keyId, value } }));
  const parts = [header, Uint8Array.of(LF), ...files.map(({ bytes }) => bytes)];
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  if (header.length > HEADER_MAX_BYTES || whole.length > RELEASE_MAX_BYTES)
    throw new CodedError("update.tooLarge", `${whole.length} bytes`);
  return whole;
}

/** Throws `update.tooLarge`, `update.badShape`, `update.unknownKey`, `update.badSignature`, `update.badContent`. */
export function parseRelease(file: Uint8Array, trust: TrustStore): UnpackedRelease {
  if (file.length > RELEASE_MAX_BYTES) throw new CodedError("update.tooLarge", `${file.length} bytes`);
  const end = file.subarray(0, HEADER_MAX_BYTES + 1).indexOf(LF);
  if (end < 0) throw new CodedError("update.badShape", "no header");
  const header = file.subarray(0, end);
  const release = parseReleaseHeader(header, trust);
  let at = end + 1;
  const files = release.files.map(({ name, bytes }) => {
    at += bytes;
    return { name, bytes: file.subarray(at - bytes, at) };
  });
  if (at !== file.length) throw new CodedError("update.badShape", `${file.length} bytes, ${at} named`);
  checkFiles(release, files);
  return { release, header, files };
}

/** Throws `update.badShape`, `update.unknownKey`, `update.badSignature`. */
export function parseReleaseHeader(header: Uint8Array, trust: TrustStore): Verified<Release> {
  const text = textOf(header);
  const { release, signature } = shaped(ReleaseHeader, jsonOf(text));
  const { algorithm, keyId, value } = signature;
  const bytes = bytesFromBase64(value);
  // One release has one header: nothing in it may be written in another way.
  if (canonicalJson({ release, signature }) !== text || base64FromBytes(bytes) !== value)
    throw new CodedError("update.badShape", "not canonical");
  const verdict = verifySignature(trust, "release", { algorithm, keyId, value: bytes }, signedText(release), release);
  if (!verdict.ok) throw new CodedError(`update.${verdict.fault}`, `key ${keyId}`);
  return checked(verdict.fact);
}

/** Whether these are the files that the release names, in its order. Throws `update.badContent`. */
export function checkFiles(release: Verified<Release>, files: readonly ReleaseFile[]): void {
  for (const [index, { name, bytes, sha256 }] of release.files.entries()) {
    const file = files[index];
    if (file?.name !== name || file.bytes.length !== bytes || sha256Hex(file.bytes) !== sha256)
      throw new CodedError("update.badContent", name);
  }
}

function signedText(release: Release): Uint8Array {
  return utf8(`arcgate-release/1\n${canonicalJson(release)}`);
}

function checked<R extends Release>(release: R): R {
  const names = release.files.map(({ name }) => name);
  const entry = RELEASE_ENTRY[release.target];
  if (names[0] !== entry) throw new CodedError("update.badShape", `the first file is not ${entry}`);
  if (new Set(names).size < names.length) throw new CodedError("update.badShape", "a file is there twice");
  return release;
}

function shaped<T>(schema: z.ZodType<T>, content: unknown): T {
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CodedError("update.badShape", issue ? `${issue.path.join(".")}: ${issue.message}`.slice(0, 200) : "");
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new CodedError("update.badShape", "not UTF-8", { cause });
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CodedError("update.badShape", "not JSON", { cause });
  }
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
