/** Random sequences against the oracle, and the planted bugs that they must find: what `npm run chaos` says of them. */
import { BUGS } from "#test/chaos/planted/bugs.ts";
import { type Hunt, plantEach } from "#test/chaos/planted/planting.ts";
import { type Outcome, play } from "#test/chaos/sequence.ts";

const PROGRESS_EVERY = 5_000;
const SHOWN_MAX = 10;

/** Exit code 1 when a sequence failed. */
export function playLicences(sequences: number, seed: number, isFirstOnly: boolean): number {
  const sums = { sequences: 0, steps: 0, unauthorised: 0, wronglyDenied: 0 };
  let failed = 0;
  while (sums.sequences < sequences && !(isFirstOnly && failed > 0)) {
    const played = seed + sums.sequences;
    const outcome = play(played);
    sums.sequences += 1;
    sums.steps += outcome.taken.length;
    sums.unauthorised += outcome.unauthorised.length;
    sums.wronglyDenied += outcome.wronglyDenied.length;
    if (outcome.unauthorised.length + outcome.wronglyDenied.length > 0 && ++failed <= SHOWN_MAX) show(played, outcome);
    if (sums.sequences % PROGRESS_EVERY === 0) console.error(`${sums.sequences} sequences, ${sums.steps} steps`);
  }
  console.log(JSON.stringify(sums));
  return failed === 0 ? 0 : 1;
}

function show(seed: number, { taken, unauthorised, wronglyDenied }: Outcome): void {
  for (const [number, step] of taken.entries()) console.error(`${number} ${JSON.stringify(step)}`);
  console.error(JSON.stringify({ seed, unauthorised, wronglyDenied }));
  console.error(`again: npm run chaos -- licence --sequences 1 --seed ${seed}`);
}

/** So many sequences, to the first that fails. */
export function licenceHunt(sequences: number, seed: number): Hunt {
  const line = ["--import", "tsx", "test/chaos/main.ts", "licence", "--first", "--sequences", `${sequences}`, "--seed", `${seed}`];
  return { line, ran: /"unauthorised":(\d+),"wronglyDenied":(\d+)/ };
}

/** Exit code 1 when a bug was not found. */
export function plantBugs(sequences: number, seed: number): number {
  const results = plantEach(
    BUGS,
    () => licenceHunt(sequences, seed),
    ({ bug, caught, output }) => {
      const why = /"(?:unauthorised|wronglyDenied)":\["([^"]*)/.exec(output)?.[1] ?? "";
      console.error(`${caught ? "caught" : "NOT CAUGHT"}: ${bug.name} (${bug.file}) ${why}`);
    },
  );
  const caught = results.filter((result) => result.caught).length;
  console.log(JSON.stringify({ planted: results.length, caught }));
  return caught === results.length ? 0 : 1;
}
