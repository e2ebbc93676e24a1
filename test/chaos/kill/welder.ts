/** One machine's welder: scans, burns rods, and now and then the platform locks the machine behind him. Notes the time of the machine's own clock. */
import { setTimeout as sleep } from "node:timers/promises";
import { agentReport } from "#scripts/story/watch.ts";
import type { MachineTruth } from "#simulator/chip/machine/workplace.ts";
import { askControl } from "#simulator/stage/control.ts";
import type { Bench, MachineView } from "#test/agent/bench.ts";

const LOOK_MS = 250;
const LOCK_AGAIN_MS = 5_000;
/** The longest outage, a full disk and a busy computer together take less. */
const PATIENCE_MS = 180_000;
const LOCK_SHARE = 0.4;

export class Welder {
  readonly index: number;
  readonly #bench: Bench;
  readonly #draw: () => number;
  #isOver = false;
  /** This process's clock less the chip's uptime lies between these. */
  #offset = { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY };
  closedFromMs = Number.POSITIVE_INFINITY;
  /** By this computer's clock. */
  readonly lockedAtMs: number[] = [];

  constructor(bench: Bench, index: number, draw: () => number) {
    this.#bench = bench;
    this.index = index;
    this.#draw = draw;
  }

  /** Until `finish`; then the job is done, the machine locked and its session closed. */
  async work(): Promise<void> {
    for (;;) {
      await this.#licensed();
      if (!(await this.truth()).welding) await this.#takeJob();
      if (!(await this.#worked())) continue;
      const isOver = this.#isOver;
      if (isOver || this.#draw() < LOCK_SHARE) await this.#lock();
      if (isOver) return;
    }
  }

  finish(): void {
    this.#isOver = true;
  }

  async truth(): Promise<MachineTruth> {
    const askedMs = performance.now();
    const truth = await this.#bench.truth({ bus: 0, at: this.index + 1 });
    const { least, most } = this.#offset;
    // The uptime that it tells is rounded down.
    this.#offset = { least: Math.max(least, askedMs - truth.uptimeMs - 1), most: Math.min(most, performance.now() - truth.uptimeMs) };
    if (truth.mirrorClosed) this.closedFromMs = Math.min(this.closedFromMs, truth.uptimeMs);
    return truth;
  }

  /** A moment of this process's clock on the chip's, and the other way round. */
  toUptime(ms: number): number {
    return ms - (this.#offset.least + this.#offset.most) / 2;
  }

  fromUptime(uptimeMs: number): number {
    return uptimeMs + (this.#offset.least + this.#offset.most) / 2;
  }

  /** Scans where a scan is needed; a session that runs closes by itself. */
  async #licensed(): Promise<void> {
    await this.#until("licensed", async () => {
      if ((await this.truth()).mirrorClosed) return true;
      if ((await this.#view())?.state === "locked") await this.#scan();
      return false;
    });
  }

  /** The agent may die under it: what came of it is seen at the machine. */
  async #scan(): Promise<void> {
    await this.#bench.scan("certified", this.index).catch(() => undefined);
  }

  async #takeJob(): Promise<void> {
    const job = { rods: 1 + Math.floor(this.#draw() * 4), rodS: 1.5 + this.#draw() * 4, changeS: 0.6 + this.#draw() * 1.2 };
    await this.#bench.tell({ do: "weld", at: this.index + 1, ...job });
  }

  /** False when the session went away over it, which is for the judge. */
  async #worked(): Promise<boolean> {
    let looksLocked = 0;
    return this.#until("at work", async () => {
      const { welding, arcing, mirrorClosed } = await this.truth();
      if (!welding && !arcing && mirrorClosed) return "done";
      if (this.#isOver && !arcing) await this.#bench.tell({ do: "stop", at: this.index + 1 });
      looksLocked = !mirrorClosed && (await this.#view())?.state === "locked" ? looksLocked + 1 : 0;
      return looksLocked >= 3 ? "gone" : null;
    }).then((how) => how === "done");
  }

  async #lock(): Promise<void> {
    let askedMs = Number.NEGATIVE_INFINITY;
    await this.#until("locked", async () => {
      const { mirrorClosed, totals } = await this.truth();
      const view = await this.#view();
      if (view?.state === "locked" && !mirrorClosed && totals.closed) return true;
      // A lock that is told late would end the next session: one at a time, and to an agent that hears it.
      if (view?.online && performance.now() - askedMs > LOCK_AGAIN_MS) {
        askedMs = performance.now();
        this.lockedAtMs.push(askedMs);
        // A platform whose broker was just killed cannot say it; it is asked again.
        await askControl(this.#bench.stage.platformControl, { do: "lock", device: this.#bench.device(this.index) }).catch(() => undefined);
      }
      return false;
    });
  }

  async #view(): Promise<(Pick<MachineView, "state"> & { online: boolean }) | null> {
    const report = await agentReport(this.#bench.stage);
    const machine = report?.machines[this.index];
    return report && machine ? { state: machine.state, online: report.online } : null;
  }

  async #until<T>(what: string, look: () => Promise<T | null | false>): Promise<T> {
    const untilMs = performance.now() + PATIENCE_MS;
    while (performance.now() < untilMs) {
      const found = await look();
      if (found !== null && found !== false) return found;
      await sleep(LOOK_MS);
    }
    throw new Error(`machine ${this.index} is not ${what} after ${PATIENCE_MS / 1000} s: ${JSON.stringify(await this.#view())}`);
  }
}
