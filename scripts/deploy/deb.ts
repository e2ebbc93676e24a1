/** Packs a tree as a .deb: the same tree and epoch give the same bytes, whoever packs it and wherever. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { ROOT } from "#scripts/deploy/nodePackages.ts";
import type { Tree } from "#scripts/deploy/tree.ts";

export interface Control {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** More of control's fields, a line each, and the description as its last. */
  readonly fields: string;
  readonly hasScripts: boolean;
}

/** No mail reaches it: the package is for its owner's modules. */
const MAINTAINER = "arcgate <arcgate@localhost>";
const SCRIPTS = ["postinst", "prerm", "postrm"] as const;

/** Writes `target`. Needs dpkg-deb, and no root. */
export function packDeb(tree: Tree, control: Control, epochS: number, target: string): void {
  const all = new Map(tree).set(`usr/share/doc/${control.name}/changelog.Debian.gz`, { bytes: changelog(control, epochS), mode: 0o644 });
  const work = mkdtempSync(join(tmpdir(), "arcgate-deb-"));
  try {
    for (const [path, { bytes, mode }] of all) put(work, path, bytes, mode);
    put(work, "DEBIAN/control", Buffer.from(controlText(control, all)), 0o644);
    const configuration = conffiles(all);
    if (configuration !== "") put(work, "DEBIAN/conffiles", Buffer.from(configuration), 0o644);
    put(work, "DEBIAN/md5sums", Buffer.from(md5sums(all)), 0o644);
    for (const script of control.hasScripts ? SCRIPTS : [])
      put(work, `DEBIAN/${script}`, readFileSync(join(ROOT, "scripts/deploy/debian", script)), 0o755);
    dateAll(work, epochS);
    const env = { ...process.env, SOURCE_DATE_EPOCH: String(epochS) };
    execFileSync("dpkg-deb", ["--root-owner-group", "-Zxz", "-z2", "--threads-max=1", "--build", work, target], { env, stdio: "pipe" });
  } finally {
    rmSync(work, { recursive: true });
  }
}

function put(root: string, path: string, bytes: Buffer, mode: number): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  chmodSync(file, mode);
}

/** Folders too, whatever this user's mask is. */
function dateAll(path: string, epochS: number): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const below = join(path, entry.name);
    if (entry.isDirectory()) dateAll(below, epochS);
    else utimesSync(below, epochS, epochS);
  }
  chmodSync(path, 0o755);
  utimesSync(path, epochS, epochS);
}

function controlText({ name, version, architecture, fields }: Control, tree: Tree): string {
  const kilobytes = [...tree.values()].reduce((sum, { bytes }) => sum + Math.ceil(bytes.length / 1024), 0);
  return `Package: ${name}
Version: ${version}
Architecture: ${architecture}
Maintainer: ${MAINTAINER}
Installed-Size: ${kilobytes}
Priority: optional
${fields}
`;
}

function changelog({ name, version }: Control, epochS: number): Buffer {
  const date = new Date(epochS * 1000).toUTCString().replace("GMT", "+0000");
  return gzipSync(`${name} (${version}) stable; urgency=medium\n\n  * As committed.\n\n -- ${MAINTAINER}  ${date}\n`, { level: 9 });
}

function conffiles(tree: Tree): string {
  return lines([...tree.keys()].filter((path) => path.startsWith("etc/")).map((path) => `/${path}`));
}

function md5sums(tree: Tree): string {
  const files = [...tree].filter(([path]) => !path.startsWith("etc/"));
  return lines(files.map(([path, { bytes }]) => `${createHash("md5").update(bytes).digest("hex")}  ${path}`));
}

function lines(texts: string[]): string {
  return texts
    .sort()
    .map((text) => `${text}\n`)
    .join("");
}
