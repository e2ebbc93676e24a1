/** Checkpoints are kept as a base and what the newest differs in: whatever comes, the newest is what is read. */
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Journal } from "#agent/ports.ts";
import { MACHINE, OTHER_MACHINE } from "#test/journal/fixtures.ts";
import { sqliteStore } from "#test/journal/sqliteStore.ts";
import { seededRandom } from "#test/list/fixtures.ts";

let store: ReturnType<typeof sqliteStore>;
let journal: Journal;

beforeEach(() => {
  store = sqliteStore();
  journal = store.open({ initialEpoch: 1 });
});

afterEach(() => {
  journal.close();
  store.destroy();
});

const keep = (device: string, state: unknown) => journal.commit({ events: [], checkpoints: [{ device, state }] });

/** A state of some kilobytes of which a few values change each time. */
function* states(seed: number): Generator<number[]> {
  const random = seededRandom(seed);
  const values = Array.from({ length: 600 }, () => Math.floor(random() * 1e9));
  for (;;) {
    for (let changes = 0; changes < 8; changes++) values[Math.floor(random() * values.length)] = random();
    yield [...values];
  }
}

describe("checkpoints", () => {
  it.each([1, 2, 3])("are read back as they were given, over restarts and however much changes (seed %i)", (seed) => {
    const random = seededRandom(seed);
    const next = { [MACHINE]: states(seed), [OTHER_MACHINE]: states(seed + 100) };
    const last: Record<string, unknown> = {};
    for (let turn = 0; turn < 120; turn++) {
      const device = random() < 0.7 ? MACHINE : OTHER_MACHINE;
      const chance = random();
      const state = chance < 0.05 ? { short: turn } : chance < 0.1 ? `焊缝 ${"x".repeat(turn * 50)}` : next[device]?.next().value;
      keep(device, state);
      last[device] = state;
      if (random() < 0.1) {
        journal.close();
        journal = store.open({ initialEpoch: 1 });
      }
      for (const [of, expected] of Object.entries(last)) expect(journal.checkpoint(of)).toEqual(expected);
    }
  });

  it("cost a fraction of themselves when little changes", () => {
    const source = states(7);
    keep(MACHINE, source.next().value);
    for (let turn = 0; turn < 10; turn++) keep(MACHINE, source.next().value);
    const database = new Database(store.path, { readonly: true });
    const bytes = "SELECT length(state) AS whole, length(change) AS change FROM checkpoint JOIN checkpoint_change USING (device)";
    const { whole, change } = database.prepare<[], { whole: number; change: number }>(bytes).get() ?? { whole: 0, change: 0 };
    database.close();
    expect(change).toBeGreaterThan(0);
    expect(change).toBeLessThan(whole / 3);
  });

  it("are the later of two that one commit has of a machine", () => {
    const source = states(9);
    const [first, second, third] = [source.next().value, source.next().value, source.next().value];
    keep(MACHINE, first);
    journal.commit({
      events: [],
      checkpoints: [
        { device: MACHINE, state: [...(third ?? []), ...(third ?? [])] },
        { device: MACHINE, state: second },
      ],
    });
    expect(journal.checkpoint(MACHINE)).toEqual(second);
    keep(MACHINE, third);
    expect(journal.checkpoint(MACHINE)).toEqual(third);
  });
});
