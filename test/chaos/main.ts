/** `npm run chaos -- …`: what is done to the machine by people, by power and by chance. The last line is the count, as JSON; see `USAGE`. */
import { parseArgs } from "node:util";
import { playDeploy } from "#test/chaos/deploy/deploy.ts";
import { whyNoModule } from "#test/chaos/deploy/module.ts";
import { playKills } from "#test/chaos/kill/kill.ts";
import { playLabels } from "#test/chaos/labels/labels.ts";
import { plantBugs, playLicences } from "#test/chaos/licence.ts";
import { whyNoDisk } from "#test/chaos/powercut/disks.ts";
import { playPowercuts } from "#test/chaos/powercut/powercut.ts";
import { answer, type Task, wholeNumber } from "#test/commandLine.ts";

const USAGE = `npm run chaos -- licence|planted|powercut|kill|labels|deploy [--seed S] …

licence   [--sequences N] [--first]  N random sequences (20000), from seed S (1) on, against the oracle of who may weld; --first stops at the first fault
planted   [--sequences N]            plants each known bug and plays up to N sequences (3000) until one finds it
powercut  [--cuts N]                 cuts the power of a disk N times (500) while the journal commits to it; as root
kill      [--kills N]                plays N faults (1000): agent and broker killed, the agent stopped, lines cut, disks filled, while welders weld
labels    [--codes N]              prints N labels (1000), damages their pictures in each way, and has zbar and ZXing read them
deploy                             the package on a clean Debian under its own systemd: installed, killed, hung, upgraded in mid-arc, purged; as root

The last line is the count, as JSON. Exit code: 0 nothing wrong, 1 something is, 2 usage, 3 cannot be done here.`;

function asked(argv: string[]): Task | "help" {
  const { values, positionals } = parseArgs({
    ...{ args: argv, allowPositionals: true },
    options: {
      ...{ sequences: { type: "string" }, cuts: { type: "string" }, kills: { type: "string" }, codes: { type: "string" } },
      ...{ seed: { type: "string", default: "1" } },
      ...{ first: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
    },
  });
  if (values.help) return "help";
  const seed = wholeNumber("seed", values.seed);
  const sequences = values.sequences === undefined ? null : wholeNumber("sequences", values.sequences);
  const cuts = values.cuts === undefined ? null : wholeNumber("cuts", values.cuts);
  const kills = values.kills === undefined ? null : wholeNumber("kills", values.kills);
  const codes = values.codes === undefined ? null : wholeNumber("codes", values.codes);
  const what = positionals.join(" ");
  if (what === "licence") return () => playLicences(sequences ?? 20_000, seed, values.first);
  if (what === "planted") return () => plantBugs(sequences ?? 3_000, seed);
  if (what === "powercut") return () => powercut(cuts ?? 500, seed);
  if (what === "kill") return () => kill(kills ?? 1_000, seed);
  if (what === "labels") return () => labels(codes ?? 1_000, seed);
  if (what === "deploy") return deploy;
  throw new TypeError(what === "" ? "licence, planted, powercut, kill, labels or deploy?" : `not understood: ${what}`);
}

async function powercut(cuts: number, seed: number): Promise<number> {
  const why = whyNoDisk();
  if (why !== null) {
    console.error(`SKIPPED, nothing was tried: ${why}`);
    return 3;
  }
  const sums = await playPowercuts(cuts, seed, (line) => console.error(line));
  console.log(JSON.stringify(sums));
  return sums.lost + sums.corrupt + sums.duplicate === 0 ? 0 : 1;
}

async function kill(kills: number, seed: number): Promise<number> {
  const { sums, isClean } = await playKills({ kills, seed }, (line) => console.error(line));
  console.log(JSON.stringify(sums));
  return isClean ? 0 : 1;
}

async function labels(codes: number, seed: number): Promise<number> {
  const sums = await playLabels(codes, seed, (line) => console.error(line));
  console.log(JSON.stringify(sums));
  const { zbar, zxing } = sums.decoded;
  // What damage leaves readable is a measure; a clean label that is not read, or any that is read wrongly, is a fault.
  return sums.misread === 0 && zbar.plain === codes && zxing.plain === codes ? 0 : 1;
}

async function deploy(): Promise<number> {
  const why = whyNoModule();
  if (why !== null) {
    console.error(`SKIPPED, nothing was tried: ${why}`);
    return 3;
  }
  try {
    console.log(JSON.stringify(await playDeploy((line) => console.error(line))));
    return 0;
  } catch (error) {
    console.error(error);
    console.log(JSON.stringify({ failed: error instanceof Error ? error.message : String(error) }));
    return 1;
  }
}

await answer(process.argv.slice(2), USAGE, asked);
