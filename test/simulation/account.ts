/** What is written down of a run: each thing that happened, in order, and whatever was against a law. */
import { createHash } from "node:crypto";
import type { VirtualClock } from "#test/simulation/virtualClock.ts";

const VIOLATIONS_MAX = 5;

export class Account {
  readonly violations: string[] = [];
  readonly lines: string[] = [];
  readonly #clock: VirtualClock;
  readonly #levels = { line: 0, process: 0, disk: 0 };
  readonly #since = { line: 0, process: 0, disk: 0 };
  /** Stretches in which something was broken, finished ones. */
  readonly #stretches: { what: Broken; fromMs: number; toMs: number }[] = [];

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  note(what: string): void {
    this.lines.push(`${this.#clock.nowMs} ${what}`);
  }

  wrong(what: string): void {
    this.note(`WRONG ${what}`);
    if (this.violations.length < VIOLATIONS_MAX) this.violations.push(`at ${this.#clock.nowMs} ms: ${what}`);
  }

  /** From now on it is broken once more. */
  broke(what: Broken): void {
    if (this.#levels[what]++ === 0) this.#since[what] = this.#clock.nowMs;
  }

  mended(what: Broken): void {
    if (--this.#levels[what] === 0) this.#stretches.push({ what, fromMs: this.#since[what], toMs: this.#clock.nowMs });
  }

  /** Of the last `withinMs`, how long the machine and a working agent were not joined. */
  apartMs(withinMs: number): number {
    return this.#brokenMs(["line", "process"], withinMs);
  }

  /** A kill and a bad line together: one outage may begin in the other. */
  isCompound(withinMs: number): boolean {
    return this.#brokenMs(["line"], withinMs) > 0 && this.#brokenMs(["process"], withinMs) > 0;
  }

  diskFaultMs(withinMs: number): number {
    return this.#brokenMs(["disk"], withinMs);
  }

  get isDiskSound(): boolean {
    return this.#levels.disk === 0;
  }

  digest(): string {
    return createHash("sha256").update(this.lines.join("\n")).digest("hex");
  }

  #brokenMs(kinds: readonly Broken[], withinMs: number): number {
    const { nowMs } = this.#clock;
    const open = kinds.filter((what) => this.#levels[what] > 0).map((what) => ({ what, fromMs: this.#since[what], toMs: nowMs }));
    const all = [...this.#stretches.filter(({ what }) => kinds.includes(what)), ...open];
    const inside = all
      .map(({ fromMs, toMs }) => ({ fromMs: Math.max(fromMs, nowMs - withinMs), toMs }))
      .filter(({ fromMs, toMs }) => toMs > fromMs)
      .sort((left, right) => left.fromMs - right.fromMs);
    let sum = 0;
    let reached = Number.NEGATIVE_INFINITY;
    for (const { fromMs, toMs } of inside) {
      sum += Math.max(0, toMs - Math.max(fromMs, reached));
      reached = Math.max(reached, toMs);
    }
    return sum;
  }
}

export type Broken = "line" | "process" | "disk";
