/** Node-RED on the same numbers: a chip that hands its windows to whoever reads them, the same broker, and a platform that commits. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import Database from "better-sqlite3";
import type { Figures } from "#scripts/bench/base/figures.ts";
import { buildProgram, type Program, startProgram } from "#scripts/bench/base/programs.ts";
import { percentile } from "#scripts/bench/base/statistics.ts";
import { withCleanup } from "#scripts/bench/base/workplace.ts";
import { startFountain } from "#scripts/bench/pipeline/delivered.ts";
import { type Answer, latenciesMs } from "#scripts/bench/rivals/accounts.ts";
import { type LoadPlan, type Received, underLoad } from "#scripts/bench/rivals/gateway.ts";
import { Mosquitto } from "#scripts/bench/rivals/mosquitto.ts";
import { NodeRed } from "#scripts/bench/rivals/nodeRed.ts";
import { until } from "#simulator/stage/processes.ts";
import { stageDevice } from "#simulator/stage/stage.ts";

const TOPIC = "plant/readings";
const WINDOWS_PER_S = 100;
/** Up to ten windows a poll: twice what the chip makes, so that a backlog of it drains. */
const LOAD_POLL_MS = 50;
const EVENT_GAP_MS = 10;
const FIRST_WAIT_MS = 30_000;
/** A flow's first seconds are not its day. */
const WARM_MS = 3_000;

interface Scene {
  broker: Mosquitto;
  nodeRed: NodeRed;
  fountain: Program<object>;
  received: () => Received[];
}

interface SceneOrder {
  entry: string;
  folder: string;
  pollMs: number;
  windowsPerS?: number;
}

export function nodeRedLoad(entry: string, folder: string, plan: LoadPlan): Promise<Figures> {
  return withScene({ entry, folder, pollMs: LOAD_POLL_MS, windowsPerS: WINDOWS_PER_S }, ({ broker, nodeRed, received }) =>
    underLoad(nodeRed, broker, plan, received),
  );
}

/** p99 from the answer that carries a reading to the platform's commit, at 100 a second and one a poll. */
export function nodeRedLatencyMs(entry: string, folder: string, events: number): Promise<number> {
  return withScene({ entry, folder, pollMs: EVENT_GAP_MS, windowsPerS: WINDOWS_PER_S }, async ({ fountain, received }) => {
    await delay(WARM_MS);
    const from = Math.max(...received().map(({ seq }) => seq));
    await until("the readings", () => received().length > from + events, FIRST_WAIT_MS + events * EVENT_GAP_MS * 2);
    const { answers } = await fountain.ask<{ answers: Answer[] }>({});
    return percentile(
      latenciesMs(
        answers.filter(({ seq }) => seq > from),
        received(),
      ),
      0.99,
    );
  });
}

/** Readings per second at the platform, from a chip that always has more. */
export function nodeRedThroughput(entry: string, folder: string, pollMs: number, seconds: number): Promise<number> {
  return withScene({ entry, folder, pollMs }, async ({ received }) => {
    await delay(WARM_MS);
    const before = { readings: received().length, ms: performance.now() };
    await delay(seconds * 1_000);
    const wallMs = performance.now() - before.ms;
    return ((received().length - before.readings) * 1_000) / wallMs;
  });
}

function withScene<T>({ entry, folder, pollMs, windowsPerS }: SceneOrder, work: (scene: Scene) => Promise<T>): Promise<T> {
  mkdirSync(folder);
  return withCleanup(async (cleanup) => {
    const broker = await Mosquitto.open(folder);
    cleanup.add(() => broker.kill());
    const database = join(folder, "platform.sqlite");
    const platform = await startProgram(await buildProgram("readingsPlatform"), { database, broker: broker.url, topic: TOPIC });
    cleanup.add(() => platform.stop());
    const order = { device: stageDevice("ZX7-400", 0), ...(windowsPerS === undefined ? {} : { windowsPerS }) };
    const fountain = await startFountain(folder, order, cleanup);
    const nodeRed = new NodeRed({
      entry,
      folder: join(folder, "nodeRed"),
      tty: fountain.tty,
      brokerPort: broker.port,
      topic: TOPIC,
      pollMs,
    });
    cleanup.add(() => nodeRed.kill());
    await nodeRed.start();
    const held = new Database(database, { readonly: true });
    cleanup.add(() => void held.close());
    const rows = held.prepare<[], Received>("SELECT seq, received_ms AS receivedMs FROM reading ORDER BY id");
    const received = () => rows.all();
    await until("the first reading", () => received().length > 0, FIRST_WAIT_MS);
    return work({ broker, nodeRed, fountain, received });
  });
}
