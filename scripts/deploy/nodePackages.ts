/** The npm packages that a module needs beside the bundles: those with machine code, and what these need in turn. */
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

export interface NodePackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Its folder, and that folder under `node_modules`, where it must lie to be found. */
  readonly folder: string;
  readonly place: string;
}

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const NODE_MODULES = realpathSync(join(ROOT, "node_modules"));
const WITH_MACHINE_CODE = ["better-sqlite3", "@serialport/bindings-cpp"];
/** Needed to build or fetch, not to run. */
const FONTS = "@embedpdf/fonts-sc";
const BUILD_ONLY = new Set(["prebuild-install", "node-addon-api"]);
const Manifest = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string().default("?"),
  dependencies: z.record(z.string(), z.string()).default({}),
});

/** Those with machine code and all that they need when they run, in the order of their places. */
export function nativePackages(): NodePackage[] {
  const found = new Map<string, NodePackage>();
  const waiting = WITH_MACHINE_CODE.map((name) => packageAt(join(NODE_MODULES, name)));
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (found.has(next.place)) continue;
    found.set(next.place, next);
    const { folder } = next;
    const needed = Object.keys(manifestOf(folder).dependencies).filter((name) => !BUILD_ONLY.has(name));
    waiting.push(...needed.map((name) => packageAt(lookUp(name, folder))));
  }
  return sorted([...found.values()]);
}

/** The fonts of labels and reports: most of their package is files, which are no part of a bundle. */
export function fontsPackage(): NodePackage {
  return packageAt(join(NODE_MODULES, FONTS));
}

/** Whose files are among these modules of a bundle. */
export function bundledPackages(modules: readonly string[]): NodePackage[] {
  const folders = new Set<string>();
  for (const module of modules) {
    const [, folder] = /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/@]+)\//.exec(module) ?? [];
    if (folder !== undefined && existsSync(join(folder, "package.json"))) folders.add(realpathSync(folder));
  }
  return sorted([...folders].map(packageAt));
}

/** The text of its licence, if it ships one. */
export function licenceOf({ folder }: NodePackage): string | null {
  const file = readdirSync(folder)
    .filter((name) => /^(licen[cs]e|copying)/i.test(name))
    .sort()[0];
  return file === undefined ? null : readFileSync(join(folder, file), "utf8").trim();
}

function packageAt(folder: string): NodePackage {
  const { name, version, license } = manifestOf(folder);
  return { name, version, license, folder, place: relative(NODE_MODULES, folder) };
}

function manifestOf(folder: string): z.infer<typeof Manifest> {
  return Manifest.parse(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")));
}

/** As Node looks it up: upwards from who needs it. */
function lookUp(name: string, from: string): string {
  for (let folder = from; folder.startsWith(NODE_MODULES); folder = dirname(folder)) {
    const path = join(folder, "node_modules", name);
    if (existsSync(path)) return path;
  }
  return join(NODE_MODULES, name);
}

function sorted(packages: NodePackage[]): NodePackage[] {
  return packages.sort((one, other) => (one.place < other.place ? -1 : 1));
}
