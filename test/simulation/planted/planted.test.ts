import { describe, expect, it } from "vitest";
import { plantEach } from "#test/chaos/planted/planting.ts";
import { BUGS } from "#test/simulation/planted/bugs.ts";
import { simulationHunt } from "#test/simulation/planted/plantBugs.ts";

const SEEDS = 1_000;

describe("bugs planted in runtime, interlock and sync", () => {
  it("are each caught by the simulation", { timeout: 600_000 }, () => {
    const missed = plantEach(BUGS, simulationHunt(SEEDS, 1)).filter(({ caught }) => !caught);
    expect(missed.map(({ bug, output }) => `${bug.name}: ${output.slice(-500)}`)).toEqual([]);
    expect(BUGS.length).toBeGreaterThanOrEqual(10);
  });
});
