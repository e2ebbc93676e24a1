/** Commissioning reports as an installer signs them. */
import { readFileSync } from "node:fs";
import { type CommissionFile, type CommissionReport, encodeReport, parseReport } from "#protocol/install/report.ts";
import { openSigner } from "#scripts/install/commission/signer.ts";

const VECTORS = new URL("../../protocol/vectors/install/reports.json", import.meta.url);

export function goldenReport(name: string): CommissionReport {
  const { accepted } = JSON.parse(readFileSync(VECTORS, "utf8")) as { accepted: { name: string; file: string }[] };
  return parseReport(new TextEncoder().encode(accepted.find((vector) => vector.name === name)?.file)).report;
}

export function reportBytes(installerFile: string, report: CommissionReport): Uint8Array {
  const { signer, sign } = openSigner(installerFile, { device: report.device, dataFolder: "" });
  return encodeReport({ ...report, signer }, sign);
}

export function reportBy(installerFile: string, report: CommissionReport): CommissionFile {
  return parseReport(reportBytes(installerFile, report));
}
