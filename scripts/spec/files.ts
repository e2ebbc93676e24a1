import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** Paths below the repository's root, with `/`, and the text that belongs there. */
export type Artefacts = ReadonlyMap<string, string>;

/** These folders hold nothing but what is generated. */
const GENERATED_FOLDERS = ["protocol/spec", "scripts/handbook/diagrams"];

/** What differs from the artefacts: changed, missing, or left over in a generated folder. */
export function staleArtefacts(root: string, artefacts: Artefacts): string[] {
  const changed = [...artefacts].filter(([path, text]) => readIfThere(join(root, path)) !== text).map(([path]) => path);
  return [...changed, ...GENERATED_FOLDERS.flatMap((name) => leftOver(root, name, artefacts))].sort();
}

/** Brings the disk into line and returns what was changed or removed. */
export function writeArtefacts(root: string, artefacts: Artefacts): string[] {
  const stale = staleArtefacts(root, artefacts);
  for (const path of stale) {
    const text = artefacts.get(path);
    const file = join(root, path);
    if (text === undefined) {
      rmSync(file);
    } else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
  return stale;
}

function leftOver(root: string, name: string, artefacts: Artefacts): string[] {
  const folder = join(root, name);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .filter((path) => !artefacts.has(path));
}

function readIfThere(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
