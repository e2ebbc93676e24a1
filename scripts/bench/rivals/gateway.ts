/** What both systems are to a rival's bench: something that can be killed and started again, and rows at a platform. */
import { setTimeout as delay } from "node:timers/promises";
import type { Figures } from "#scripts/bench/base/figures.ts";
import { cpuMs, diskBytes, rssMb } from "#scripts/bench/base/processUse.ts";
import { median } from "#scripts/bench/base/statistics.ts";
import { account } from "#scripts/bench/rivals/accounts.ts";
import type { Mosquitto } from "#scripts/bench/rivals/mosquitto.ts";
import type { Step } from "#scripts/bench/rivals/plan.ts";

export interface Gateway {
  readonly pid: number;
  /** Resolves when it says that it is ready. */
  start(): Promise<void>;
  kill(): Promise<void>;
}

export interface Received {
  seq: number;
  receivedMs: number;
}

export interface LoadPlan {
  steadyS: number;
  kills: readonly Step[];
  /** The load goes on for so long after the last kill: what comes then shows what is missing before. */
  afterS: number;
}

/** A process's first seconds are not its day, and a welder's first taps are no arc yet. */
const WARM_MS = 4_000;

/** The load is running: first in peace, then with kills. Readings are counted from the last that had arrived when it was warm. */
export async function underLoad(gateway: Gateway, broker: Mosquitto, plan: LoadPlan, received: () => Received[]): Promise<Figures> {
  await delay(WARM_MS);
  const fromSeq = received().reduce((highest, { seq }) => Math.max(highest, seq), 0);
  const before = { cpu: cpuMs(gateway.pid), disk: diskBytes(gateway.pid), ms: performance.now(), readings: received().length };
  await delay(plan.steadyS * 1_000);
  const wallMs = performance.now() - before.ms;
  const readings = received().length - before.readings;
  const use = {
    cpuShare: (cpuMs(gateway.pid) - before.cpu) / wallMs,
    rssMb: rssMb(gateway.pid),
    flashBytesPerEvent: (diskBytes(gateway.pid) - before.disk) / readings,
  };
  const startedMs = await playKills(gateway, broker, plan.kills);
  await delay(plan.afterS * 1_000);
  const { lost, duplicate, readings: arrived } = account(seqsOf(received).filter((seq) => seq >= fromSeq));
  return { lost, duplicate, arrived, ...use, startMs: median(startedMs) };
}

function seqsOf(received: () => Received[]): number[] {
  return received().map(({ seq }) => seq);
}

/** How long each start took, in milliseconds. */
async function playKills(gateway: Gateway, broker: Mosquitto, steps: readonly Step[]): Promise<number[]> {
  const beganMs = performance.now();
  const startedMs: number[] = [];
  for (const step of steps) {
    await delay(Math.max(0, beganMs + step.atMs - performance.now()));
    if (step.do === "killBroker") await broker.kill();
    else if (step.do === "startBroker") await broker.start();
    else {
      await gateway.kill();
      const fromMs = performance.now();
      await gateway.start();
      startedMs.push(performance.now() - fromMs);
    }
  }
  return startedMs;
}
