/** The time of a run: what is armed fires in order of time, and in the order of arming within one millisecond. */
interface Timer {
  atMs: number;
  order: number;
  run: (() => void) | null;
}

export class VirtualClock {
  nowMs = 0;
  #order = 0;
  /** A binary heap. */
  readonly #timers: Timer[] = [];

  /** As the system's timers: whole milliseconds, one at least. The result cancels. */
  after(delayMs: number, run: () => void): () => void {
    return this.at(this.nowMs + Math.max(1, Math.ceil(delayMs)), run);
  }

  at(atMs: number, run: () => void): () => void {
    const timer: Timer = { atMs: Math.max(this.nowMs, atMs), order: this.#order++, run };
    this.#push(timer);
    return () => {
      timer.run = null;
    };
  }

  /** Takes the next timer that is due by `untilMs`, and moves the time there; undefined when there is none. */
  next(untilMs: number): (() => void) | undefined {
    for (let first = this.#timers[0]; first && first.atMs <= untilMs; first = this.#timers[0]) {
      this.#pop();
      if (!first.run) continue;
      this.nowMs = first.atMs;
      return first.run;
    }
    this.nowMs = untilMs;
    return undefined;
  }

  get armed(): number {
    return this.#timers.length;
  }

  #push(timer: Timer): void {
    const heap = this.#timers;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (!above || isBefore(above, timer)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = timer;
  }

  #pop(): void {
    const heap = this.#timers;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left && right && isBefore(right, left)) child += 1;
      const below = heap[child];
      if (!below || isBefore(last, below)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(left: Timer, right: Timer): boolean {
  return left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);
}
