/** Packs a tree as a .deb: the same tree and epoch give the same bytes, whoever packs it and wherever. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ROOT } from "#scripts/deploy/nodePackages.ts";
import type { Tree } from "#scripts/deploy/tree.ts";

export interface Control {
  readonly version: string;
  readonly architecture: string;
}

const SCRIPTS = ["postinst", "prerm", "postrm"] as const;

/** Writes `target`. Needs dpkg-deb, and no root. */
export function packDeb(tree: Tree, control: Control, epochS: number, target: string): void {
  const work = mkdtempSync(join(tmpdir(), "arcgate-deb-"));
  try {
    for (const [path, { bytes, mode }] of tree) put(work, path, bytes, mode);
    put(work, "DEBIAN/control", Buffer.from(controlText(control, tree)), 0o644);
    put(work, "DEBIAN/conffiles", Buffer.from(conffiles(tree)), 0o644);
    put(work, "DEBIAN/md5sums", Buffer.from(md5sums(tree)), 0o644);
    for (const script of SCRIPTS) put(work, `DEBIAN/${script}`, readFileSync(join(ROOT, "scripts/deploy/debian", script)), 0o755);
    dateAll(work, epochS);
    const env = { ...process.env, SOURCE_DATE_EPOCH: String(epochS) };
    execFileSync("dpkg-deb", ["--root-owner-group", "-Zxz", "--threads-max=1", "--build", work, target], { env, stdio: "pipe" });
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

function controlText({ version, architecture }: Control, tree: Tree): string {
  const kilobytes = [...tree.values()].reduce((sum, { bytes }) => sum + Math.ceil(bytes.length / 1024), 0);
  return `Package: arcgate
Version: ${version}
Architecture: ${architecture}
Maintainer: arcgate <arcgate@localhost>
Installed-Size: ${kilobytes}
Depends: nodejs (>= 20.19), nodejs (<< 21), libc6 (>= 2.34), libstdc++6 (>= 11), systemd (>= 252), udev, init-system-helpers (>= 1.54)
Recommends: ca-certificates
Section: net
Priority: optional
Description: access control for electric welding machines
 The machine is energised only after a welder with a valid certificate has
 scanned in; every arc is measured, and every fact reaches the provincial
 platform, complete and once. It works the same with the network gone.
 .
 Its machine code is built for Node 20 alone. Debian 13 has it; on Debian 12
 a package nodejs 20 must come from elsewhere.
`;
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
