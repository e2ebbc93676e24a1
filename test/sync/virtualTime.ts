/** Timers that fire when the test lets time pass. */
export class VirtualTime {
  nowMs = 0;
  #timers: { atMs: number; run: () => void }[] = [];

  after(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.nowMs + delayMs, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  get armed(): number {
    return this.#timers.length;
  }

  /** Runs every timer that is due within `ms`, in order. */
  pass(ms: number): void {
    const endMs = this.nowMs + ms;
    for (let rounds = 0; rounds < 10_000; rounds++) {
      const due = this.#timers.filter((timer) => timer.atMs <= endMs).sort((left, right) => left.atMs - right.atMs)[0];
      if (!due) break;
      this.#timers = this.#timers.filter((each) => each !== due);
      this.nowMs = Math.max(this.nowMs, due.atMs);
      due.run();
    }
    this.nowMs = endMs;
  }
}
