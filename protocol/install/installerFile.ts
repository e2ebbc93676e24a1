/** What the platform gives to an installer: who they are, serial numbers for places without a network, and whom to believe. */
import { z } from "zod";
import { CodedError } from "#protocol/errors/codedError.ts";
import { TrustFile } from "#protocol/trust/trustFile.ts";

const serial = z.number().int().min(0).max(99_999_999);

const InstallerFile = z.strictObject({
  v: z.literal(1),
  /** 16 hex digits. */
  id: z.string().regex(/^[0-9a-f]{16}$/),
  name: z.string().max(100),
  /** Ed25519, PKCS#8 DER in base64. */
  privateKey: z.base64().max(128),
  /** For codes that are given out without a network: from–to, both included. Nobody else has them. */
  serials: z.strictObject({ from: serial, to: serial }).refine(({ from, to }) => from <= to),
  platform: z.strictObject({
    /** X25519, 32 bytes in base64: budget keys are sealed to it. */
    sealingKey: z.base64().length(44),
    /** PEM: signs the certificates of modules and brokers. */
    ca: z.string().max(8192),
    trust: TrustFile,
  }),
});
export type InstallerFile = z.infer<typeof InstallerFile>;

/** Throws `provision.badInstallerFile`. */
export function readInstallerFile(data: unknown): InstallerFile {
  const parsed = InstallerFile.safeParse(data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CodedError("provision.badInstallerFile", issue ? `${issue.path.join(".")}: ${issue.message}` : "");
}
