/** `npm run check [-- --no-tests]`: everything that must hold before a commit, one step after another; it stops at the first that fails. */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

interface Step {
  name: string;
  /** Run with Node: the path of a tool's script and its arguments. */
  command: readonly [string, ...string[]];
}

const STEPS: readonly Step[] = [
  { name: "format and lint (biome)", command: ["node_modules/@biomejs/biome/bin/biome", "ci", "--error-on-warnings"] },
  { name: "lint (oxlint, type-aware)", command: ["node_modules/oxlint/bin/oxlint", "--type-aware", "--deny-warnings"] },
  { name: "types (tsc)", command: ["node_modules/.bin/tsc", "-p", "."] },
  {
    name: "import rules (dependency-cruiser)",
    command: [
      ...(["node_modules/dependency-cruiser/bin/dependency-cruise.mjs", "--config", ".dependency-cruiser.cjs"] as const),
      ...["agent", "protocol", "simulator", "scripts", "test"],
    ],
  },
  { name: "unused code (knip)", command: ["node_modules/knip/bin/knip.js"] },
  { name: "specification is fresh", command: ["--import", "tsx", "scripts/spec.ts", "--check"] },
];

const TESTS: readonly Step[] = [
  { name: "Debian packages", command: ["--import", "tsx", "scripts/debianPackages.ts"] },
  { name: "tests (vitest)", command: ["node_modules/vitest/vitest.mjs", "run", "--config", "test/vitest.config.ts", "--root", "."] },
];

const { values } = parseArgs({ options: { "no-tests": { type: "boolean", default: false } } });

for (const step of values["no-tests"] ? STEPS : [...STEPS, ...TESTS]) {
  if (run(step)) continue;
  process.exitCode = 1;
  break;
}

function run({ name, command }: Step): boolean {
  console.log(`\n── ${name}`);
  const startedMs = performance.now();
  const { status, error } = spawnSync(process.execPath, command, { stdio: "inherit" });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  const passed = status === 0;
  console.log(`── ${name}: ${passed ? "passed" : `FAILED${error ? ` (${error.message})` : ""}`} in ${seconds} s`);
  return passed;
}
