/** Plants one bug at a time in a copy of the sources, and sees whether the sequences find it. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TemporaryCopy } from "#test/architecture/temporaryCopy.ts";
import type { Bug } from "#test/chaos/planted/bugs.ts";

export interface Planted {
  bug: Bug;
  caught: boolean;
  /** What the sequences said. */
  output: string;
}

/** Every bug is given so many sequences, and is caught by the first that fails. */
export function plantEach(
  bugs: readonly Bug[],
  sequences: number,
  seed: number,
  done: (planted: Planted) => void = () => undefined,
): Planted[] {
  const copy = new TemporaryCopy();
  try {
    return bugs.map((bug) => {
      const planted = plant(copy.root, bug, sequences, seed);
      done(planted);
      return planted;
    });
  } finally {
    copy.remove();
  }
}

function plant(root: string, bug: Bug, sequences: number, seed: number): Planted {
  const file = join(root, bug.file);
  const sound = readFileSync(file, "utf8");
  if (sound.split(bug.from).length !== 2) throw new Error(`"${bug.from}" is not once in ${bug.file}`);
  writeFileSync(
    file,
    sound.replace(bug.from, () => bug.to),
  );
  try {
    const line = ["--import", "tsx", "test/chaos/main.ts", "licence", "--first", "--sequences", `${sequences}`, "--seed", `${seed}`];
    const { status, stdout, stderr } = spawnSync(process.execPath, line, { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
    // A copy that does not run has caught nothing.
    const counts = /"unauthorised":(\d+),"wronglyDenied":(\d+)/.exec(stdout);
    return { bug, caught: status === 1 && counts !== null, output: `${stderr}\n${stdout}` };
  } finally {
    writeFileSync(file, sound);
  }
}
