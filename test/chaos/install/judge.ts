/** What must be true of a workshop once its installation came to an end, however often it was interrupted. */
import { readFileSync } from "node:fs";
import type { Summary } from "#scripts/install/batch/summary.ts";
import { trustedFirmware } from "#scripts/install/machine/trustedFirmware.ts";
import { openInstaller } from "#scripts/install/provision/installer.ts";
import { askRegistry } from "#scripts/install/provision/registryClient.ts";
import { askControl } from "#simulator/stage/control.ts";
import type { WorkshopReady } from "#simulator/workshop/workshop.ts";

export interface Verdict {
  duplicateCodes: number;
  /** Accepted, though its flash is not the firmware, or it is not locked. */
  halfWritten: number;
  /** Not installed, or not as the platform knows it. */
  unfinished: number;
  faults: string[];
}

/** Of a part's answer, what is looked at. */
interface Truth {
  result: { readProtected: boolean };
}

export async function judge(ready: WorkshopReady, summary: Summary | null): Promise<Verdict> {
  const verdict: Verdict = { duplicateCodes: 0, halfWritten: 0, unfinished: 0, faults: [] };
  const image = trustedFirmware(ready.firmware, ready.trust).bytes;
  const installer = openInstaller(ready.installer);
  const codes = new Set<string>();
  for (const { name, port, control } of ready.machines) {
    const outcome = summary?.outcomes.find((found) => found.name === name);
    if (outcome === undefined || outcome.end === "failed") {
      verdict.unfinished += 1;
      verdict.faults.push(`${name}: ${outcome === undefined ? "not begun" : `${outcome.code} ${outcome.text.slice(0, 300)}`}`);
      continue;
    }
    const { deviceCode } = outcome;
    if (codes.has(deviceCode)) verdict.duplicateCodes += 1;
    codes.add(deviceCode);
    const { result: truth } = await askControl<Truth>(control, { do: "truth" });
    const flash = new Uint8Array(readFileSync(`${port}.flash`)).subarray(0, image.length);
    if (Buffer.compare(flash, image) !== 0 || !truth.readProtected) {
      verdict.halfWritten += 1;
      verdict.faults.push(`${name}: ${truth.readProtected ? "its flash is not the firmware" : "not locked"}`);
    }
    const { known } = await askRegistry(ready.registry, installer, "ask", { device: deviceCode });
    if (known === null || !known.certificate || known.reports < 1) {
      verdict.unfinished += 1;
      verdict.faults.push(`${name}: the platform knows ${known === null ? "nothing of it" : `${known.reports} reports of it`}`);
    }
  }
  return verdict;
}
