/** `npm run simulate -- …`: the whole agent in virtual time, one seed after another. The last line is the count, as JSON; see `USAGE`. */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { answer, type Task, wholeNumber } from "#test/commandLine.ts";
import { plantBugs } from "#test/simulation/planted/plantBugs.ts";
import { play } from "#test/simulation/run.ts";
import { playSeeds, serveSeeds } from "#test/simulation/seeds.ts";

const USAGE = `npm run simulate -- [--seeds N] [--from S] [--jobs J] [--first] [--planted | --trace]

Plays N seeds (1000) from seed S (1) on, by J processes (one for each core). One seed is one run: a machine, a welder, the agent, a broker and
a platform for some virtual minutes, with faults. --first stops at the first violation. --trace plays seed S alone, and prints all that happens and
its digest. --planted plants each known bug in a copy, and plays up to N seeds until one finds it.

The last line is the count, as JSON. Exit code: 0 nothing wrong, 1 something is, 2 usage.`;

function asked(argv: string[]): Task | "help" {
  const { values } = parseArgs({
    args: argv,
    options: {
      ...{ seeds: { type: "string", default: "1000" }, from: { type: "string", default: "1" }, jobs: { type: "string" } },
      ...{ first: { type: "boolean" }, planted: { type: "boolean" }, trace: { type: "boolean" }, help: { type: "boolean" } },
    },
  });
  if (values.help) return "help";
  const seeds = wholeNumber("seeds", values.seeds);
  const from = wholeNumber("from", values.from);
  const jobs = values.jobs === undefined ? availableParallelism() : wholeNumber("jobs", values.jobs);
  if (values.planted && values.trace) throw new TypeError("--planted or --trace?");
  if (values.planted) return () => plantBugs(seeds, from);
  if (values.trace) return () => trace(from);
  return () => playSeeds({ seeds, from, jobs, isFirstOnly: values.first ?? false });
}

async function trace(seed: number): Promise<number> {
  const { lines, digest, violations, virtualMs } = await play(seed);
  for (const line of lines) console.log(line);
  console.log(JSON.stringify({ seed, digest, violations, virtualMs }));
  return violations.length === 0 ? 0 : 1;
}

if (process.send) serveSeeds();
else await answer(process.argv.slice(2), USAGE, asked);
