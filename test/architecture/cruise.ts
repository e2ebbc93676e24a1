import { execFileSync } from "node:child_process";
import { join } from "node:path";

export interface Violation {
  rule: string;
  from: string;
  to: string;
}

export interface Cruise {
  modules: string[];
  violations: Violation[];
}

interface CruiserOutput {
  modules: { source: string }[];
  summary: { totalCruised: number; violations: { rule: { name: string }; from: string; to: string }[] };
}

/** Runs dependency-cruiser with the repository's rules over the five top folders below `root`. */
export function cruise(root: string): Cruise {
  const cli = join(process.cwd(), "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
  const folders = ["agent", "protocol", "simulator", "scripts", "test"];
  // The json reporter always exits with 0: what it found is in its output.
  const json = execFileSync(process.execPath, [cli, "--config", ".dependency-cruiser.cjs", "--output-type", "json", ...folders], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const { modules, summary }: CruiserOutput = JSON.parse(json);
  if (summary.totalCruised === 0) throw new Error("nothing was cruised: is `typescript` still version 6?");
  return {
    modules: modules.map(({ source }) => source).filter((source) => !source.includes("node_modules")),
    violations: summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  };
}
