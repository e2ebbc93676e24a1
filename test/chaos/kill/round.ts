/** One stage: a broker, a platform, an agent and its machines, with welders at work, while faults befall them; and in the end each machine's account. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { MachineTruth } from "#simulator/chip/machine/workplace.ts";
import { openForReading, queryEvents, reportStreams } from "#simulator/platform/report.ts";
import { until } from "#simulator/stage/processes.ts";
import { startStage } from "#simulator/stage/stage.ts";
import { Bench, benchFolder } from "#test/agent/bench.ts";
import type { MachineAccount, StoredRow } from "#test/chaos/kill/account.ts";
import { AgentEnd } from "#test/chaos/kill/agentEnd.ts";
import { Allowance, playFaults } from "#test/chaos/kill/faults.ts";
import { noCounts } from "#test/chaos/kill/judge/counts.ts";
import { judge, type Verdict } from "#test/chaos/kill/judge/verdict.ts";
import { SmallDisk, whyNoSmallDisk } from "#test/chaos/kill/smallDisk.ts";
import { Stalls } from "#test/chaos/kill/stalls.ts";
import { Welder } from "#test/chaos/kill/welder.ts";
import { seededRandom } from "#test/list/fixtures.ts";
import { mosquittoBroker } from "#test/sync/brokers.ts";
import { LineProxy } from "#test/sync/proxy.ts";

const DRAINED_MS = 120_000;
const ROWS_PER_LOOK = 1_000;

export interface RoundOptions {
  seed: number;
  faults: number;
  machines: number;
  /** Rests little between faults. */
  isHurried: boolean;
  agentScript: string;
}

export interface Played extends Verdict {
  kills: number;
  /** How many of each fault. */
  done: ReadonlyMap<string, number>;
  arcs: number;
  sessions: number;
}

