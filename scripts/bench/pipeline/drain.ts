/**
 * A backlog of 1,000,000 rows goes to the platform after a long outage: the bundle with a real journal, broker and receiver, each a process
 * of its own, joined by TCP; then a bare script that reads and publishes the same rows.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import Database from "better-sqlite3";
import type { Figures } from "#scripts/bench/base/figures.ts";
import { rssMb, rssPeakMb } from "#scripts/bench/base/processUse.ts";
import { buildProgram, startProgram } from "#scripts/bench/base/programs.ts";
import { inFolder, say, withCleanup } from "#scripts/bench/base/workplace.ts";
import { fillFloor, fillJournal, JOURNAL_MEGABYTES } from "#scripts/bench/pipeline/backlog.ts";
import { BUNDLE } from "#scripts/build.ts";
import { stageDevice, startStage } from "#simulator/stage/stage.ts";

/** Of the card's cap: what lists, logs and the write-ahead log may take beside the journal. */
const FILES_MEGABYTES = 256;
const MODEL = "ZX7-400";
const LOOK_EVERY_MS = 50;
/** Of the sender's memory, after it has fallen silent. */
const SETTLE_MS = 2_000;
const STUCK_MS = 60_000;

/** Needs the bundle to be built. */
export async function measureDrain(quick: boolean): Promise<{ ours: Figures; floor: Figures }> {
  const rows = quick ? 3_000 : 1_000_000;
  say(`积压：${rows} 条`, `a backlog of ${rows} rows`);
  const settleMs = quick ? 0 : SETTLE_MS;
  return {
    ours: await inFolder((folder) => drainOurs(folder, rows, settleMs)),
    floor: await inFolder((folder) => drainFloor(folder, rows, settleMs)),
  };
}

function drainOurs(folder: string, rows: number, settleMs: number): Promise<Figures> {
  return withCleanup(async (cleanup) => {
    fillJournal(join(folder, "agent", "journal.sqlite"), stageDevice(MODEL, 0), rows);
    const agentConfig = { storage: { maxMegabytes: JOURNAL_MEGABYTES + FILES_MEGABYTES } };
    const stage = await startStage({ folder, agentScript: BUNDLE, models: [MODEL], agentConfig });
    cleanup.add(() => stage.close());
    const held = heldAt(join(stage.platformData, "platform.db"), "SELECT up_to FROM stream WHERE lane = 'legal'");
    cleanup.add(held.close);
    return drained(held.count, rows, stage.agent?.pid ?? -1, settleMs);
  });
}

function drainFloor(folder: string, rows: number, settleMs: number): Promise<Figures> {
  return withCleanup(async (cleanup) => {
    const own = { platform: join(folder, "platform.sqlite"), sender: join(folder, "sender.sqlite") };
    mkdirSync(folder, { recursive: true });
    fillFloor(own.sender, rows);
    const platform = await startProgram<{ url: string }>(await buildProgram("platformFloor"), { database: own.platform });
    cleanup.add(() => platform.stop());
    const options = { database: own.sender, broker: platform.ready.url };
    const sender = await startProgram(await buildProgram("drainFloor"), options);
    cleanup.add(() => sender.stop());
    const held = heldAt(own.platform, "SELECT max(seq) FROM event");
    cleanup.add(held.close);
    return drained(held.count, rows, sender.pid, settleMs);
  });
}

/** What the platform has committed, read from its own file. */
function heldAt(path: string, query: string): { count: () => number; close: () => void } {
  const database = new Database(path, { readonly: true });
  const statement = database.prepare<[], number | null>(query).pluck();
  return { count: () => statement.get() ?? 0, close: () => void database.close() };
}

/** From the first look at the platform, when the sender has just begun, to the last row's commit. */
async function drained(held: () => number, rows: number, pid: number, settleMs: number): Promise<Figures> {
  const first = { held: held(), ms: performance.now() };
  let last = first;
  while (last.held < rows) {
    await delay(LOOK_EVERY_MS);
    const now = { held: held(), ms: performance.now() };
    if (now.held > last.held) last = now;
    else if (now.ms - last.ms > STUCK_MS) throw new Error(`the drain stands at ${now.held} of ${rows}`);
  }
  await delay(settleMs);
  const seconds = Math.max(LOOK_EVERY_MS, last.ms - first.ms) / 1_000;
  return { drainEventsPerSecond: (last.held - first.held) / seconds, drainRssMb: rssMb(pid), drainRssPeakMb: rssPeakMb(pid) };
}
