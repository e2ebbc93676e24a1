import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TemporaryCopy } from "#test/architecture/temporaryCopy.ts";

interface Finding {
  code: string;
  filename: string;
}

/** Ways to the world that a decision must not take. */
const IMPURE: readonly [string, string][] = [
  ["Date", "export const now = () => Date.now();"],
  ["NewDate", "export const now = () => new Date();"],
  ["Performance", "export const now = () => performance.now();"],
  ["Random", "export const chance = () => Math.random();"],
  ["Timeout", "export const later = (work: () => void) => setTimeout(work, 1);"],
  ["Interval", "export const often = (work: () => void) => setInterval(work, 1);"],
  ["Immediate", "export const soon = (work: () => void) => setImmediate(work);"],
  ["Process", "export const where = () => process.cwd();"],
  ["Crypto", "export const id = () => crypto.randomUUID();"],
  ["Around", "export const now = () => globalThis.Date.now();"],
];

describe("core and protocol see no clock, timer or chance", () => {
  let copy: TemporaryCopy;
  let found: Finding[];

  beforeAll(() => {
    copy = new TemporaryCopy();
    for (const [name, text] of IMPURE) {
      copy.plant(`agent/core/planted/impure${name}.ts`, `${text}\n`);
      copy.plant(`protocol/planted/impure${name}.ts`, `${text}\n`);
      copy.plant(`agent/shell/planted/impure${name}.ts`, `${text}\n`);
    }
    found = lint(copy.root);
  });

  afterAll(() => copy.remove());

  it.each(IMPURE)("%s is caught", (name) => {
    const files = found.filter(({ code }) => code.includes("no-restricted")).map(({ filename }) => filename);
    expect(files).toContain(`agent/core/planted/impure${name}.ts`);
    expect(files).toContain(`protocol/planted/impure${name}.ts`);
    expect(files).not.toContain(`agent/shell/planted/impure${name}.ts`);
  });

  it("nothing else is", () => {
    expect(found.filter(({ code, filename }) => code.includes("no-restricted") && !filename.includes("/planted/"))).toEqual([]);
  });
});

function lint(root: string): Finding[] {
  const cli = join(process.cwd(), "node_modules/oxlint/bin/oxlint");
  const run = spawnSync(process.execPath, [cli, "--format", "json", "agent/core", "agent/shell", "protocol"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const report: { diagnostics: Finding[]; number_of_files: number } = JSON.parse(run.stdout);
  expect(report.number_of_files).toBeGreaterThan(IMPURE.length * 3);
  return report.diagnostics;
}
