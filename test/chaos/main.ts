/** `npm run chaos -- licence --sequences N --seed S`: random sequences against the oracle. The last line is the count, as JSON. */
import { parseArgs } from "node:util";
import { play } from "#test/chaos/sequence.ts";

const PROGRESS_EVERY = 5_000;
const SHOWN_MAX = 10;

function licence(sequences: number, seed: number): void {
  const sums = { sequences, steps: 0, unauthorised: 0, wronglyDenied: 0 };
  let shown = 0;
  for (let at = 0; at < sequences; at++) {
    const outcome = play(seed + at);
    sums.steps += outcome.steps;
    sums.unauthorised += outcome.unauthorised.length;
    sums.wronglyDenied += outcome.wronglyDenied.length;
    if (outcome.unauthorised.length + outcome.wronglyDenied.length > 0 && ++shown <= SHOWN_MAX) {
      console.error(JSON.stringify({ seed: seed + at, unauthorised: outcome.unauthorised, wronglyDenied: outcome.wronglyDenied }));
      console.error(outcome.taken.map((step, number) => `${number} ${JSON.stringify(step)}`).join("\n"));
      console.error(`again: npm run chaos -- licence --sequences 1 --seed ${seed + at}`);
    }
    if ((at + 1) % PROGRESS_EVERY === 0) console.error(`${at + 1} sequences, ${sums.steps} steps`);
  }
  console.log(JSON.stringify(sums));
  process.exitCode = sums.unauthorised + sums.wronglyDenied === 0 ? 0 : 1;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { sequences: { type: "string", default: "20000" }, seed: { type: "string", default: "1" } },
});
const [what] = positionals;
if (what === "licence") licence(Number(values.sequences), Number(values.seed));
else {
  console.error("usage: npm run chaos -- licence [--sequences N] [--seed S]");
  process.exitCode = 2;
}
