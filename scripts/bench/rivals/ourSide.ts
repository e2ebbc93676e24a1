/** Ours: the bundle with a simulated chip whose plant runs ten times as fast, so that it makes 100 windows a second. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import Database from "better-sqlite3";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import type { PayloadOf } from "#protocol/events/payloads.ts";
import type { Figures } from "#scripts/bench/base/figures.ts";
import { percentile } from "#scripts/bench/base/statistics.ts";
import { statusOf } from "#scripts/bench/base/tappedStage.ts";
import { withCleanup } from "#scripts/bench/base/workplace.ts";
import { deliveredByUs, outboxTo, startFountain } from "#scripts/bench/pipeline/delivered.ts";
import { startOurPlatform } from "#scripts/bench/pipeline/ourOutbox.ts";
import { tick, withMachine } from "#scripts/bench/pipeline/ourWindows.ts";
import { type Answer, latenciesMs } from "#scripts/bench/rivals/accounts.ts";
import { type LoadPlan, type Received, underLoad } from "#scripts/bench/rivals/gateway.ts";
import { Mosquitto } from "#scripts/bench/rivals/mosquitto.ts";
import { BUNDLE } from "#scripts/build.ts";
import { phoneOf } from "#simulator/phone/phone.ts";
import { scanAtPage } from "#simulator/phone/scan.ts";
import { askControl } from "#simulator/stage/control.ts";
import { until } from "#simulator/stage/processes.ts";
import { type Stage, stageDevice, startStage } from "#simulator/stage/stage.ts";

const MODEL = "ZX7-400";
const WAIT_MS = 60_000;
const TEN_TIMES = ["--speed", "10"];
/** One rod that outlasts the bench: every window of it is a reading. */
const LONG_ROD = { do: "weld", rods: 10, rodS: 3_600, changeS: 0.1, amps: 120 };
const EVENT_GAP_MS = 10;
/** Before the events that count: a process's first are not its day. */
const WARM_EVENTS = 200;

export function ourLoad(folder: string, plan: LoadPlan): Promise<Figures> {
  mkdirSync(folder);
  return withCleanup(async (cleanup) => {
    const broker = await Mosquitto.open(folder);
    cleanup.add(() => broker.kill());
    const stage = await startStage({ folder, agentScript: BUNDLE, models: [MODEL], brokerUrl: broker.url, chip: TEN_TIMES });
    cleanup.add(() => stage.close());
    await weld(stage);
    const database = new Database(join(stage.platformData, "platform.db"), { readonly: true });
    cleanup.add(() => void database.close());
    const gateway = {
      get pid() {
        return stage.agent?.pid ?? -1;
      },
      start: () => stage.startAgent(),
      kill: async () => {
        await stage.agent?.stop("SIGKILL");
        stage.agent = null;
      },
    };
    return underLoad(gateway, broker, plan, () => windowsAt(database));
  });
}

async function weld(stage: Stage): Promise<void> {
  const phone = phoneOf("certified", stage.platformData);
  const [device] = stage.devices;
  const [bus] = stage.buses;
  if (device === undefined || !bus) throw new Error("a stage without a machine");
  await until("list and platform", async () => (await statusOf(stage)).list, WAIT_MS);
  await until("a scan that is allowed", async () => (await scanAtPage(stage.page, device, phone)).allowed, WAIT_MS);
  await until("energised", async () => (await statusOf(stage)).machines.every(({ state }) => state === "energised"), WAIT_MS);
  await askControl(bus.control, LONG_ROD);
}

/** Each window, in the order of its commit. */
function windowsAt(database: Database.Database): Received[] {
  const rows = database
    .prepare<[number], { payload: string; receivedMs: number }>(
      "SELECT payload, received_ms AS receivedMs FROM event WHERE kind = ? AND refused IS NULL ORDER BY received_ms",
    )
    .all(DICTIONARY.windows.kind);
  return rows.flatMap(({ payload, receivedMs }) => {
    const { firstSeq, runs } = JSON.parse(payload) as PayloadOf<"windows">;
    const count = runs.reduce((sum, run) => sum + run, 0);
    return Array.from({ length: count }, (_, index) => ({ seq: firstSeq + index, receivedMs }));
  });
}

/** Readings per second, from an unpaced line to the platform. */
export async function ourThroughput(folder: string, windows: number): Promise<number> {
  mkdirSync(folder);
  return withCleanup(async (cleanup) => {
    const broker = await Mosquitto.open(folder);
    cleanup.add(() => broker.kill());
    const device = stageDevice(MODEL, 0);
    const { tty } = await startFountain(folder, { device }, cleanup);
    return deliveredByUs({ tty, device, windows, path: join(folder, "journal.sqlite") }, folder, broker.url);
  });
}

/** p99 from the answer that says that an e-stop has moved to the platform's commit of that; one each 10 ms. */
export async function ourLatencyMs(folder: string, events: number): Promise<number> {
  mkdirSync(folder);
  return withCleanup(async (cleanup) => {
    const broker = await Mosquitto.open(folder);
    cleanup.add(() => broker.kill());
    const device = stageDevice(MODEL, 0);
    const fountain = await startFountain(folder, { device, eStopToggles: true }, cleanup);
    const platform = await startOurPlatform(folder, device, broker.url);
    cleanup.add(() => platform.process.stop());
    const order = { tty: fountain.tty, device, path: join(folder, "journal.sqlite") };
    await withMachine({ ...order, outbox: (journal) => outboxTo(platform, device, journal) }, async (driver, link, emptied) => {
      await emptied();
      const startMs = performance.now();
      for (let index = 0; index < WARM_EVENTS + events; index++) {
        await delay(Math.max(0, startMs + index * EVENT_GAP_MS - performance.now()));
        await tick(driver, link);
      }
      await emptied();
    });
    const { answers } = await fountain.ask<{ answers: Answer[] }>({});
    return percentile(
      latenciesMs(
        answers.filter(({ seq }) => seq > WARM_EVENTS),
        eStopsAt(join(folder, "platform", "platform.db")),
      ),
      0.99,
    );
  });
}

/** Numbered as the chip numbered them: each toggle is one event. */
function eStopsAt(path: string): Received[] {
  const database = new Database(path, { readonly: true });
  const rows = database
    .prepare<[number], { receivedMs: number }>("SELECT received_ms AS receivedMs FROM event WHERE kind = ? ORDER BY key")
    .all(DICTIONARY.eStop.kind);
  database.close();
  return rows.map(({ receivedMs }, index) => ({ seq: index + 1, receivedMs }));
}
