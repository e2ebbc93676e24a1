import { expect, it } from "vitest";
import { playKills } from "#test/chaos/kill/kill.ts";

const KILLS = 12;
const SEED = Number(process.env.ARCGATE_SEED ?? 1);

it(`kills and other faults lose nothing, repeat nothing, drop no arc and split no session (seed ${SEED})`, {
  timeout: 300_000,
}, async () => {
  const said: string[] = [];
  const { sums, isClean } = await playKills({ kills: KILLS, seed: SEED, machines: 2, isHurried: true }, (line) => said.push(line));
  expect([isClean, sums], said.join("\n")).toMatchObject([true, { lost: 0, duplicate: 0, arcsDropped: 0, lateOpens: 0, sessionsSplit: 0 }]);
  expect(sums.kills).toBeGreaterThanOrEqual(KILLS);
});
