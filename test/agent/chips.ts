/** Chips of a stage that lose their power: another process over the same memory. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FramFile } from "#simulator/chip/machine/memory.ts";
import { readiness, startNode } from "#simulator/stage/processes.ts";
import type { Bench } from "#test/agent/bench.ts";

const SIMULATOR = fileURLToPath(new URL("../../simulator/main.ts", import.meta.url));

/** Of a bus with one machine. The stage does not know the new process: who restarts a chip stops it. */
export async function restartChip(bench: Bench, index: number, meanwhile: (state: string) => void = () => undefined): Promise<void> {
  const bus = bench.stage.buses[index];
  if (!bus) throw new RangeError(`no bus ${index}`);
  await bus.chip.stop("SIGKILL");
  const state = join(bench.stage.folder, `chip${index}`);
  mkdirSync(state, { recursive: true });
  meanwhile(state);
  const argv = ["chip", "--tty", bus.tty, "--model", "ZX7-400", "--device", bench.device(index), "--address", "1", "--state", state];
  bus.chip = startNode(`chip${index}-again`, SIMULATOR, argv, bench.stage.folder);
  await readiness(bus.chip, '{"ready"');
}

/** As if so many starts were all that is left. */
export function leaveStarts(state: string, name: string, startsLeft: number): void {
  const fram = new FramFile(state, name);
  const memory = fram.load();
  if (!memory) throw new RangeError(`${name} was never written`);
  fram.store({ ...memory, vault: { ...memory.vault, startsLeft } });
  fram.close();
}
