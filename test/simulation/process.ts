/** The life of one process of the agent, and its end between any two effects. What a dead process does has no effect. */
import type { After } from "#agent/ports.ts";
import type { VirtualClock } from "#test/simulation/virtualClock.ts";

export type EffectKind = "commit" | "exchange" | "publish";

/** Where the axe falls: before or after an effect of the kind, when so many others of it have passed. */
export interface Axe {
  kind: EffectKind;
  when: "before" | "after";
  skip: number;
}

export class Process {
  isAlive = true;
  axe: Axe | null = null;
  readonly bornMs: number;
  readonly #clock: VirtualClock;
  readonly #died: () => void;

  constructor(clock: VirtualClock, died: () => void) {
    this.#clock = clock;
    this.bornMs = clock.nowMs;
    this.#died = died;
  }

  monoMs(): number {
    return this.#clock.nowMs - this.bornMs;
  }

  readonly after: After = (delayMs, run) =>
    this.#clock.after(delayMs, () => {
      if (this.isAlive) run();
    });

  /** Runs what reaches the world, unless the process is dead: then nothing ever comes of it. */
  effect<T>(kind: EffectKind, run: () => Promise<T>): Promise<T> {
    this.#fall(kind, "before");
    if (!this.isAlive) return new Promise(() => undefined);
    const result = run();
    this.#fall(kind, "after");
    return result;
  }

  /** The same for what is done when it returns. */
  write(run: () => void): void {
    this.#fall("commit", "before");
    if (!this.isAlive) return;
    run();
    this.#fall("commit", "after");
  }

  kill(): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.#died();
  }

  #fall(kind: EffectKind, when: Axe["when"]): void {
    if (!this.isAlive || this.axe?.kind !== kind || this.axe.when !== when) return;
    if (this.axe.skip-- <= 0) this.kill();
  }
}
