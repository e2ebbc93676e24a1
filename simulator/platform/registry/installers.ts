/** Installer files: who may say which chip is which device. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { InstallerFile } from "#protocol/install/installerFile.ts";
import { OFFLINE_SERIALS } from "#protocol/install/serials.ts";
import { TrustFile } from "#protocol/trust/trustFile.ts";
import type { PlatformKeys } from "#simulator/platform/keys.ts";
import type { Authority } from "#simulator/platform/registry/authority.ts";
import type { RegistryStore } from "#simulator/platform/registry/registryStore.ts";

const RAW_BYTES = 32;
const PKCS8 = { type: "pkcs8", format: "der" } as const;
const SPKI = { type: "spki", format: "der" } as const;

/** A new installer with a block of serials of their own. */
export function issueInstaller(
  name: string,
  {
    dataDir,
    store,
    keys,
    authority,
    nowMs,
  }: { dataDir: string; store: RegistryStore; keys: PlatformKeys; authority: Authority; nowMs: number },
): InstallerFile {
  const pair = generateKeyPairSync("ed25519");
  const id = randomBytes(8).toString("hex");
  const publicKey = pair.publicKey.export(SPKI).subarray(-RAW_BYTES);
  const serials = store.commit(() => {
    const from = (store.lastBlockEnd() ?? OFFLINE_SERIALS.from - 1) + 1;
    const to = from + OFFLINE_SERIALS.block - 1;
    if (to > OFFLINE_SERIALS.to) throw new RangeError("every block of serials was given out");
    store.addInstaller({ id, name, publicKey, serialFrom: from, serialTo: to, issuedMs: nowMs });
    return { from, to };
  });
  return {
    ...{ v: 1, id, name, privateKey: pair.privateKey.export(PKCS8).toString("base64"), serials },
    platform: {
      sealingKey: sealingPublicKey(sealingSecret(dataDir)),
      ca: authority.certificate,
      trust: TrustFile.parse(JSON.parse(readFileSync(keys.trustPath, "utf8"))),
    },
  };
}

/** X25519, `sealing.key` of the data folder, made when it is not there: budget keys are sealed to it. */
export function sealingSecret(dataDir: string): Uint8Array {
  const path = join(dataDir, "sealing.key");
  if (!existsSync(path)) {
    const { privateKey } = generateKeyPairSync("x25519");
    writeFileSync(`${path}.new`, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
  return createPrivateKey(readFileSync(path)).export(PKCS8).subarray(-RAW_BYTES);
}

function sealingPublicKey(secret: Uint8Array): string {
  const prefix = Buffer.from("302e020100300506032b656e04220420", "hex");
  const privateKey = createPrivateKey({ key: Buffer.concat([prefix, secret]), ...PKCS8 });
  return createPublicKey(privateKey).export(SPKI).subarray(-RAW_BYTES).toString("base64");
}
