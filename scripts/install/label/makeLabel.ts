import { type LabelFacts, labelText } from "#scripts/install/label/facts.ts";
import { labelOf } from "#scripts/install/label/layout.ts";
import { machineFile } from "#scripts/install/machine/machineFolder.ts";
import { keepFile } from "#scripts/install/paper/keepFile.ts";
import { pdfOf } from "#scripts/install/paper/pdf.ts";
import { svgOf } from "#scripts/install/paper/svg.ts";

/** Writes a machine's label into its folder, as SVG and PDF of 60 × 40 mm; again, with the same facts, the same. Errors: those of `labelText`, `label.noFont`, `label.notWritten`. */
export async function makeLabel(facts: LabelFacts, folder: string): Promise<void> {
  const label = labelOf(labelText(facts));
  const pdf = await pdfOf(`焊机身份码 ${facts.deviceCode}`, [label]);
  keepFile(machineFile(folder, "label"), svgOf(label));
  keepFile(machineFile(folder, "labelPdf"), pdf);
}
