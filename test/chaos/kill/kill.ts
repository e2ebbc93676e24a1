/** `npm run chaos -- kill`: rounds of faults on stages of real processes, several at once. */
import { build } from "#scripts/build.ts";
import { type Counts, noCounts } from "#test/chaos/kill/judge/counts.ts";
import { type Played, playRound } from "#test/chaos/kill/round.ts";
import { whyNoSmallDisk } from "#test/chaos/kill/smallDisk.ts";

const FAULTS_PER_ROUND = 50;
const ENDINGS = ["SIGINT", "SIGTERM"] as const;

export interface Sums extends Counts {
  kills: number;
}

export interface KillOptions {
  kills: number;
  seed: number;
  /** Stages at once, and machines of each. */
  stages?: number;
  machines?: number;
  isHurried?: boolean;
  /** The agent's single file; made anew unless given. */
  agentScript?: string;
}

export interface KillResult {
  sums: Sums;
  /** Nothing at all was wrong. */
  isClean: boolean;
}

/** Plays at least `kills` faults; `say` hears of each round and of everything that was wrong. */
export async function playKills(options: KillOptions, say: (line: string) => void): Promise<KillResult> {
  const { kills, seed, stages = 3, machines = 4, isHurried = false } = options;
  const why = whyNoSmallDisk();
  if (why !== null) say(`SKIPPED, no disk is filled: ${why}`);
  const agentScript = options.agentScript ?? (await build());
  const sums: Sums = { kills: 0, ...noCounts() };
  const rounds = Math.ceil(kills / Math.min(FAULTS_PER_ROUND, Math.ceil(kills / stages)));
  const faultsOf = (round: number) => Math.floor(kills / rounds) + (round < kills % rounds ? 1 : 0);
  let next = 0;
  let isClean = true;
  const playOn = async () => {
    while (next < rounds) {
      const round = next++;
      const roundSeed = seed + round;
      const played = await playRound({ seed: roundSeed, faults: faultsOf(round), machines, isHurried, agentScript });
      for (const name of Object.keys(played.counts) as (keyof Counts)[]) sums[name] += played.counts[name];
      sums.kills += played.kills;
      isClean &&= played.faults.length === 0;
      for (const fault of played.faults) say(`${fault} (again: npm run chaos -- kill --kills ${faultsOf(round)} --seed ${roundSeed})`);
      say(told(roundSeed, played, sums));
    }
  };
  for (const signal of ENDINGS) process.once(signal, endAtOnce);
  await Promise.all(Array.from({ length: stages }, playOn));
  for (const signal of ENDINGS) process.removeListener(signal, endAtOnce);
  return { sums, isClean };
}

/** In order, so that whatever was started or mounted is ended and unmounted on the way. */
function endAtOnce(): void {
  process.exit(1);
}

function told(seed: number, { done, kills, arcs, sessions, excused }: Played, sums: Sums): string {
  const kinds = [...done].map(([name, count]) => `${count} ${name}`).join(", ");
  const stalled = excused > 0 ? `, ${excused} openings excused: the computer stood still` : "";
  return `seed ${seed}: ${kills} faults (${kinds}) on ${arcs} arcs of ${sessions} sessions${stalled}; ${sums.kills} faults in all`;
}
