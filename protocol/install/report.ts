/** The signed report of a machine's commissioning. Specification: README "Commissioning report". */
import { z } from "zod";
import { type HolderKey, type Verified, verifyHolder } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { canonicalJson } from "#protocol/events/canonical.ts";
import { base64FromBytes, bytesFromBase64 } from "#protocol/trust/base64.ts";

const REPORT_MAX_BYTES = 65_536;

const name = z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/);
const unixMs = z.number().int().min(0).max(1e14);
/** Base64 of 32 bytes. */
const ed25519Key = z.base64().length(44);

const Measured = z.strictObject({ name, value: z.number(), unit: z.enum(["", "A", "V", "ms", "s"]) });
const Limit = z.strictObject({ name, least: z.number().nullable(), most: z.number().nullable(), unit: z.enum(["", "A", "V", "ms", "s"]) });

const ReportItem = z.strictObject({
  item: name,
  safety: z.boolean(),
  verdict: z.enum(["pass", "fail", "skipped"]),
  /** When it was measured, by the installer's clock. */
  atMs: unixMs,
  measured: z.array(Measured).max(16),
  limits: z.array(Limit).max(16),
  /** What is wrong; only when failed. */
  fault: name.nullable(),
  /** Why it was not done; only when skipped: another item, `offline` or `dry`. */
  because: name.nullable(),
  /** What was said about it in words: a code of the registry, a reason. */
  detail: z.string().max(256),
});

export const CommissionReport = z.strictObject({
  v: z.literal(1),
  device: z.string().regex(/^[0-9A-Z]{20}$/),
  designation: z.string().min(2).max(32),
  /** The chip's. */
  uid: z.string().regex(/^[0-9a-f]{24}$/),
  firmware: z.string().max(20),
  sensorRangeAmps: z.number().int(),
  sensorRangeVolts: z.number().int(),
  /** Name and version of what made the report, and of the agent it went through; null: none was started. */
  tool: z.string().max(64),
  agent: z.string().max(32).nullable(),
  /** Whose key has signed: an installer's id, or the device code of a module. */
  signer: z.strictObject({ by: z.enum(["installer", "module"]), id: z.string().regex(/^[0-9A-Za-z]{1,32}$/), publicKey: ed25519Key }),
  /** A resistor or a simulated signal stood for the arc. */
  dry: z.boolean(),
  outcome: z.enum(["passed", "defects", "refused"]),
  /** The module's interval of time when it ended; null where it knew none. */
  time: z.strictObject({ earliestMs: unixMs, latestMs: unixMs.nullable(), source: z.string().max(32) }).nullable(),
  /** By the installer's clock, which proves nothing. */
  endedMs: unixMs,
  items: z.array(ReportItem).min(1).max(32),
});
export type CommissionReport = z.infer<typeof CommissionReport>;
export type ReportItem = CommissionReport["items"][number];

/** `signature` is Ed25519, in base64. */
export const CommissionFile = z.strictObject({ report: CommissionReport, signature: z.base64().length(88) });
export type CommissionFile = z.infer<typeof CommissionFile>;

/** The file's bytes: canonical JSON. Throws `commission.badReport`: nobody should sign what nobody takes. */
export function encodeReport(report: CommissionReport, sign: (message: Uint8Array) => Uint8Array): Uint8Array {
  const checked = shaped(CommissionReport, report);
  const bytes = utf8(canonicalJson({ report: checked, signature: base64FromBytes(sign(reportText(checked))) }));
  if (bytes.length > REPORT_MAX_BYTES) throw new CodedError("commission.badReport", `${bytes.length} bytes`);
  return bytes;
}

/** Nothing of it is verified. Throws `commission.badReport`. */
export function parseReport(bytes: Uint8Array): CommissionFile {
  if (bytes.length > REPORT_MAX_BYTES) throw new CodedError("commission.badReport", `${bytes.length} bytes`);
  let text: string;
  let content: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    content = JSON.parse(text);
  } catch (cause) {
    throw new CodedError("commission.badReport", "not JSON", { cause });
  }
  const file = shaped(CommissionFile, content);
  if (canonicalJson(file) !== text || base64FromBytes(bytesFromBase64(file.signature)) !== file.signature) {
    throw new CodedError("commission.badReport", "not canonical");
  }
  return file;
}

/**
 * `signerKey`: the key that the reader knows the signer by, never the one that the report shows. Throws `commission.unknownSigner` when it
 * is another, and `commission.badSignature`.
 */
export function verifyReport({ report, signature }: CommissionFile, signerKey: Verified<HolderKey>): Verified<CommissionReport> {
  if (base64FromBytes(signerKey.publicKey) !== report.signer.publicKey) throw new CodedError("commission.unknownSigner", report.signer.id);
  const verified = verifyHolder(signerKey, bytesFromBase64(signature), reportText(report), report);
  if (!verified) throw new CodedError("commission.badSignature", report.signer.id);
  return verified;
}

function reportText(report: CommissionReport): Uint8Array {
  return utf8(`arcgate-commission/1\n${canonicalJson(report)}`);
}

function shaped<T>(schema: z.ZodType<T>, content: unknown): T {
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CodedError("commission.badReport", issue ? `${issue.path.join(".")}: ${issue.message}`.slice(0, 200) : "");
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
