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

const USAGE = `npm run chaos -- licence|planted [--sequences N] [--seed S] [--first]

licence  N random sequences (20000), from seed S (1) on, against the oracle of who may weld; --first stops at the first fault
planted  plants each known bug and plays up to N sequences (3000) until one finds it

The last line is the count, as JSON. Exit code: 0 nothing wrong, 1 something is, 2 usage.`;

function asked(argv: string[]): (() => boolean) | "help" {
  const { values, positionals } = parseArgs({
    ...{ args: argv, allowPositionals: true },
    options: {
      ...{ sequences: { type: "string" }, seed: { type: "string", default: "1" } },
      ...{ first: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
    },
  });
  if (values.help) return "help";
  const seed = wholeNumber("seed", values.seed);
  const sequences = values.sequences === undefined ? null : wholeNumber("sequences", values.sequences);
  const what = positionals.join(" ");
  if (what === "licence") return () => licence(sequences ?? 20_000, seed, values.first);
  if (what === "planted") return () => planted(sequences ?? 3_000, seed);
  throw new TypeError(what === "" ? "licence or planted?" : `not understood: ${what}`);
}

/** No sequences at all would find nothing wrong. */
function wholeNumber(name: string, value: string): number {
  if (!/^[1-9][0-9]{0,14}$/.test(value)) throw new TypeError(`--${name} is a whole number from 1 on, not ${value}`);
  return Number(value);
}

/** What was asked, or null when it was not understood; only that is told as such. */
function understood(argv: string[]): ReturnType<typeof asked> | null {
  try {
    return asked(argv);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(`${error.message}\n\n${USAGE}`);
    return null;
  }
}

const task = understood(process.argv.slice(2));
if (task === "help") console.log(USAGE);
else if (task === null) process.exitCode = 2;
else process.exitCode = task() ? 0 : 1;
