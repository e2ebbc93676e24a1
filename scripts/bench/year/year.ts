/**
 * A year at the field's load, on virtual time and a real file, as fast as it goes: what grows that should not? The process runs through, days are
 * eight powered hours each, one after another. The platform is away for months at a time, long enough for telemetry to be thinned under the least cap.
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";
import pino from "pino";
import { startClock } from "#agent/core/clock/interval.ts";
import { CardWatch } from "#agent/runtime/cardWatch.ts";
import { CommitGroup } from "#agent/runtime/commitGroup.ts";
import type { MachineDriver } from "#agent/runtime/machineDriver.ts";
import { openJournal, type SqliteJournal } from "#agent/shell/store/journal.ts";
import { WAL_ROOM_BYTES } from "#agent/shell/store/journalQuota.ts";
import { RESERVE_BYTES } from "#agent/shell/store/journalReserve.ts";
import { openLog } from "#agent/shell/system/logFile.ts";
import { journalBytes, STORAGE_LEAST_MEGABYTES } from "#agent/shell/system/storageShares.ts";
import { LANES } from "#protocol/events/event.ts";
import { rssMb } from "#scripts/bench/base/processUse.ts";
import { percentile } from "#scripts/bench/base/statistics.ts";
import { inFolder, say } from "#scripts/bench/base/workplace.ts";
import { acknowledgeAll, FIELD_BEGINS_MS, fieldMachine } from "#scripts/bench/pipeline/fieldMachine.ts";
import { certifiedScan } from "#scripts/bench/pipeline/ourWindows.ts";

export interface YearAccount {
  days: number;
  rssSlopeMbPerDay: number;
  fileMb: number;
  capMb: number;
  loopDelayP99Ms: number;
  rssMb: number;
  events: number;
  thinnedRows: number;
}

const DAY_MS = 8 * 3_600_000;
const RETENTION_MS = 7 * DAY_MS;
const WARM_UP_DAYS = 5;
/** Of every half year, the days on which the platform is not there. */
const AWAY = { everyDays: 180, fromDay: 10, days: 140 };
const FULL = { days: 365, mostMs: 30 * 60_000 };
const QUICK = { days: 0.1, mostMs: 30_000 };
/** The synthetic machine's period: it idles from the first of these to the second, but for a margin. */
const PERIOD_MS = 480_000;
const IDLE_FROM_MS = 170_000;
const IDLE_TO_MS = 470_000;
/** Nothing happens between two arcs: there the steps are longer than the agent's second, to save the bench's time and nothing else. */
const IDLE_STEP_MS = 5_000;
const REFUSED_EVERY_MS = 720_000;
const MINUTE_MS = 60_000;

interface Year {
  journal: SqliteJournal;
  driver: MachineDriver;
  card: CardWatch;
  virtual: { monoMs: number };
}

export async function year(quick: boolean): Promise<YearAccount> {
  const { days, mostMs } = quick ? QUICK : FULL;
  say(`一年：每天 8 小时，最多 ${mostMs / MINUTE_MS} 分钟`, `a year: 8 h a day, ${mostMs / MINUTE_MS} minutes at most`);
  return await inFolder(async (folder) => {
    const world = begin(folder);
    const loop = monitorEventLoopDelay({ resolution: 1 });
    const samples: { day: number; rss: number; fileMb: number }[] = [];
    const startMs = performance.now();
    loop.enable();
    for (let day = 0; day < days && performance.now() - startMs < mostMs; day++) {
      await playOne(world, day, Math.min(1, days - day) * DAY_MS);
      samples.push({ day: day + 1, rss: rssMb(process.pid), fileMb: folderMb(folder) });
      if ((day + 1) % 10 === 0) console.log(JSON.stringify(samples.at(-1)));
    }
    loop.disable();
    const thinnedRows = countThinned(world);
    const events = LANES.reduce((sum, lane) => sum + world.journal.stream({ device: world.driver.device, lane }).lastSeq, 0);
    world.journal.close();
    const warm = samples.filter(({ day }) => day > WARM_UP_DAYS);
    return {
      days: samples.length,
      rssSlopeMbPerDay: Number(slope(warm.length > 1 ? warm : samples).toFixed(4)),
      fileMb: Math.max(...samples.map(({ fileMb }) => fileMb)),
      capMb: STORAGE_LEAST_MEGABYTES,
      loopDelayP99Ms: Number((loop.percentile(99) / 1e6).toFixed(2)),
      rssMb: percentile(
        samples.map(({ rss }) => rss),
        1,
      ),
      ...{ events, thinnedRows },
    };
  });
}

