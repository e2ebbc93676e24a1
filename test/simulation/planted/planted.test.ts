import { describe, expect, it } from "vitest";
import { plantEach, unplantable } from "#test/chaos/planted/planting.ts";
import { BUGS } from "#test/simulation/planted/bugs.ts";
import { simulationHunt } from "#test/simulation/planted/plantBugs.ts";

/** All of them: `npm run simulate -- --planted`. */
const EACH_TIME = 4;
const TURN = Number(process.env.ARCGATE_SEED ?? Math.floor(Math.random() * 1e6));
/** From the one that is known to find it: a change elsewhere may move what its draws come to. */
const SEEDS = 1_000;

describe("bugs planted in runtime, interlock and sync", () => {
  it(`are caught by the simulation: ${EACH_TIME} of ${BUGS.length} by turns (turn ${TURN})`, { timeout: 600_000 }, () => {
    const chosen = Array.from({ length: EACH_TIME }, (_, at) => BUGS[(TURN + at * 4) % BUGS.length]).filter((bug) => bug !== undefined);
    const missed = plantEach(chosen, ({ caughtBy }) => simulationHunt(SEEDS, caughtBy)).filter(({ caught }) => !caught);
    expect(missed.map(({ bug, output }) => `${bug.name}: ${output.slice(-500)}`)).toEqual([]);
  });

  it("are ten at least, each in another place", () => {
    expect(unplantable(BUGS)).toEqual([]);
    expect(BUGS.length).toBeGreaterThanOrEqual(10);
    expect(new Set(BUGS.map(({ file, from }) => file + from)).size).toBe(BUGS.length);
  });
});
