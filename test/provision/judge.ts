import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { openBudgetKey } from "#protocol/install/sealedKey.ts";
import { parseVoucher } from "#protocol/install/voucher.ts";
import { machineFile } from "#scripts/install/machine/machineFolder.ts";
import { askRegistry } from "#scripts/install/provision/registryClient.ts";
import { OwnPages } from "#simulator/chip/silicon/ownPages.ts";
import { sealingSecret } from "#simulator/platform/registry/installers.ts";
import type { BenchChip } from "#test/provision/benchChip.ts";
import type { Office } from "#test/provision/registered.ts";

/** The chip, the folder and the platform have the same, and the budget key is in clear in the chip alone. */
export async function judge({ part, folder: own }: BenchChip, office: Office): Promise<void> {
  const chip = new OwnPages(part.flash).read();
  if (!chip) throw new Error("still bare");
  const { deviceCode, linkKey, budgetKey } = chip.provision;
  expect(readFileSync(machineFile(own, "linkKey"), "utf8").trim()).toBe(Buffer.from(linkKey).toString("hex"));
  const { voucher } = parseVoucher(readFileSync(machineFile(own, "voucher"), "utf8").trim());
  expect(openBudgetKey(voucher.sealedBudgetKey, voucher, sealingSecret(office.dataDir))).toEqual(budgetKey);
  const { known } = await askRegistry(office.registry, office.installer, "ask", { device: deviceCode });
  expect(known).toMatchObject({ uid: voucher.uid, issue: voucher.issue });
  expect(known?.certificate).toBe(readFileSync(machineFile(own, "certificate"), "utf8"));
  const written = readdirSync(own).map((name) => readFileSync(join(own, name)));
  for (const form of ["hex", "base64", "latin1"] as const) {
    const clear = Buffer.from(budgetKey).toString(form);
    for (const file of written) expect(file.toString("latin1").includes(clear)).toBe(false);
  }
}
