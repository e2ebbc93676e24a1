/** What lies where on a module, as a tree of files in memory. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Architecture } from "#scripts/deploy/architectures.ts";
import { checkElf } from "#scripts/deploy/architectures.ts";
import { type NodePackage, ROOT } from "#scripts/deploy/nodePackages.ts";

export interface TreeFile {
  readonly bytes: Buffer;
  readonly mode: 0o644 | 0o755;
}

/** By path from the root, without the leading slash. */
export type Tree = Map<string, TreeFile>;

const SOURCES = join(ROOT, "scripts/deploy/debian");
/** Where each file of `debian/` goes. */
const PLACES: readonly (readonly [file: string, place: string, mode: 0o644 | 0o755])[] = [
  ["arcgate.sh", "usr/bin/arcgate", 0o755],
  ["arcgate-install.sh", "usr/bin/arcgate-install", 0o755],
  ["raise-clock", "usr/lib/arcgate/raise-clock", 0o755],
  ["arcgate.service", "usr/lib/systemd/system/arcgate.service", 0o644],
  ["arcgate-clock.service", "usr/lib/systemd/system/arcgate-clock.service", 0o644],
  ["61-arcgate.rules", "usr/lib/udev/rules.d/61-arcgate.rules", 0o644],
  ["arcgate.sysusers", "usr/lib/sysusers.d/arcgate.conf", 0o644],
  ["arcgate.modules-load", "usr/lib/modules-load.d/arcgate.conf", 0o644],
  ["arcgate.journald", "usr/lib/systemd/journald.conf.d/arcgate.conf", 0o644],
  ["arcgate.yaml.example", "etc/arcgate/arcgate.yaml.example", 0o644],
];

export function installedFiles(bundles: readonly string[]): Tree {
  const tree: Tree = new Map();
  for (const [file, place, mode] of PLACES) tree.set(place, { bytes: readFileSync(join(SOURCES, file)), mode });
  for (const file of bundles) tree.set(`usr/lib/arcgate/${basename(file)}`, { bytes: withoutInterpreter(readFileSync(file)), mode: 0o644 });
  tree.set("usr/share/doc/arcgate/README.md", { bytes: readFileSync(join(ROOT, "README.md")), mode: 0o644 });
  return tree;
}

/** The sources' first line names a loader that no module has. */
function withoutInterpreter(program: Buffer): Buffer {
  return program.subarray(0, 2).toString() === "#!" ? program.subarray(program.indexOf("\n") + 1) : program;
}

/** The two weights that are printed. */
const WEIGHTS = ["NotoSansHans-Regular.otf", "NotoSansHans-Bold.otf"];

export function fontFiles({ folder, place }: NodePackage): Tree {
  return new Map(
    WEIGHTS.map((name): [string, TreeFile] => [
      `usr/lib/arcgate/node_modules/${place}/fonts/${name}`,
      { bytes: readFileSync(join(folder, "fonts", name)), mode: 0o644 },
    ]),
  );
}

/** What of npm's packages runs: their JavaScript, and the one piece of machine code that this architecture needs of each. */
export function addPackages(tree: Tree, packages: readonly NodePackage[], architecture: Architecture, sqlite: Buffer): void {
  for (const { folder, place, name } of packages) {
    const target = (file: string) => `usr/lib/arcgate/node_modules/${place}/${file}`;
    for (const file of runningFiles(folder)) {
      const bytes = readFileSync(join(folder, file));
      // With a first line like that it is a tool to build with.
      if (bytes.subarray(0, 2).toString() !== "#!") tree.set(target(file), { bytes, mode: 0o644 });
    }
    if (name === "better-sqlite3") tree.set(target("build/Release/better_sqlite3.node"), { bytes: sqlite, mode: 0o644 });
    if (name !== "@serialport/bindings-cpp") continue;
    const file = `prebuilds/${architecture.serialPrebuild}`;
    const bytes = readFileSync(join(folder, file));
    checkElf(bytes, architecture, file);
    tree.set(target(file), { bytes, mode: 0o644 });
  }
}

const NOT_RUN = new Set(["node_modules", "src", "deps", "build", "prebuilds", "test", "tests", "example", "examples", "bin"]);

function runningFiles(folder: string, below = ""): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory())
      return below === "" && NOT_RUN.has(entry.name) && !isNeeded(folder, entry.name) ? [] : runningFiles(folder, path);
    return /^package\.json$|\.c?js$/.test(entry.name) && !/\.test\.js$|^gulpfile/.test(entry.name) ? [path] : [];
  });
}

/** `debug` runs from its `src`. */
function isNeeded(folder: string, name: string): boolean {
  const { main = "" } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { main?: string };
  return main.replace(/^\.\//, "").startsWith(`${name}/`);
}
