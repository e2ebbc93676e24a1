/** What is done to a stage, and when: two hands with a seed each, one at the agent, one at its line to the platform. */
import { setTimeout as sleep } from "node:timers/promises";
import { agentReport } from "#scripts/story/watch.ts";
import { until } from "#simulator/stage/processes.ts";
import type { Stage } from "#simulator/stage/stage.ts";
import type { AgentEnd } from "#test/chaos/kill/agentEnd.ts";
import type { SmallDisk } from "#test/chaos/kill/smallDisk.ts";
import type { TestBroker } from "#test/sync/brokers.ts";
import type { LineProxy } from "#test/sync/proxy.ts";

const RECOVER_MS = 60_000;

export interface Scene {
  stage: Stage;
  agent: AgentEnd;
  broker: TestBroker;
  line: LineProxy;
  /** Null where there can be none. */
  disk: SmallDisk | null;
}

interface Fault {
  name: string;
  /** How often, beside the others of the same hand. */
  share: number;
  /** How often it counts. */
  counts?: number;
  run(scene: Scene, draw: () => number): Promise<void>;
}

const between = (draw: () => number, least: number, most: number) => least + (most - least) * draw();

const AT_THE_AGENT: readonly Fault[] = [
  { name: "kill", share: 10, run: ({ agent }, draw) => agent.kill(between(draw, 0, 3_000)) },
  { name: "kill up to 5 s", share: 1, run: ({ agent }, draw) => agent.kill(between(draw, 3_000, 5_000)) },
  { name: "kill beyond the lease", share: 1, run: ({ agent }, draw) => agent.kill(between(draw, 9_000, 20_000)) },
  { name: "kill in the start", share: 2, counts: 2, run: killTwice },
  { name: "stop", share: 2, run: ({ agent }, draw) => agent.stop(between(draw, 200, 5_000)) },
  { name: "stop beyond the lease", share: 0.7, run: ({ agent }, draw) => agent.stop(between(draw, 9_000, 15_000)) },
];

const FULL_DISK: Fault = { name: "full disk", share: 1, run: fillDisk };

const AT_THE_LINE: readonly Fault[] = [
  { name: "broker killed", share: 3, run: killBroker },
  { name: "line reset", share: 4, run: async ({ line }) => line.cut() },
  { name: "line half open", share: 2, run: deafen },
];

async function killTwice({ agent }: Scene, draw: () => number): Promise<void> {
  await agent.kill(between(draw, 0, 1_500));
  await sleep(between(draw, 20, 1_500));
  await agent.kill(between(draw, 0, 1_500));
}

async function killBroker({ broker }: Scene, draw: () => number): Promise<void> {
  await broker.kill();
  await sleep(between(draw, 0, 6_000));
  await broker.start();
}

/** Both ends believe that it is open, until it is reset. */
async function deafen({ line }: Scene, draw: () => number): Promise<void> {
  line.deaf = true;
  await sleep(between(draw, 500, 12_000));
  line.cut();
  line.deaf = false;
}

/** To the brim for some seconds; rows must be written again within a minute of its end. */
async function fillDisk({ disk, stage, agent }: Scene, draw: () => number): Promise<void> {
  disk?.fill();
  await sleep(between(draw, 2_000, 12_000));
  const before = await rowsOf(stage);
  disk?.free();
  const recovered = until("rows", async () => (await rowsOf(stage)) > before, RECOVER_MS);
  await recovered.catch(() => agent.oddities.push(`no row was written for ${RECOVER_MS / 1000} s after a full disk had room again`));
}

async function rowsOf(stage: Stage): Promise<number> {
  const machines = (await agentReport(stage))?.machines ?? [];
  return machines.reduce((sum, { journalled }) => sum + journalled.legal + journalled.telemetry, 0);
}

/** How many faults are still to come, and how many of each there were. */
export class Allowance {
  #left: number;
  readonly done = new Map<string, number>();

  constructor(faults: number) {
    this.#left = faults;
  }

  /** None is to come any more. */
  end(): void {
    this.#left = 0;
  }

  /** False when there are no more. */
  take({ name, counts = 1 }: Fault): boolean {
    if (this.#left <= 0) return false;
    this.#left -= counts;
    this.done.set(name, (this.done.get(name) ?? 0) + counts);
    return true;
  }
}

/** Plays faults until there are no more, both hands at once; in a hurry they rest less between. */
export async function playFaults(
  scene: Scene,
  allowance: Allowance,
  isHurried: boolean,
  draws: readonly [() => number, () => number],
): Promise<void> {
  const atTheAgent = scene.disk ? [...AT_THE_AGENT, FULL_DISK] : AT_THE_AGENT;
  await Promise.all([
    playHand(scene, { faults: atTheAgent, restMs: isHurried ? 1_500 : 8_000 }, allowance, draws[0]),
    playHand(scene, { faults: AT_THE_LINE, restMs: isHurried ? 3_000 : 12_000 }, allowance, draws[1]),
  ]);
}

interface Hand {
  faults: readonly Fault[];
  /** At most, between two faults. */
  restMs: number;
}

async function playHand(scene: Scene, { faults, restMs }: Hand, allowance: Allowance, draw: () => number): Promise<void> {
  for (;;) {
    // Sometimes at once, so that a fault meets what is not over the last one yet.
    await sleep(draw() < 0.25 ? between(draw, 0, 500) : between(draw, 500, restMs));
    const fault = drawn(faults, draw);
    if (!allowance.take(fault)) return;
    await fault.run(scene, draw);
  }
}

function drawn(faults: readonly Fault[], draw: () => number): Fault {
  let at = draw() * faults.reduce((sum, { share }) => sum + share, 0);
  for (const fault of faults) {
    at -= fault.share;
    if (at < 0) return fault;
  }
  return faults[0] as Fault;
}
