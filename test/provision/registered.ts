/** A platform with a registry and a door for certificates, an installer of it, and modules to be registered. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { requestInfo } from "#protocol/install/certificateRequest.ts";
import { sealBudgetKey } from "#protocol/install/sealedKey.ts";
import { encodeVoucher } from "#protocol/install/voucher.ts";
import { type Installer, openInstaller } from "#scripts/install/provision/installer.ts";
import type { ModuleKey } from "#scripts/install/provision/moduleKey.ts";
import { phoneKey } from "#simulator/holderKey.ts";
import type { Platform } from "#simulator/platform/contract.ts";
import { startPlatform } from "#simulator/platform/platform.ts";
import { writeInstaller } from "#simulator/platform/registry/command.ts";
import { BUDGET_KEY, UID } from "#test/install/people.ts";

const HERE = { host: "127.0.0.1", port: 0 } as const;

export interface Office {
  readonly dataDir: string;
  readonly platform: Platform;
  readonly registry: string;
  readonly installerFile: string;
  readonly installer: Installer;
}

export async function openOffice(dataDir = mkdtempSync(join(tmpdir(), "arcgate-office-"))): Promise<Office> {
  const platform = await startPlatform({ dataDir, registry: HERE, tlsListen: HERE, listSize: 10 });
  const installerFile = join(dataDir, "installer.json");
  await newInstaller(dataDir, installerFile);
  return { dataDir, platform, registry: platform.registryUrl ?? "", installerFile, installer: openInstaller(installerFile) };
}

export async function closeOffice({ platform, dataDir }: Office): Promise<void> {
  await platform.close();
  rmSync(dataDir, { recursive: true, force: true });
}

export async function newInstaller(dataDir: string, out: string): Promise<Installer> {
  await quietly(() => writeInstaller(dataDir, { out, name: "test" }));
  return openInstaller(out);
}

/** What a command says on its standard output is not the runner's. */
export async function quietly(run: () => Promise<void>): Promise<void> {
  const quiet = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    await run();
  } finally {
    quiet.mockRestore();
  }
}

export function newModule(): ModuleKey {
  const { holderKey, signer } = phoneKey("es256", randomBytes(32));
  return { publicKey: holderKey.publicKey, sign: (message) => signer.sign(message) };
}

interface Vouched {
  device: string;
  uid?: string;
  issue?: number;
  module?: ModuleKey;
  budgetKey?: Uint8Array;
}

export function vouch(
  installer: Installer,
  { device, uid = UID, issue = 100, module = newModule(), budgetKey = BUDGET_KEY }: Vouched,
): string {
  const { publicKey } = module;
  const proof = module.sign(requestInfo(device, publicKey));
  const sealedBudgetKey = sealBudgetKey(budgetKey, { device, uid }, installer.sealingKey, randomBytes(32));
  return encodeVoucher({ installer: installer.id, device, uid, issue, issuedS: 100, publicKey, proof, sealedBudgetKey }, installer.signer);
}
