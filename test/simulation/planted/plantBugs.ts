/** Bugs as somebody might write them into the runtime and the core, and the hunt that must find each of them. */
import { type Hunt, plantEach } from "#test/chaos/planted/planting.ts";
import { BUGS } from "#test/simulation/planted/bugs.ts";

/** So many seeds, to the first with a violation. */
export function simulationHunt(seeds: number, from: number): Hunt {
  const line = ["--import", "tsx", "test/simulation/main.ts", "--first", "--jobs", "1", "--seeds", `${seeds}`, "--from", `${from}`];
  return { line, ran: /"violations":1,/ };
}

/** Exit code 1 when a bug was not found. */
export function plantBugs(seeds: number, from: number): number {
  const results = plantEach(
    BUGS,
    () => simulationHunt(seeds, from),
    ({ bug, caught, output }) => {
      console.error(`${caught ? "caught" : "NOT CAUGHT"}: ${bug.name} (${bug.file}) ${/seed .*/.exec(output)?.[0] ?? output.slice(-500)}`);
    },
  );
  const caught = results.filter((result) => result.caught).length;
  console.log(JSON.stringify({ planted: results.length, caught }));
  return caught === results.length ? 0 : 1;
}
