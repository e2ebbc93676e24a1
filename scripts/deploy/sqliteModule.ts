/**
 * The SQLite module's machine code: for this computer's own architecture what `npm ci` built or fetched, for another what a cross
 * compiler makes of the same sources. Where there is none, the package is refused: one without a journal would be a stub.
 */
import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { built } from "#scripts/build.ts";
import { type Architecture, checkElf, hostArchitecture } from "#scripts/deploy/architectures.ts";

export interface SqliteModule {
  readonly bytes: Buffer;
  readonly how: string;
}

/** `-DNAME` or `-DNAME=1`, as the package's own build has them. */
const DEFINE = /'((?:HAVE|SQLITE)_[A-Z0-9_]+(?:=-?\d+)?)'/g;
const COMMON = ["-O3", "-fPIC", "-pthread", "-w", "-DNDEBUG"];
const CXX = [
  ...["-std=c++20", "-fno-rtti", "-fno-exceptions", "-D_GLIBCXX_USE_CXX11_ABI=1", "-D_FILE_OFFSET_BITS=64"],
  ...["-DNODE_GYP_MODULE_NAME=better_sqlite3", "-DBUILDING_NODE_EXTENSION", "-DUSING_UV_SHARED=1", "-DUSING_V8_SHARED=1"],
];
const LINK = ["-shared", "-s", "-Wl,-Bsymbolic", "-Wl,--exclude-libs,ALL", "-Wl,--build-id=none"];
const run = promisify(execFile);

/** `folder` is better-sqlite3's own. Throws when it cannot be had for this architecture. */
export async function sqliteModule(folder: string, architecture: Architecture): Promise<SqliteModule> {
  if (architecture === hostArchitecture()) return ownBuild(folder, architecture);
  const { triplet, name } = architecture;
  const headers = nodeHeaders();
  if (spawnSync(`${triplet}-g++`, ["--version"], { stdio: "ignore" }).status !== 0) {
    throw new Error(`no ${triplet}-g++; on Debian: apt-get install g++-${triplet.replaceAll("_", "-")}`);
  }
  const target = await compiled(folder, headers, architecture);
  const bytes = readFileSync(target);
  checkElf(bytes, architecture, target);
  return { bytes, how: `compiled by ${triplet}-g++ for Node ${abiOf(headers)} (${name})` };
}

function ownBuild(folder: string, architecture: Architecture): SqliteModule {
  const file = join(folder, "build/Release/better_sqlite3.node");
  if (!existsSync(file)) throw new Error(`${file} is missing: npm ci`);
  const stripped = join(scratch(), "own.node");
  const { status, stderr } = spawnSync("strip", ["--strip-unneeded", "--remove-section=.note.gnu.build-id", "-o", stripped, file]);
  const bytes = readFileSync(status === 0 ? stripped : file);
  rmSync(dirname(stripped), { recursive: true });
  checkElf(bytes, architecture, file);
  const how = status === 0 ? "" : `, not stripped: ${String(stderr ?? "no strip here").trim()}`;
  return { bytes, how: `as npm ci made it here, for Node ${process.versions.modules}${how}` };
}

/** Kept under the digest of all that went into it: compiling SQLite takes a minute. */
async function compiled(folder: string, headers: string, { triplet }: Architecture): Promise<string> {
  const defines = [...readFileSync(join(folder, "deps/defines.gypi"), "utf8").matchAll(DEFINE)].map(([, text]) => `-D${text ?? ""}`);
  const sqlite = join(folder, "deps/sqlite3");
  const { stdout: compiler } = await run(`${triplet}-g++`, ["--version"]);
  const inputs = createHash("sha256").update(JSON.stringify([defines, COMMON, CXX, LINK, compiler, abiOf(headers)]));
  inputs.update(readFileSync(join(sqlite, "sqlite3.c"))).update(readFileSync(join(folder, "package.json")));
  const target = built(`native/${triplet}-${inputs.digest("hex").slice(0, 16)}.node`);
  if (existsSync(target)) return target;
  const work = scratch();
  const object = join(work, "sqlite3.o");
  const made = join(work, "made.node");
  const map = `-ffile-prefix-map=${folder}=better-sqlite3`;
  await run(`${triplet}-gcc`, ["-c", "-std=c99", map, ...COMMON, ...defines, `-I${sqlite}`, join(sqlite, "sqlite3.c"), "-o", object]);
  const includes = [`-I${headers}`, `-I${sqlite}`];
  await run(`${triplet}-g++`, [map, ...COMMON, ...CXX, ...includes, join(folder, "src/better_sqlite3.cpp"), object, ...LINK, "-o", made]);
  renameSync(made, target);
  rmSync(work, { recursive: true });
  return target;
}

function scratch(): string {
  const folder = built("native");
  mkdirSync(folder, { recursive: true });
  return mkdtempSync(join(folder, "work-"));
}

/** Beside the program, as its packages install them; they are the same for all architectures. */
function nodeHeaders(): string {
  const prefix = dirname(dirname(process.execPath));
  const folder = ["include/node", "include/nodejs/src"].map((name) => join(prefix, name)).find((name) => existsSync(join(name, "node.h")));
  if (folder === undefined)
    throw new Error(`no node.h under ${prefix}/include: Node's headers are needed to compile for another architecture`);
  return folder;
}

function abiOf(headers: string): string {
  const [, abi] = /#define NODE_MODULE_VERSION (\d+)/.exec(readFileSync(join(headers, "node_version.h"), "utf8")) ?? [];
  if (abi !== process.versions.modules) throw new Error(`headers of Node ABI ${abi ?? "?"}, but this is ${process.versions.modules}`);
  return abi;
}