/** Plays `faults` faults and judges. Where something was wrong the stage's folder is left, and named. */
export async function playRound(options: RoundOptions): Promise<Played> {
  const played: Played = { counts: noCounts(), faults: [], excused: 0, kills: 0, done: new Map(), arcs: 0, sessions: 0 };
  const folder = benchFolder();
  try {
    await play(folder, options, played);
  } catch (error) {
    played.faults.push(`the round did not end: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (played.faults.length > 0) played.faults.push(`everything is kept in ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
  return played;
}

async function play(folder: string, { seed, faults, machines, isHurried, agentScript }: RoundOptions, played: Played): Promise<void> {
  const draws = Array.from({ length: machines + 3 }, (_, index) => seededRandom(seed * 7_919 + index * 104_729));
  const [drawStage, atAgent, atLine, ...atWelders] = draws as [() => number, () => number, () => number, ...(() => number)[]];
  const broker = await mosquittoBroker({ persistence: drawStage() < 0.5 });
  const line = new LineProxy(broker.url);
  const dataFolder = join(folder, "agent");
  const disk = whyNoSmallDisk() === null ? new SmallDisk(dataFolder) : null;
  const killBroker = () => void broker.kill();
  process.once("exit", killBroker);
  try {
    await broker.start();
    await line.start();
    const models = Array.from({ length: machines }, () => "ZX7-400");
    const agentConfig = { broker: { url: line.url, retryMaximumS: 3 } };
    const chip = ["--seed", String(seed)];
    const stage = await startStage({ folder, agentScript, models, listSize: 200, brokerUrl: broker.url, agentConfig, chip });
    const stalls = new Stalls(() => [stage.agent?.pid ?? -1, ...stage.buses.map((bus) => bus.chip.pid)]);
    const agent = new AgentEnd(stage, dataFolder, stalls);
    try {
      const bench = new Bench(stage);
      await bench.ready();
      const welders = atWelders.map((draw, index) => new Welder(bench, index, draw));
      const allowance = new Allowance(faults);
      await playWork(welders, allowance, () => playFaults({ stage, agent, broker, line, disk }, allowance, isHurried, [atAgent, atLine]));
      played.done = allowance.done;
      played.kills = [...allowance.done.values()].reduce((sum, count) => sum + count, 0);
      const accounts = await accountsOf(bench, welders, agent, stalls);
      for (const account of accounts) addVerdict(played, account);
      played.faults.push(...agent.oddities);
    } finally {
      agent.end();
      stalls.end();
      await stage.close();
    }
  } finally {
    process.removeListener("exit", killBroker);
    await line.end();
    await broker.end();
    disk?.remove();
  }
}

/** Welders work while faults are played, and finish when there are no more, or one of them cannot go on. */
async function playWork(welders: readonly Welder[], allowance: Allowance, faults: () => Promise<void>): Promise<void> {
  const finish = () => {
    allowance.end();
    for (const welder of welders) welder.finish();
  };
  // All of them come to an end before the stage is taken from under them.
  const parts = [...welders.map((welder) => welder.work()), faults().finally(finish)];
  const ends = await Promise.allSettled(
    parts.map((part) =>
      part.catch((error: unknown) => {
        finish();
        throw error;
      }),
    ),
  );
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

function addVerdict(played: Played, account: MachineAccount): void {
  const verdict = judge(account);
  for (const name of Object.keys(played.counts) as (keyof Verdict["counts"])[]) played.counts[name] += verdict.counts[name];
  played.faults.push(...verdict.faults);
  played.excused += verdict.excused;
  played.arcs += account.burned.arcs;
  played.sessions += account.rows.filter(({ name }) => name === "sessionStarted").length;
}

async function accountsOf(bench: Bench, welders: readonly Welder[], agent: AgentEnd, stalls: Stalls): Promise<MachineAccount[]> {
  const machines = await until("everything at the platform", () => drained(bench), DRAINED_MS);
  const database = openForReading(bench.stage.platformData);
  try {
    const accounts: MachineAccount[] = [];
    for (const welder of welders) {
      const device = bench.device(welder.index);
      const truth = await welder.truth();
      const { legal, telemetry } = machines[welder.index]?.journalled ?? { legal: 0, telemetry: 0 };
      const { arcs, arcMs, doubtfulArcs } = truth;
      const { closedFromMs } = welder;
      const lockedAtMs = welder.lockedAtMs.map((atMs) => welder.toUptime(atMs));
      accounts.push({
        ...{ device, closedFromMs, endedMs: truth.uptimeMs, lockedAtMs },
        ...{ opens: openedOf(truth, welder, stalls), burned: { arcs, arcMs, doubtfulArcs } },
        outages: agent.outages.map((outage) => ({
          what: outage.what,
          fromMs: welder.toUptime(outage.fromMs),
          untilMs: welder.toUptime(outage.untilMs),
        })),
        committed: agent.committed.get(device) ?? [],
        journalled: { legal, telemetry },
        rows: [...rowsOf(database, device, "legal"), ...rowsOf(database, device, "telemetry")],
        streams: reportStreams(database, device),
      });
    }
    return accounts;
  } finally {
    database.close();
  }
}

async function drained(bench: Bench) {
  const machines = await bench.machines();
  return machines?.every(({ backlog }) => backlog.legal + backlog.telemetry === 0) && machines;
}

function openedOf({ opens }: MachineTruth, welder: Welder, stalls: Stalls): MachineAccount["opens"] {
  return opens.map((opening) => {
    const { renewedAtMs, atMs } = opening;
    const stalledMs = renewedAtMs === null ? 0 : stalls.between(welder.fromUptime(renewedAtMs), welder.fromUptime(atMs));
    return { ...opening, stalledMs };
  });
}

function rowsOf(database: ReturnType<typeof openForReading>, device: string, lane: "legal" | "telemetry"): StoredRow[] {
  const rows: StoredRow[] = [];
  for (;;) {
    const found = queryEvents(database, { device, lane, fromSeq: (rows.at(-1)?.seq ?? 0) + 1, limit: ROWS_PER_LOOK });
    rows.push(...found.map(({ seq, hash, name, session, payload }) => ({ lane, seq, hash, name, session, payload })));
    if (found.length < ROWS_PER_LOOK) return rows;
  }
}
