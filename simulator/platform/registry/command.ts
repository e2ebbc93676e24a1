/** `platform installer`: a file for an installer; `platform register`: a voucher that came on paper. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { CodedError } from "#protocol/errors/codedError.ts";
import { explain } from "#protocol/errors/explain.ts";
import type { InstallerFile } from "#protocol/install/installerFile.ts";
import { VOUCHER_PREFIX } from "#protocol/pass/passText.ts";
import { openKeys } from "#simulator/platform/keys.ts";
import { openAuthority } from "#simulator/platform/registry/authority.ts";
import { issueInstaller, sealingSecret } from "#simulator/platform/registry/installers.ts";
import { Registry } from "#simulator/platform/registry/registry.ts";
import { RegistryStore } from "#simulator/platform/registry/registryStore.ts";

/** `--data DIR --out FILE [--name TEXT]`; works while the platform runs. */
export async function writeInstaller(dataDir: string, { out, name }: { out?: string | undefined; name: string }): Promise<void> {
  if (out === undefined) throw new RangeError("installer: --out FILE");
  const file = await makeInstaller(dataDir, { out, name });
  process.stdout.write(`${JSON.stringify({ installer: file.id, serials: file.serials, out })}\n`);
}

/** Writes the file to `out`. */
export async function makeInstaller(dataDir: string, { out, name }: { out: string; name: string }): Promise<InstallerFile> {
  const nowMs = Date.now();
  const keys = openKeys(dataDir, undefined, nowMs);
  const store = new RegistryStore(dataDir);
  try {
    const authority = await openAuthority(dataDir, nowMs);
    const file = issueInstaller(name, { dataDir, store, keys, authority, nowMs });
    writeFileSync(out, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
    return file;
  } finally {
    store.close();
  }
}

/** `--data DIR --voucher TEXT|FILE [--out FILE]`: the certificate goes to FILE. Works while the platform runs. */
export async function registerVoucher(dataDir: string, order: { voucher?: string | undefined; out?: string | undefined }): Promise<void> {
  if (order.voucher === undefined) throw new RangeError("register: --voucher TEXT or FILE");
  const text = order.voucher.startsWith(VOUCHER_PREFIX) ? order.voucher : voucherIn(order.voucher);
  const store = new RegistryStore(dataDir);
  try {
    const authority = await openAuthority(dataDir);
    const world = { store, authority, sealingSecret: sealingSecret(dataDir), now: Date.now, brokerUrl: () => null };
    const { device, certificate } = await new Registry(world).register(text);
    if (order.out !== undefined) writeFileSync(order.out, certificate);
    process.stdout.write(
      `${JSON.stringify({ device, registered: true, ...(order.out === undefined ? { certificate } : { out: order.out }) })}\n`,
    );
  } catch (error) {
    if (error instanceof CodedError) throw new Error(explain(error), { cause: error });
    throw error;
  } finally {
    store.close();
  }
}

function voucherIn(path: string): string {
  if (!existsSync(path)) throw new RangeError(`--voucher: neither a voucher's text nor a file: ${path.slice(0, 100)}`);
  return readFileSync(path, "utf8").trim();
}