function begin(folder: string): Year {
  const virtual = { monoMs: 0 };
  const clock = { monoMs: () => virtual.monoMs };
  const log = pino({ base: null }, openLog("file", folder));
  const journal = openJournal({
    path: join(folder, "journal.sqlite"),
    initialEpoch: 1,
    maxBytes: journalBytes(STORAGE_LEAST_MEGABYTES, WAL_ROOM_BYTES + RESERVE_BYTES),
  });
  const driver = fieldMachine(0, { journal, group: new CommitGroup(), log }, virtual);
  const time = { state: startClock(FIELD_BEGINS_MS, 0) };
  const card = new CardWatch({ journal, clock, time, log, devices: () => [driver.device], note: (draft) => driver.note(draft) });
  return { journal, driver, card, virtual };
}

/** A session from the morning's scan to the evening's lock, arcs and refusals between, and the night's maintenance. */
async function playOne({ journal, driver, card, virtual }: Year, day: number, lengthMs: number): Promise<void> {
  const endMs = virtual.monoMs + lengthMs;
  const dayOfCycle = day % AWAY.everyDays;
  const isAway = dayOfCycle >= AWAY.fromDay && dayOfCycle < AWAY.fromDay + AWAY.days;
  const step = async (ms: number) => {
    const before = virtual.monoMs;
    virtual.monoMs += ms;
    driver.dispatch({ type: "tick" });
    card.look();
    if (crosses(before, virtual.monoMs, MINUTE_MS)) journal.setValue("timeFloorMs", String(FIELD_BEGINS_MS + virtual.monoMs));
    if (crosses(before, virtual.monoMs, REFUSED_EVERY_MS)) {
      void driver.scan({ ...certifiedScan(), pass: null, refusal: "pass.replayed", entry: null });
    }
    if (!isAway) acknowledgeAll(journal, [driver]);
    await nextTurn();
  };
  for (let count = 0; count < 3; count++) await step(1_000);
  void driver.scan({ ...certifiedScan(), id: `day ${day}`, sessionId: 1_048_577 + day });
  while (virtual.monoMs < endMs - 10_000) await step(isIdle(virtual.monoMs) ? IDLE_STEP_MS : 1_000);
  driver.dispatch({ type: "lock" });
  for (let count = 0; count < 9; count++) await step(1_000);
  const retainFromMs = FIELD_BEGINS_MS + virtual.monoMs - RETENTION_MS;
  for (const lane of LANES) journal.forget({ device: driver.device, lane }, Number.MAX_SAFE_INTEGER, retainFromMs);
}

function isIdle(monoMs: number): boolean {
  const phaseMs = monoMs % PERIOD_MS;
  return phaseMs >= IDLE_FROM_MS && phaseMs < IDLE_TO_MS;
}

function crosses(fromMs: number, toMs: number, everyMs: number): boolean {
  return Math.floor(toMs / everyMs) > Math.floor(fromMs / everyMs);
}

/** Rows that are still there without a payload. */
function countThinned({ journal, driver }: Year): number {
  const stream = { device: driver.device, lane: "telemetry" } as const;
  let thinned = 0;
  for (let after = journal.stream(stream).forgottenSeq; ; ) {
    const { rows } = journal.read(stream, after, 500);
    thinned += rows.filter(({ payloadText }) => payloadText === null).length;
    const last = rows.at(-1);
    if (!last) return thinned;
    after = last.seq;
  }
}

function folderMb(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => statSync(join(folder, name)));
  return Number((files.reduce((sum, { size }) => sum + size, 0) / 2 ** 20).toFixed(1));
}

/** Least squares. */
function slope(samples: readonly { day: number; rss: number }[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [day, rss] = [mean(samples.map((sample) => sample.day)), mean(samples.map((sample) => sample.rss))];
  const spread = samples.reduce((sum, sample) => sum + (sample.day - day) ** 2, 0);
  return spread === 0 ? 0 : samples.reduce((sum, sample) => sum + (sample.day - day) * (sample.rss - rss), 0) / spread;
}
