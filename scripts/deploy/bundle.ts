/** The files that run on a module, each alone but for the packages with machine code. */
import { basename } from "node:path";
import { BUNDLE, built, bundled, LAUNCHER } from "#scripts/build.ts";

export interface Bundles {
  /** Paths of the files. */
  readonly files: readonly string[];
  /** Of every file that went into them. */
  readonly modules: readonly string[];
}

const ENTRIES: readonly (readonly [entry: string, target: string])[] = [
  ["agent/main.ts", BUNDLE],
  ["agent/launch.ts", LAUNCHER],
  ["scripts/install/main.ts", built("arcgate-install.mjs")],
];

/** Makes the agent, its launcher, and the installer's tool; `say` hears of each. */
export async function bundle(say: (line: string) => void): Promise<Bundles> {
  const modules: string[] = [];
  for (const [entry, target] of ENTRIES) {
    modules.push(...(await bundled(entry, target)));
    say(`${entry} → ${basename(target)}`);
  }
  return { files: ENTRIES.map(([, target]) => target), modules };
}
