/**
 * `npm run spec` writes protocol/spec/, the handbook's diagrams, and the tables inside the READMEs of both; `npm run spec -- --check` changes nothing and fails when
 * what is there is not what would be written.
 */
import { parseArgs } from "node:util";
import { specArtefacts } from "#scripts/spec/artefacts.ts";
import { staleArtefacts, writeArtefacts } from "#scripts/spec/files.ts";

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
const root = process.cwd();
const artefacts = specArtefacts(root);

if (values.check) {
  const stale = staleArtefacts(root, artefacts);
  for (const path of stale) console.log(`stale: ${path}`);
  console.log(stale.length === 0 ? `${artefacts.size} files are fresh` : "run: npm run spec");
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const path of writeArtefacts(root, artefacts)) console.log(`wrote ${path}`);
}
