/** `npm run chaos -- install`: workshops, one after another, whose installation is interrupted at random steps, until enough was interrupted. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startWorkshop } from "#simulator/workshop/workshop.ts";
import { judge } from "#test/chaos/install/judge.ts";
import { KINDS, type Kind, playRound } from "#test/chaos/install/round.ts";

const MACHINES = 6;
const PER_ROUND = 120;

export interface InterruptionSums {
  interruptions: number;
  machines: number;
  duplicateCodes: number;
  halfWritten: number;
  unfinished: number;
}

/** `say` hears of each workshop, and of everything that was wrong. */
export async function playInterruptions(interruptions: number, seed: number, say: (line: string) => void): Promise<InterruptionSums> {
  const sums: InterruptionSums = { interruptions: 0, machines: 0, duplicateCodes: 0, halfWritten: 0, unfinished: 0 };
  for (let round = 0; sums.interruptions < interruptions; round++) {
    const wanted = Math.min(PER_ROUND, interruptions - sums.interruptions);
    const { done, runs, faults } = await playWorkshop(wanted, seed + round, sums);
    for (const fault of faults) say(`${fault} (again: npm run chaos -- install --interruptions ${wanted} --seed ${seed + round})`);
    say(`seed ${seed + round}: ${KINDS.map((kind) => `${done[kind]} ${kind}`).join(", ")} in ${runs} runs; ${JSON.stringify(sums)}`);
  }
  return sums;
}

async function playWorkshop(
  interruptions: number,
  seed: number,
  sums: InterruptionSums,
): Promise<{ done: Record<Kind, number>; runs: number; faults: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), "agshop-"));
  const workshop = await startWorkshop({
    folder,
    machines: MACHINES,
    seed,
    baud: 115_200,
    paced: false,
    firmwareKilobytes: 4,
    buses: false,
    modules: false,
    perBus: 16,
  });
  try {
    const { done, runs, summary } = await playRound({ ready: workshop.ready, out: join(folder, "out"), seed, interruptions });
    const verdict = await judge(workshop.ready, summary);
    sums.machines += MACHINES;
    sums.interruptions += KINDS.reduce((sum, kind) => sum + done[kind], 0);
    for (const name of ["duplicateCodes", "halfWritten", "unfinished"] as const) sums[name] += verdict[name];
    return { done, runs, faults: verdict.faults };
  } finally {
    await workshop.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
