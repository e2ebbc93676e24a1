import { readFileSync } from "node:fs";
import { join } from "node:path";
import { diagrams, handbookTables } from "#scripts/handbook/handbook.ts";
import { asyncApiDocument } from "#scripts/spec/asyncapi.ts";
import { errorTables } from "#scripts/spec/errorTables.ts";
import { dictionaryTable, topicTable } from "#scripts/spec/eventTables.ts";
import type { Artefacts } from "#scripts/spec/files.ts";
import { fileSchemas, messageSchemas, payloadSchemas } from "#scripts/spec/jsonSchemas.ts";
import { fillMarkers } from "#scripts/spec/markers.ts";
import { chipTables, foreignTables } from "#scripts/spec/registerTables.ts";
import { scannerTables } from "#scripts/spec/scannerTables.ts";

/** Everything that is made from code: schemas, the AsyncAPI document, the handbook's diagrams, and the READMEs with their tables renewed. */
export function specArtefacts(root: string): Artefacts {
  const artefacts = new Map<string, string>();
  for (const [name, schema] of [...messageSchemas(), ...fileSchemas()])
    artefacts.set(`protocol/spec/${name}.schema.json`, prettyJson(schema));
  for (const [name, schema] of payloadSchemas()) artefacts.set(`protocol/spec/payloads/${name}.schema.json`, prettyJson(schema));
  artefacts.set("protocol/spec/asyncapi.yaml", asyncApiDocument());

  const tables = {
    chip: chipTables(),
    foreign: foreignTables(),
    scanners: scannerTables(),
    dictionary: dictionaryTable(),
    topics: topicTable(),
  };
  fill(artefacts, root, "protocol/README.md", tables);
  fill(artefacts, root, "protocol/errors/README.md", { errors: errorTables() });

  for (const [path, svg] of diagrams()) artefacts.set(path, svg);
  fill(artefacts, root, "scripts/README.zh.md", handbookTables());
  return artefacts;
}

function fill(artefacts: Map<string, string>, root: string, path: string, tables: Readonly<Record<string, string>>): void {
  artefacts.set(path, fillMarkers(readFileSync(join(root, path), "utf8"), tables));
}

function prettyJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
