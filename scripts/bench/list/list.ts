/** The certificate list of a million: taken over, loaded, asked and changed, beside the same in better-sqlite3. */
import { execFileSync } from "node:child_process";
import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ListChange } from "#protocol/list/overlay.ts";
import { writeOverlay } from "#protocol/list/overlayWriter.ts";
import { type BenchResult, benchResult, type Figures } from "#scripts/bench/base/figures.ts";
import { buildProgram, type Program, startProgram } from "#scripts/bench/base/programs.ts";
import { median, percentile } from "#scripts/bench/base/statistics.ts";
import { type Cleanup, inFolder, say, withCleanup } from "#scripts/bench/base/workplace.ts";
import type { Applied, Imported, ListOrder, ListTask, Loaded, LookedUp } from "#scripts/bench/list/tasks.ts";
import { type SigningKey, signBytes } from "#simulator/platform/keys.ts";
import { issueList, seededEntry } from "#simulator/platform/listIssuer.ts";

interface ListSize {
  certificates: number;
  changes: number;
  lookUps: number;
  /** Loads, each in a process of its own. */
  loads: number;
}

const FULL: ListSize = { certificates: 1_000_000, changes: 10_000, lookUps: 4_000, loads: 5 };
const QUICK: ListSize = { certificates: 5_000, changes: 100, lookUps: 100, loads: 1 };
const SEED = 20_261_127;
const ISSUED_MS = Date.UTC(2026, 10, 1);

export function list(quick: boolean): Promise<BenchResult> {
  const size = quick ? QUICK : FULL;
  const { certificates, changes, lookUps } = size;
  say(
    `名单 ${certificates} 人，变更 ${changes} 条，查询 ${lookUps} 次`,
    `a list of ${certificates}, ${changes} changes, ${lookUps} look-ups`,
  );
  return inFolder((folder) =>
    withCleanup(async (cleanup) => {
      const task = prepare(folder, size);
      const floor = await measure(await buildProgram("listFloor"), { ...task, folder: subfolder(folder, "floor") }, size, cleanup);
      const ours = await measure(await buildProgram("ourList"), { ...task, folder: subfolder(folder, "ours") }, size, cleanup);
      return benchResult("list", ours, floor);
    }),
  );
}

/** Both files as the platform issues them, and handles of which every second is in the list. */
function prepare(folder: string, { certificates, changes, lookUps }: ListSize): ListTask {
  const key = newKey();
  const at = (name: string) => join(folder, name);
  const order = { path: at("base"), version: 1, issuedMs: ISSUED_MS, seed: SEED, size: certificates, people: [], key };
  const { rootHex } = issueList(order);
  const entryAt = (index: number) => seededEntry(SEED, certificates, index, ISSUED_MS);
  const step = Math.floor(certificates / changes);
  const overlay = Array.from({ length: changes }, (_, index): ListChange => {
    const entry = entryAt(index * step);
    return index % 4 === 0 ? { handle: entry.handle, removed: true } : { ...entry, suspended: true };
  });
  const header = { version: 1, issuedMs: ISSUED_MS, algorithm: key.algorithm, keyId: key.id, baseVersion: 1, baseRootHex: rootHex };
  writeFileSync(
    at("overlay"),
    writeOverlay(header, overlay, (message) => signBytes(key, message)),
  );
  // Far apart, and in no order that a disk likes.
  const handles = Array.from({ length: lookUps }, (_, index) => {
    const { handle } = entryAt((index * 7_919_777) % certificates);
    return index % 2 === 0 ? handle : `${handle.slice(0, 31)}${handle.endsWith("0") ? "1" : "0"}`;
  });
  writeFileSync(at("handles"), JSON.stringify(handles));
  const keyHex = Buffer.from(key.publicKeySpki).toString("hex");
  return { base: at("base"), overlay: at("overlay"), handles: at("handles"), folder, keyHex, keyId: key.id };
}

async function measure(program: string, task: ListTask, { loads }: ListSize, cleanup: Cleanup): Promise<Figures> {
  const importer = await started(program, task, cleanup);
  const { importMs, fileBytes } = await asked<Imported>(importer, "import");
  await importer.stop();
  const loaded: Loaded[] = [];
  let cold: LookedUp | undefined;
  let warm: LookedUp | undefined;
  let applied: Applied | undefined;
  for (let load = 0; load < loads; load += 1) {
    const reader = await started(program, task, cleanup);
    forgetPages(task.folder);
    loaded.push(await asked<Loaded>(reader, "load"));
    if (load === loads - 1) {
      cold = await asked<LookedUp>(reader, "lookUp");
      warm = await asked<LookedUp>(reader, "lookUp");
      applied = await asked<Applied>(reader, "apply");
    }
    await reader.stop();
  }
  if (!cold || !warm || !applied) throw new Error("nothing was loaded");
  if (cold.found !== warm.found || cold.found * 2 !== cold.tookUs.length) throw new Error(`${cold.found} and ${warm.found} found`);
  return {
    ...{ fileMb: fileBytes / 2 ** 20, importMs },
    ...{ loadMs: median(loaded.map(({ loadMs }) => loadMs)), rssAddedMb: median(loaded.map(({ rssAddedMb }) => rssAddedMb)) },
    ...{ lookupColdP50Us: percentile(cold.tookUs, 0.5), lookupColdP99Us: percentile(cold.tookUs, 0.99) },
    ...{ lookupP50Us: percentile(warm.tookUs, 0.5), lookupP99Us: percentile(warm.tookUs, 0.99) },
    overlayApplyMs: applied.applyMs,
  };
}

async function started(file: string, task: ListTask, cleanup: Cleanup): Promise<Program<object>> {
  const program = await startProgram<object>(file, task);
  cleanup.add(() => program.stop());
  return program;
}

function asked<Answer>(program: Program<object>, order: ListOrder["do"]): Promise<Answer> {
  return program.ask<Answer>({ do: order } satisfies ListOrder);
}

/** Has the kernel drop what it cached of a folder's files, so that the first look-ups find a cold disk. */
function forgetPages(folder: string): void {
  execFileSync("sh", ["-c", 'sync; for file in "$1"/*; do dd if="$file" iflag=nocache count=0 status=none; done', "sh", folder]);
}

function newKey(): SigningKey {
  const pair = generateKeyPairSync("ed25519", {
    privateKeyEncoding: { type: "pkcs8", format: "der" },
    publicKeyEncoding: { type: "spki", format: "der" },
  });
  const privateKey = createPrivateKey({ key: pair.privateKey, format: "der", type: "pkcs8" });
  return {
    id: "bench",
    algorithm: "ed25519",
    privateKey,
    publicKeySpki: createPublicKey(privateKey).export({ type: "spki", format: "der" }),
  };
}

function subfolder(folder: string, name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}
