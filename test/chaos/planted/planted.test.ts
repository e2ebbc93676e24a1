import { describe, expect, it } from "vitest";
import { licenceHunt } from "#test/chaos/licence.ts";
import { BUGS } from "#test/chaos/planted/bugs.ts";
import { plantEach, unplantable } from "#test/chaos/planted/planting.ts";

const SEED = Number(process.env.ARCGATE_SEED ?? Math.floor(Math.random() * 1e6));
/** All of them: `npm run chaos -- planted`. */
const EACH_TIME = 3;
const SEQUENCES = 3_000;

describe("bugs planted in what authorises", () => {
  it(`are caught by random sequences: ${EACH_TIME} of ${BUGS.length} by turns (seed ${SEED})`, { timeout: 300_000 }, () => {
    const chosen = Array.from({ length: EACH_TIME }, (_, at) => BUGS[(SEED + at * 8) % BUGS.length]).filter((bug) => bug !== undefined);
    const missed = plantEach(chosen, () => licenceHunt(SEQUENCES, SEED)).filter(({ caught }) => !caught);
    const again = `npm run chaos -- planted --sequences ${SEQUENCES} --seed ${SEED}`;
    expect(
      missed.map(({ bug, output }) => `${bug.name}: ${output.slice(-500)}`),
      again,
    ).toEqual([]);
    expect(chosen).toHaveLength(EACH_TIME);
  });

  it("are thirty at least, each in another place", () => {
    expect(unplantable(BUGS)).toEqual([]);
    expect(BUGS.length).toBeGreaterThanOrEqual(30);
    expect(new Set(BUGS.map(({ file, from }) => file + from)).size).toBe(BUGS.length);
  });
});
