/** The card's budget, held by what really goes into the files: a slice of the field's day, block by block, without a clock. */
import { statSync } from "node:fs";
import { expect, it } from "vitest";
import type { Journal } from "#agent/ports.ts";
import { playDay } from "#scripts/bench/pipeline/fieldDay.ts";

/** What a card's file system writes at least, wherever a byte in it changed. */
const BLOCK_BYTES = 4_096;
const POWERED_S = 8 * 3_600;
/** One period of the synthetic machine, an arc of 150 s and what lies between two; before it the machines' start. */
const PERIOD_S = 480;
const START_S = 60;

/** Blocks of the log that each durable step of the journal wrote. In the slice it only grows. */
class LogBlocks {
  blocks = 0;
  #events = 0;
  #begun = false;

  get bytesADay(): number {
    return (this.blocks * BLOCK_BYTES * POWERED_S) / PERIOD_S;
  }

  get bytesPerEvent(): number {
    return (this.blocks * BLOCK_BYTES) / this.#events;
  }

  watch(real: Journal, path: string): Journal {
    const log = `${path}-wal`;
    const counted = (write: () => void) => {
      const from = statSync(log).size;
      write();
      const to = statSync(log).size;
      if (to < from) throw new RangeError("the log was cut in the slice");
      if (to > from) this.blocks += Math.floor((to - 1) / BLOCK_BYTES) - Math.floor(from / BLOCK_BYTES) + 1;
    };
    return Object.assign(Object.create(real), {
      commit: (commit: Parameters<Journal["commit"]>[0]) => {
        this.#events += commit.events.length;
        counted(() => real.commit(commit));
      },
      // The time floor, once a minute: with the first the machines have started.
      setValue: (name: string, value: string) => {
        if (!this.#begun) {
          this.#begun = true;
          this.blocks = 0;
          this.#events = 0;
        }
        counted(() => real.setValue(name, value));
      },
      checkpoint: real.checkpoint.bind(real),
      stream: real.stream.bind(real),
      acknowledge: real.acknowledge.bind(real),
      forget: real.forget.bind(real),
      sizeState: real.sizeState.bind(real),
      close: real.close.bind(real),
    });
  }
}

// Beside the log each page that changed goes to its place, once for each 6 MB of it: the bench measures both.
it.each([
  { machines: 1, budgetMb: 50, bytesPerEvent: 15_000 },
  { machines: 32, budgetMb: 300, bytesPerEvent: 7_000 },
])("writes the log of $machines machines within three quarters of the card's budget", async ({ machines, budgetMb, bytesPerEvent }) => {
  const counted = new LogBlocks();
  await playDay(machines, (START_S + PERIOD_S) / 3_600, (journal, path) => counted.watch(journal, path));
  expect(counted.bytesADay / 1e6).toBeLessThan(0.75 * budgetMb);
  expect(counted.bytesPerEvent).toBeLessThan(bytesPerEvent);
});
