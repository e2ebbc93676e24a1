/**
 * `npm run chaos -- licence --sequences N --seed S`: random sequences against the oracle, N seeds from S on; `--first` stops at a fault.
 * `npm run chaos -- planted --sequences N --seed S`: whether that finds each planted bug. The last line is the count, as JSON.
 */
import { parseArgs } from "node:util";
import { BUGS } from "#test/chaos/planted/bugs.ts";
import { plantEach } from "#test/chaos/planted/planting.ts";
import { type Outcome, play } from "#test/chaos/sequence.ts";

const PROGRESS_EVERY = 5_000;
const SHOWN_MAX = 10;

function licence(sequences: number, seed: number, isFirstOnly: boolean): boolean {
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
  return failed === 0;
}

function show(seed: number, { taken, unauthorised, wronglyDenied }: Outcome): void {
  for (const [number, step] of taken.entries()) console.error(`${number} ${JSON.stringify(step)}`);
  console.error(JSON.stringify({ seed, unauthorised, wronglyDenied }));
  console.error(`again: npm run chaos -- licence --sequences 1 --seed ${seed}`);
}

function planted(sequences: number, seed: number): boolean {
  const results = plantEach(BUGS, sequences, seed, ({ bug, caught, output }) => {
    const why = /"(?:unauthorised|wronglyDenied)":\["([^"]*)/.exec(output)?.[1] ?? "";
    console.error(`${caught ? "caught" : "NOT CAUGHT"}: ${bug.name} (${bug.file}) ${why}`);
  });
  const caught = results.filter((result) => result.caught).length;
  console.log(JSON.stringify({ planted: results.length, caught }));
  return caught === results.length;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { sequences: { type: "string" }, seed: { type: "string", default: "1" }, first: { type: "boolean", default: false } },
});
const [what] = positionals;
const seed = Number(values.seed);
if (what === "licence") process.exitCode = licence(Number(values.sequences ?? 20_000), seed, values.first) ? 0 : 1;
else if (what === "planted") process.exitCode = planted(Number(values.sequences ?? 3_000), seed) ? 0 : 1;
else {
  console.error("usage: npm run chaos -- licence|planted [--sequences N] [--seed S] [--first]");
  process.exitCode = 2;
}
