import { expect, it } from "vitest";
import { SYNC_LIMITS } from "#agent/core/sync/syncState.ts";
import { SyncModel, type Weather } from "#test/sync/model.ts";

const FAIR: Weather = { lost: 0, doubled: 0, delayMaxMs: 0, breakEveryMs: 1e9 };
const ROUGH: Weather = { lost: 0.05, doubled: 0.1, delayMaxMs: 400, breakEveryMs: 60_000 };
const FOUL: Weather = { lost: 0.25, doubled: 0.2, delayMaxMs: 3_000, breakEveryMs: 15_000 };
const MINUTE = 60_000;

function numbersUpTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

it.each([
  ["fair", FAIR, 10, 1.01],
  ["rough", ROUGH, 40, 4],
  ["foul", FOUL, 25, 12],
] as const)("delivers everything once and in order, bounded, in %s weather", (_name, weather, seeds, costliest) => {
  for (let seed = 1; seed <= seeds; seed++) {
    const model = new SyncModel(seed, weather);
    model.run(2 * MINUTE, 120 * MINUTE);
    for (const stored of model.stored) expect(stored, `seed ${seed}`).toEqual(numbersUpTo(stored.length));
    expect(model.stored.flat(), `seed ${seed}`).toHaveLength(model.eventsMade);
    expect(model.mostInFlight, `seed ${seed}`).toBeLessThanOrEqual(SYNC_LIMITS.windowBatches);
    expect(model.eventsSent / model.eventsMade, `seed ${seed}`).toBeLessThan(costliest);
  }
});

it("fills a platform up again that was restored from a backup", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const model = new SyncModel(seed, ROUGH);
    model.restorePlatformAt(MINUTE, 400);
    model.run(2 * MINUTE, 120 * MINUTE);
    for (const stored of model.stored) expect(stored, `seed ${seed}`).toEqual(numbersUpTo(stored.length));
  }
});
