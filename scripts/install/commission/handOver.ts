/** What becomes of a signed report: kept beside the machine, printed, and, of a machine that passed, handed to the platform's registry. */
import { type CommissionReport, parseReport } from "#protocol/install/report.ts";
import { sheetOf } from "#scripts/install/commission/reportText.ts";
import type { Job } from "#scripts/install/machine/job.ts";
import { machineFile } from "#scripts/install/machine/machineFolder.ts";
import type { Teller } from "#scripts/install/machine/teller.ts";
import { keepFile } from "#scripts/install/paper/keepFile.ts";
import { writeSheet } from "#scripts/install/paper/sheet.ts";
import { openInstaller } from "#scripts/install/provision/installer.ts";
import { askRegistry } from "#scripts/install/provision/registryClient.ts";

interface Registering {
  /** Null: later. */
  registry: string | null;
  installerFile: string | null;
  job: Job;
  teller: Teller;
}

/** Beside the machine, to be verified and to be printed. */
export async function keepReport(folder: string, bytes: Uint8Array, report: CommissionReport): Promise<void> {
  keepFile(machineFile(folder, "report"), bytes);
  keepFile(machineFile(folder, "reportPdf"), await writeSheet(sheetOf(report)));
}

/** Only of a machine that passed. Throws the codes of the registry. */
export async function registerReport(bytes: Uint8Array, { registry, installerFile, job, teller }: Registering): Promise<void> {
  const file = parseReport(bytes);
  const { device, outcome } = file.report;
  if (outcome !== "passed" || registry === null || installerFile === null) return;
  const { digest } = await askRegistry(registry, openInstaller(installerFile), "report", { device, report: { ...file } });
  job.record("commission/registered", { device, digest });
  teller.tell({ step: "commission", zh: "✓ 平台已登记调试报告", en: "the platform has registered the report" });
}
