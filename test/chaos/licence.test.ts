import { describe, expect, it } from "vitest";
import { play } from "#test/chaos/sequence.ts";

const SEQUENCES = 20_000;
const SEED = Number(process.env.ARCGATE_SEED ?? 5_000_000);

describe("random sequences of everything that people do", () => {
  it(`energise nobody without a licence and turn no honest welder away (seed ${SEED})`, { timeout: 600_000 }, () => {
    let allowed = 0;
    for (let seed = SEED; seed < SEED + SEQUENCES; seed++) {
      const outcome = play(seed);
      const again = `npm run chaos -- licence --sequences 1 --seed ${seed}`;
      expect([outcome.unauthorised, outcome.wronglyDenied], again).toEqual([[], []]);
      allowed += outcome.allowed;
    }
    expect(allowed).toBeGreaterThan(SEQUENCES);
  });
});
