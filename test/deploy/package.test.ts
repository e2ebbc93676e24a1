/** The package for this computer's architecture: what is in it, that it runs from where it lies, and what systemd thinks of its units. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ARCHITECTURES, checkElf, hostArchitecture } from "#scripts/deploy/architectures.ts";
import { type Bundles, bundle } from "#scripts/deploy/bundle.ts";
import { makePackage, type Packed } from "#scripts/deploy/package.ts";

/** Worse than this, something was left open. */
const EXPOSURE_TENTHS_MAX = 18;
/** What the units lean on is Debian's, and not in the package. */
const OTHERS = ["sysinit.target", "basic.target", "shutdown.target", "local-fs.target", "multi-user.target"];

let folder: string;
let root: string;
let bundles: Bundles;
let packed: Packed;

function make(name: string): Promise<Packed> {
  const architecture = hostArchitecture();
  if (!architecture) throw new Error(`no package is made for ${process.arch}`);
  return makePackage({ architecture, revision: "1", folder: join(folder, name), epochS: 1_800_000_000, bundles });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "arcgate-deb-test-"));
  bundles = await bundle(() => undefined);
  packed = await make("one");
  root = join(folder, "root");
  execFileSync("dpkg-deb", ["--extract", packed.file, root]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("the same input gives the same bytes, whatever the user's mask", async () => {
  const mask = process.umask(0o077);
  try {
    expect((await make("two")).sha256).toBe(packed.sha256);
  } finally {
    process.umask(mask);
  }
});

it("holds what a module needs, owned by root, and machine code of its own architecture alone", () => {
  const listed = execFileSync("dpkg-deb", ["--contents", packed.file], { encoding: "utf8" }).trim().split("\n");
  const files = listed.map((line) => line.split(/\s+/));
  expect(files.filter(([, owner]) => owner !== "root/root")).toEqual([]);
  const names = files.map((fields) => fields[5] ?? "").filter((name) => !name.endsWith("/"));
  for (const wanted of [
    "usr/bin/arcgate",
    "usr/bin/arcgate-install",
    "etc/arcgate/arcgate.yaml.example",
    "usr/share/doc/arcgate/copyright",
  ]) {
    expect(names).toContain(`./${wanted}`);
  }
  const code = names.filter((name) => name.endsWith(".node"));
  expect(code).toHaveLength(2);
  const own = hostArchitecture();
  for (const name of code) {
    for (const architecture of ARCHITECTURES) {
      const check = () => checkElf(readFileSync(join(root, name)), architecture, name);
      if (architecture === own) expect(check).not.toThrow();
      else expect(check).toThrow("is not built for");
    }
  }
  expect(execFileSync("dpkg-deb", ["--field", packed.file, "Depends"], { encoding: "utf8" })).toContain(
    "nodejs (>= 20.19), nodejs (<< 21)",
  );
});

it("runs from where it lies, with nothing of this repository: the programs, the journal, the serial lines", () => {
  const at = join(root, "usr/lib/arcgate");
  expect(execFileSync(process.execPath, [join(at, "arcgate.mjs"), "--help"], { encoding: "utf8" })).toContain("arcgate");
  expect(execFileSync(process.execPath, [join(at, "arcgate-install.mjs"), "--help"], { encoding: "utf8" })).toContain("arcgate-install");
  const config = join(folder, "arcgate.yaml");
  writeFileSync(config, readFileSync(join(root, "etc/arcgate/arcgate.yaml.example"), "utf8").replace("/var/lib/arcgate", folder));
  const use = `
    const at = require("node:module").createRequire(${JSON.stringify(join(at, "arcgate.mjs"))});
    const database = new (at("better-sqlite3"))(${JSON.stringify(join(folder, "journal.sqlite"))});
    database.exec("CREATE TABLE value (name TEXT, value TEXT); INSERT INTO value VALUES ('timeFloorMs', '1900000000500')");
    console.log(typeof at("@serialport/bindings-cpp").LinuxBinding.open);`;
  expect(execFileSync(process.execPath, ["-e", use], { encoding: "utf8" })).toBe("function\n");
  const floor = execFileSync(process.execPath, [join(at, "arcgate.mjs"), "floor", "--config", config], { encoding: "utf8" });
  expect(floor).toBe("1900000000\n");
});

it("systemd understands the units, and finds little that they leave open", () => {
  const units = join(root, "usr/lib/systemd/system");
  for (const name of OTHERS) writeFileSync(join(units, name), "[Unit]\n");
  mkdirSync(join(root, "usr/bin"), { recursive: true });
  writeFileSync(join(root, "usr/bin/node"), "#!/bin/sh\n", { mode: 0o755 });
  for (const unit of ["arcgate.service", "arcgate-clock.service"]) {
    const verified = spawnSync("systemd-analyze", ["verify", `--root=${root}`, join(units, unit)], { encoding: "utf8" });
    expect([verified.status, verified.stderr]).toEqual([0, ""]);
    const offline = ["security", "--offline=yes", `--root=${root}`, `--threshold=${EXPOSURE_TENTHS_MAX}`, unit];
    expect(spawnSync("systemd-analyze", offline, { encoding: "utf8" })).toMatchObject({ status: 0 });
  }
});
