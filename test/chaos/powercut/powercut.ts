/** `npm run chaos -- powercut`: rounds of cuts, each with a disk, a journal and a platform of its own; every fifth on a disk that loses its cache. */
import { type CutDisk, ShutdownDisk, VolatileDisk } from "#test/chaos/powercut/disks.ts";
import { Round, type Sums } from "#test/chaos/powercut/round.ts";
import { seededRandom } from "#test/list/fixtures.ts";

const CUTS_PER_ROUND = 50;

/** Plays `cuts` cuts; `say` hears of each round and of every fault. */
export async function playPowercuts(cuts: number, seed: number, say: (line: string) => void): Promise<Sums> {
  const sums: Sums = { cuts: 0, acknowledged: 0, lost: 0, corrupt: 0, duplicate: 0 };
  const hasVolatile = VolatileDisk.isHere();
  if (!hasVolatile) say("no disk with a volatile cache here (nbdkit, nbdfuse, /dev/fuse): every cut is one of the file system");
  for (let round = 0; sums.cuts < cuts; round++) {
    const isVolatile = hasVolatile && round % 5 === 1;
    const roundSeed = seed + round;
    const played = await playRound(await diskOf(isVolatile), roundSeed, Math.min(CUTS_PER_ROUND, cuts - sums.cuts));
    for (const name of Object.keys(sums) as (keyof Sums)[]) sums[name] += played.sums[name];
    for (const fault of played.faults) say(`${fault} (again: npm run chaos -- powercut --cuts ${CUTS_PER_ROUND} --seed ${roundSeed})`);
    if (played.faults.length > 0 && played.sums.cuts === 0) throw new Error("nothing could be cut");
    say(`${sums.cuts} cuts, ${sums.acknowledged} rows acknowledged${isVolatile ? ", the last on a volatile disk" : ""}`);
  }
  return sums;
}

async function playRound(disk: CutDisk, seed: number, cuts: number): Promise<Round> {
  const round = new Round(disk, seededRandom(seed));
  try {
    await round.play(cuts);
  } finally {
    await disk.remove();
  }
  return round;
}

async function diskOf(isVolatile: boolean): Promise<CutDisk> {
  return isVolatile ? await VolatileDisk.made() : new ShutdownDisk();
}
