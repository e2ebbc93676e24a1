/** How long processes wanted to run and the computer did not let them: the kernel's own account of each one's waiting. */
import { readFileSync } from "node:fs";

const SAMPLE_MS = 250;
const NS_PER_MS = 1e6;

export class Stalls {
  readonly #pids: () => readonly number[];
  readonly #waited = new Map<number, number>();
  /** Sums over all processes so far, oldest first; those of a round, which is minutes. */
  readonly #sums: { atMs: number; waitedMs: number }[] = [];
  readonly #timer: NodeJS.Timeout;

  /** `pids`: of those that must run for the lease, now. */
  constructor(pids: () => readonly number[]) {
    this.#pids = pids;
    this.#timer = setInterval(() => this.sample(), SAMPLE_MS);
  }

  /** Also before a process is killed: its account goes with it. */
  sample(): void {
    let waitedMs = this.#sums.at(-1)?.waitedMs ?? 0;
    for (const pid of this.#pids()) {
      const waited = waitedOf(pid);
      if (waited === null) continue;
      waitedMs += waited - (this.#waited.get(pid) ?? 0);
      this.#waited.set(pid, waited);
    }
    this.#sums.push({ atMs: performance.now(), waitedMs });
  }

  between(fromMs: number, untilMs: number): number {
    const before = this.#sums.findLast(({ atMs }) => atMs <= fromMs)?.waitedMs ?? 0;
    const after = this.#sums.find(({ atMs }) => atMs >= untilMs) ?? this.#sums.at(-1);
    return Math.round(Math.max(0, (after?.waitedMs ?? 0) - before));
  }

  end(): void {
    clearInterval(this.#timer);
  }
}

/** Null when there is no such process (any more), or no such account here. */
function waitedOf(pid: number): number | null {
  try {
    const [, waitedNs] = readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ");
    return Number(waitedNs) / NS_PER_MS;
  } catch {
    return null;
  }
}
