/** Whose key signs a report: the installer's, as the platform issued it, or else the module's own. */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { CommissionReport } from "#protocol/install/report.ts";

/** Of the installer's file, what signing needs. */
const InstallerKey = z.object({ id: z.string().regex(/^[0-9a-f]{16}$/), privateKey: z.base64() });
const MODULE_KEY_FILE = "device.key";
const PUBLIC_BYTES = 32;

export interface ReportSigner {
  readonly signer: CommissionReport["signer"];
  /** Ed25519. */
  sign(message: Uint8Array): Uint8Array;
}

/** Throws `commission.noSigner`. */
export function openSigner(installerFile: string | null, module: { device: string; dataFolder: string }): ReportSigner {
  if (installerFile !== null) return installerSigner(installerFile);
  const path = join(module.dataFolder, MODULE_KEY_FILE);
  if (!existsSync(path)) throw new CodedError("commission.noSigner", path);
  return signerOf(
    "module",
    module.device,
    keyOf(path, () => createPrivateKey(readFileSync(path))),
  );
}

function installerSigner(path: string): ReportSigner {
  const { id, key } = keyOf(path, () => {
    const { id: installer, privateKey } = InstallerKey.parse(JSON.parse(readFileSync(path, "utf8")));
    return { id: installer, key: createPrivateKey({ key: Buffer.from(privateKey, "base64"), format: "der", type: "pkcs8" }) };
  });
  return signerOf("installer", id, key);
}

function keyOf<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new CodedError("commission.noSigner", path, { cause });
  }
}

function signerOf(by: "installer" | "module", id: string, key: KeyObject): ReportSigner {
  if (key.asymmetricKeyType !== "ed25519") throw new CodedError("commission.noSigner", `${id}: not an Ed25519 key`);
  const publicKey = rawPublicKey(key).toString("base64");
  return { signer: { by, id, publicKey }, sign: (message) => new Uint8Array(sign(null, message, key)) };
}

function rawPublicKey(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: "spki", format: "der" }).subarray(-PUBLIC_BYTES);
}
