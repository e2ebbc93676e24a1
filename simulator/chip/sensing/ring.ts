import { RUN_MAX, type Window } from "#protocol/chip/window.ts";

const IDLE_BELOW_AMPS = 2;
/** An arc moves more than this from one window to the next, even where somebody has taken its current away from the sensor. */
const LIKE_WITHIN_VOLTS = 0.3;
const RING_S = 90;
const LEAST_RECORDS = 1_200;
const MOST_RECORDS = 0xffff;

/** Records for 90 s of real time, every window a record of its own, while the plant runs `speed` times as fast. */
export function ringDepthFor(windowMs: number, speed: number): number {
  return Math.min(MOST_RECORDS, Math.max(LEAST_RECORDS, Math.ceil((RING_S * 1000 * speed) / windowMs)));
}

/** Window records in RAM, numbered without gaps: they wait for the agent to confirm them, and only an overrun takes them away before. */
export class WindowRing {
  #depth: number;
  #records: Window[] = [];
  /** Records before it are gone; the array is cut now and then, not at each one. */
  #head = 0;
  #nextSeq = 0;
  #lostWindows = 0;

  constructor(depth: number) {
    this.#depth = depth;
  }

  get depth(): number {
    return this.#depth;
  }

  /** Number of the window being filled. */
  get nextSeq(): number {
    return this.#nextSeq;
  }

  get lostWindows(): number {
    return this.#lostWindows;
  }

  get records(): number {
    return this.#records.length - this.#head;
  }

  /** A ring only grows: what it holds already must not be lost by a change of speed. */
  deepen(depth: number): void {
    this.#depth = Math.max(this.#depth, depth);
  }

  push(window: Window): void {
    const last = this.records > 0 ? this.#records.at(-1) : undefined;
    this.#nextSeq = window.seq + 1;
    if (last && last.run < RUN_MAX && isLikeIdle(last, window)) {
      last.run += 1;
      return;
    }
    this.#records.push(window);
    if (this.records <= this.#depth) return;
    this.#lostWindows += this.#records[this.#head]?.run ?? 0;
    this.#dropHead();
  }

  /** The agent has committed every window below `seq`. */
  confirmBelow(seq: number): void {
    for (let first = this.#first(); first && first.seq < seq; first = this.#first()) {
      if (first.seq + first.run > seq) {
        first.run -= seq - first.seq;
        first.seq = seq;
        return;
      }
      this.#dropHead();
    }
  }

  /** At most `most` records from window `seq` on (or from the oldest there is). A read may start inside a run. */
  read(seq: number, most: number): { firstSeq: number; windows: Window[] } {
    const windows: Window[] = [];
    for (let index = this.#indexOf(seq); index < this.#records.length && windows.length < most; index++) {
      const record = this.#records[index];
      if (!record) break;
      const skipped = Math.max(0, seq - record.seq);
      windows.push({ ...record, seq: record.seq + skipped, run: record.run - skipped });
    }
    return { firstSeq: windows[0]?.seq ?? this.#nextSeq, windows };
  }

  #first(): Window | undefined {
    return this.#records[this.#head];
  }

  /** Index of the record that holds `seq`, or of the first one after it. */
  #indexOf(seq: number): number {
    let low = this.#head;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const record = this.#records[middle];
      if (record && record.seq + record.run <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #dropHead(): void {
    this.#head += 1;
    if (this.#head < 1024 || this.#head * 2 < this.#records.length) return;
    this.#records = this.#records.slice(this.#head);
    this.#head = 0;
  }
}

/** An AC arc's RMS outlives its current by up to a period: the window after it has arc time and no current, and is not idle. */
function isIdle({ currentPeakAmps, arcMs, shortMs, strikes }: Window): boolean {
  return Math.abs(currentPeakAmps) < IDLE_BELOW_AMPS && arcMs === 0 && shortMs === 0 && strikes === 0;
}

/** No current in either, the same flags, and a voltage that has not moved from the run's first. */
function isLikeIdle(run: Window, window: Window): boolean {
  if (run.closed !== window.closed || run.sensorMissing !== window.sensorMissing || run.invalid !== window.invalid) return false;
  if (!isIdle(run) || !isIdle(window)) return false;
  return (
    Math.abs(run.voltageMeanVolts - window.voltageMeanVolts) < LIKE_WITHIN_VOLTS &&
    Math.abs(run.voltageRmsVolts - window.voltageRmsVolts) < LIKE_WITHIN_VOLTS
  );
}
