/** Makes the packages for modules, one an architecture. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Architecture } from "#scripts/deploy/architectures.ts";
import { hostArchitecture } from "#scripts/deploy/architectures.ts";
import type { Bundles } from "#scripts/deploy/bundle.ts";
import { copyrightFile } from "#scripts/deploy/copyright.ts";
import { packDeb } from "#scripts/deploy/deb.ts";
import { bundledPackages, nativePackages, ROOT } from "#scripts/deploy/nodePackages.ts";
import { sqliteModule } from "#scripts/deploy/sqliteModule.ts";
import { addPackages, installedFiles } from "#scripts/deploy/tree.ts";

export interface PackageOrder {
  readonly architecture: Architecture;
  /** Debian's revision of the same program. */
  readonly revision: string;
  readonly folder: string;
  readonly bundles: Bundles;
}

export interface Packed {
  readonly architecture: string;
  readonly file: string;
  readonly version: string;
  readonly bytes: number;
  readonly sha256: string;
  /** How its machine code came about, and whether this computer can have run it. */
  readonly sqlite: string;
  readonly serial: string;
  readonly runsHere: boolean;
}

/** Throws where it cannot be made whole. */
export async function makePackage({ architecture, revision, folder, bundles }: PackageOrder): Promise<Packed> {
  const native = nativePackages();
  const sqliteFolder = native.find(({ name }) => name === "better-sqlite3")?.folder ?? "";
  const sqlite = await sqliteModule(sqliteFolder, architecture);
  const tree = installedFiles(bundles.files);
  addPackages(tree, native, architecture, sqlite.bytes);
  const copyright = copyrightFile([...bundledPackages(bundles.modules), ...native]);
  tree.set("usr/share/doc/arcgate/copyright", { bytes: copyright, mode: 0o644 });
  const version = `${programVersion()}-${revision}`;
  const file = join(folder, `arcgate_${version}_${architecture.name}.deb`);
  mkdirSync(folder, { recursive: true });
  packDeb(tree, { version, architecture: architecture.name }, epochS(), file);
  const bytes = readFileSync(file);
  return {
    ...{ architecture: architecture.name, file, version, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") },
    ...{ sqlite: sqlite.how, serial: `prebuilt in its npm package: ${architecture.serialPrebuild}` },
    runsHere: architecture === hostArchitecture(),
  };
}

function programVersion(): string {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
  return version;
}

/** All files are of this second: SOURCE_DATE_EPOCH, or when the last commit was made. */
function epochS(): number {
  const text = process.env.SOURCE_DATE_EPOCH ?? execFileSync("git", ["log", "-1", "--format=%ct"], { cwd: ROOT, encoding: "utf8" }).trim();
  if (!/^\d{1,11}$/.test(text)) throw new Error(`SOURCE_DATE_EPOCH is no number of seconds: ${text}`);
  return Number(text);
}
