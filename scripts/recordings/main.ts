/** Writes the recordings of the catalogue into test/recordings. `npx tsx scripts/recordings/main.ts` */
import { writeFileSync } from "node:fs";
import { CATALOGUE } from "#scripts/recordings/catalogue.ts";
import { generateRecording, recordingCsv } from "#scripts/recordings/generate.ts";

for (const [name, spec] of Object.entries(CATALOGUE)) {
  const csv = recordingCsv(generateRecording(spec).rows);
  writeFileSync(new URL(`../../test/recordings/${name}.csv`, import.meta.url), csv);
  console.log(`${name}.csv ${csv.length} bytes`);
}
