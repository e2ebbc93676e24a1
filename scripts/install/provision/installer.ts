/** The installer's file, ready to sign with. */
import { createPrivateKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import type { TrustStore } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { type InstallerFile, readInstallerFile } from "#protocol/install/installerFile.ts";
import type { HolderSigner } from "#protocol/pass/coseSign1.ts";
import { type TrustFile, trustFromFile } from "#protocol/trust/trustFile.ts";

export interface Installer {
  readonly id: string;
  readonly signer: HolderSigner;
  readonly serials: InstallerFile["serials"];
  /** X25519, 32 bytes. */
  readonly sealingKey: Uint8Array;
  /** PEM. */
  readonly ca: string;
  readonly trustFile: TrustFile;
  readonly trust: TrustStore;
}

/** Throws `provision.badInstallerFile`, `trust.*`. */
export function openInstaller(path: string): Installer {
  const { id, privateKey, serials, platform } = readInstallerFile(jsonAt(path));
  const key = keyIn(privateKey);
  return {
    ...{ id, serials, ca: platform.ca, trustFile: platform.trust, trust: trustFromFile(platform.trust) },
    signer: { algorithm: "ed25519", sign: (message) => sign(null, message, key) },
    sealingKey: new Uint8Array(Buffer.from(platform.sealingKey, "base64")),
  };
}

function keyIn(pkcs8: string): ReturnType<typeof createPrivateKey> {
  try {
    return createPrivateKey({ key: Buffer.from(pkcs8, "base64"), format: "der", type: "pkcs8" });
  } catch (cause) {
    throw new CodedError("provision.badInstallerFile", "privateKey", { cause });
  }
}

function jsonAt(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new CodedError("provision.badInstallerFile", `${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
