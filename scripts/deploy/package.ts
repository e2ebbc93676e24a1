/** Makes the packages for modules, one an architecture. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Architecture } from "#scripts/deploy/architectures.ts";
import { hostArchitecture } from "#scripts/deploy/architectures.ts";
import type { Bundles } from "#scripts/deploy/bundle.ts";
import { fontsControl, moduleControl } from "#scripts/deploy/control.ts";
import { copyrightFile } from "#scripts/deploy/copyright.ts";
import { packDeb } from "#scripts/deploy/deb.ts";
import { bundledPackages, fontsPackage, nativePackages, ROOT } from "#scripts/deploy/nodePackages.ts";
import { sqliteModule } from "#scripts/deploy/sqliteModule.ts";
import { addPackages, fontFiles, installedFiles } from "#scripts/deploy/tree.ts";

export interface PackageOrder {
  readonly architecture: Architecture;
  /** Debian's revision of the same program. */
  readonly revision: string;
  readonly folder: string;
  /** All files are of this second. */
  readonly epochS: number;
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
export async function makePackage({ architecture, revision, folder, epochS, bundles }: PackageOrder): Promise<Packed> {
  const native = nativePackages();
  const sqliteFolder = native.find(({ name }) => name === "better-sqlite3")?.folder ?? "";
  const sqlite = await sqliteModule(sqliteFolder, architecture);
  const tree = installedFiles(bundles.files);
  // Where fonts would be is looked up even where there are none.
  addPackages(tree, [...native, fontsPackage()], architecture, sqlite.bytes);
  const copyright = copyrightFile([...bundledPackages(bundles.modules), ...native]);
  tree.set("usr/share/doc/arcgate/copyright", { bytes: copyright, mode: 0o644 });
  const version = `${programVersion()}-${revision}`;
  const file = join(folder, `arcgate_${version}_${architecture.name}.deb`);
  mkdirSync(folder, { recursive: true });
  packDeb(tree, moduleControl(version, architecture.name), epochS, file);
  const bytes = readFileSync(file);
  return {
    ...{ architecture: architecture.name, file, version, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") },
    ...{ sqlite: sqlite.how, serial: `prebuilt in its npm package: ${architecture.serialPrebuild}` },
    runsHere: architecture === hostArchitecture(),
  };
}

/** For every architecture. Gives its file. */
export function makeFontsPackage({ revision, folder, epochS }: Pick<PackageOrder, "revision" | "folder" | "epochS">): string {
  const fonts = fontsPackage();
  const tree = fontFiles(fonts);
  tree.set("usr/share/doc/arcgate-fonts/copyright", { bytes: copyrightFile([fonts]), mode: 0o644 });
  const version = `${programVersion()}-${revision}`;
  const file = join(folder, `arcgate-fonts_${version}_all.deb`);
  mkdirSync(folder, { recursive: true });
  packDeb(tree, fontsControl(version), epochS, file);
  return file;
}

function programVersion(): string {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
  return version;
}
