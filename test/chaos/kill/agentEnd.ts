/** The agent of a stage, as its supervisor and its murderer see it: killed, stopped, and started again whenever it ends. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Running } from "#simulator/stage/processes.ts";
import type { Stage } from "#simulator/stage/stage.ts";
import type { Committed, Outage } from "#test/chaos/kill/account.ts";
import { committedIn } from "#test/chaos/kill/committed.ts";
import type { Stalls } from "#test/chaos/kill/stalls.ts";

/** As a service manager waits before it starts a program again that ended. */
const RESTART_MS = 1_000;

export class AgentEnd {
  readonly #stage: Stage;
  readonly #dataFolder: string;
  readonly #stalls: Stalls;
  #isOver = false;
  /** On this process's clock. */
  readonly outages: Outage[] = [];
  readonly committed = new Map<string, Committed[]>();
  /** What it did that nobody asked for. */
  readonly oddities: string[] = [];

  constructor(stage: Stage, dataFolder: string, stalls: Stalls) {
    this.#stage = stage;
    this.#dataFolder = dataFolder;
    this.#stalls = stalls;
    this.#watch();
  }

  /** By SIGKILL; another one is started so much later. */
  async kill(outMs: number): Promise<void> {
    const { agent } = this.#stage;
    if (!agent) return;
    this.#stalls.sample();
    const fromMs = performance.now();
    this.#stage.agent = null;
    await agent.stop("SIGKILL");
    this.#noteCommitted();
    await sleep(Math.max(0, fromMs + outMs - performance.now()));
    this.#start();
    this.outages.push({ what: "killed", fromMs, untilMs: performance.now() });
  }

  /** By SIGSTOP, as a process hangs. */
  async stop(outMs: number): Promise<void> {
    const { agent } = this.#stage;
    if (!agent) return;
    const fromMs = performance.now();
    process.kill(agent.pid, "SIGSTOP");
    try {
      await sleep(outMs);
    } finally {
      process.kill(agent.pid, "SIGCONT");
      this.outages.push({ what: "stopped", fromMs, untilMs: performance.now() });
    }
  }

  /** From here on it may end. */
  end(): void {
    this.#isOver = true;
  }

  #start(): void {
    // Its page may never answer: it is killed in the middle of its start, too. Whether it does is asked elsewhere.
    void this.#stage.startAgent().catch(() => undefined);
    this.#watch();
  }

  #watch(): void {
    const { agent } = this.#stage;
    if (agent) void agent.exited.then((code) => this.#onExit(agent, code));
  }

  async #onExit(agent: Running, code: number | null): Promise<void> {
    if (this.#isOver || this.#stage.agent !== agent) return;
    const fromMs = performance.now();
    this.oddities.push(`the agent ended by itself with ${code} (${agent.logPath})`);
    this.#stage.agent = null;
    await sleep(RESTART_MS);
    if (this.#isOver) return;
    this.#start();
    this.outages.push({ what: "ended", fromMs, untilMs: performance.now() });
  }

  #noteCommitted(): void {
    for (const [device, committed] of committedIn(this.#dataFolder, this.#stage.devices)) {
      this.committed.set(device, [...(this.committed.get(device) ?? []), ...committed]);
    }
  }
}
