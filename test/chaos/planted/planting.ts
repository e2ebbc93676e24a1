/** Plants one bug at a time in a copy of the sources, and sees whether a hunt for faults finds it. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TemporaryCopy } from "#test/architecture/temporaryCopy.ts";
import type { Bug } from "#test/chaos/planted/bugs.ts";

export interface Planted {
  bug: Bug;
  caught: boolean;
  /** What the hunt said. */
  output: string;
}

/** What is run in the copy, to its first fault: the arguments for node, and what it says at its end if it ran at all. */
export interface Hunt {
  line: readonly string[];
  ran: RegExp;
}

/** A bug is caught when the hunt ran, and found something. */
export function plantEach<B extends Bug>(
  bugs: readonly B[],
  huntFor: (bug: B) => Hunt,
  done: (planted: Planted) => void = () => undefined,
): Planted[] {
  const copy = new TemporaryCopy();
  try {
    return bugs.map((bug) => {
      const planted = plant(copy.root, bug, huntFor(bug));
      done(planted);
      return planted;
    });
  } finally {
    copy.remove();
  }
}

/** Bugs whose text is not once in the source any more: they plant nothing. */
export function unplantable(bugs: readonly Bug[]): string[] {
  return bugs.filter(({ file, from }) => readFileSync(file, "utf8").split(from).length !== 2).map(({ name, file }) => `${name}: ${file}`);
}

function plant(root: string, bug: Bug, { line, ran }: Hunt): Planted {
  const file = join(root, bug.file);
  const sound = readFileSync(file, "utf8");
  if (sound.split(bug.from).length !== 2) throw new Error(`"${bug.from}" is not once in ${bug.file}`);
  writeFileSync(
    file,
    sound.replace(bug.from, () => bug.to),
  );
  try {
    const { status, stdout, stderr } = spawnSync(process.execPath, [...line], { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
    // A copy that does not run has caught nothing.
    return { bug, caught: status === 1 && ran.test(stdout), output: `${stderr}\n${stdout}` };
  } finally {
    writeFileSync(file, sound);
  }
}
