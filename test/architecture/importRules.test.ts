import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cruise, cruise } from "#test/architecture/cruise.ts";
import { TemporaryCopy } from "#test/architecture/temporaryCopy.ts";

interface Planted {
  /** File that breaks the rule. */
  from: string;
  imports: string;
}

/** For each rule at least one file that breaks it, type-only imports among them. `planted.ts` is put where it is imported from. */
const PLANTED: Readonly<Record<string, readonly Planted[]>> = {
  "protocol-stands-alone": [
    { from: "protocol/events/plantedAgent.ts", imports: "agent/core/planted.ts" },
    { from: "protocol/chip/plantedTest.ts", imports: "test/planted.ts" },
  ],
  "protocol-is-pure": [{ from: "protocol/list/plantedNode.ts", imports: "node:fs" }],
  "core-imports-protocol": [
    { from: "agent/core/metering/plantedRuntime.ts", imports: "agent/runtime/planted.ts" },
    { from: "agent/core/metering/plantedPorts.ts", imports: "agent/ports.ts" },
  ],
  "core-is-pure": [
    { from: "agent/core/interlock/plantedNode.ts", imports: "node:crypto" },
    { from: "agent/core/interlock/plantedPackage.ts", imports: "zod" },
  ],
  "ports-are-contracts": [{ from: "agent/ports.ts", imports: "agent/shell/store/planted.ts" }],
  "runtime-knows-no-shell": [{ from: "agent/runtime/plantedShell.ts", imports: "agent/shell/mqtt/planted.ts" }],
  "shell-knows-its-port": [{ from: "agent/shell/system/plantedRuntime.ts", imports: "agent/runtime/planted.ts" }],
  "shells-are-strangers": [{ from: "agent/shell/serial/plantedSibling.ts", imports: "agent/shell/store/planted.ts" }],
  "only-compose-joins": [{ from: "agent/commands/plantedRuntime.ts", imports: "agent/runtime/planted.ts" }],
  "nothing-below-the-entry": [{ from: "agent/runtime/plantedCommand.ts", imports: "agent/commands/planted.ts" }],
  "panel-is-served-by-web": [{ from: "agent/runtime/plantedPanel.ts", imports: "agent/panel/planted.ts" }],
  "panel-runs-in-a-browser": [{ from: "agent/panel/plantedShell.ts", imports: "agent/shell/store/planted.ts" }],
  "panel-is-pure": [{ from: "agent/panel/plantedNode.ts", imports: "node:os" }],
  "agent-without-far-ends": [{ from: "agent/commands/plantedSimulator.ts", imports: "simulator/planted.ts" }],
  "simulator-is-the-far-end": [{ from: "simulator/chip/plantedCore.ts", imports: "agent/core/planted.ts" }],
  "scripts-touch-the-bus-only": [{ from: "scripts/plantedCore.ts", imports: "agent/core/planted.ts" }],
  "scripts-simulate-in-the-workshop": [{ from: "scripts/plantedSimulator.ts", imports: "simulator/planted.ts" }],
  "nothing-imports-test": [{ from: "scripts/bench/plantedTest.ts", imports: "test/planted.ts" }],
  "no-cycles": [{ from: "protocol/plantedCircle.ts", imports: "protocol/plantedCircleBack.ts" }],
  resolvable: [{ from: "protocol/plantedNowhere.ts", imports: "protocol/plantedNothing.ts" }],
  "product-without-dev-packages": [{ from: "agent/shell/system/plantedDev.ts", imports: "fast-check" }],
};

/** What the rules allow, beside those that forbid: a rule that bites everything proves nothing. */
const ALLOWED: readonly Planted[] = [
  { from: "agent/core/metering/plantedProtocol.ts", imports: "protocol/planted.ts" },
  { from: "agent/shell/serial/plantedPort.ts", imports: "agent/ports.ts" },
  { from: "agent/shell/serial/plantedPackage.ts", imports: "node:fs" },
  { from: "agent/runtime/plantedCore.ts", imports: "agent/core/planted.ts" },
  { from: "agent/commands/plantedShell.ts", imports: "agent/shell/store/planted.ts" },
  { from: "simulator/chip/plantedProtocol.ts", imports: "protocol/planted.ts" },
  { from: "scripts/bench/plantedCore.ts", imports: "agent/core/planted.ts" },
  { from: "scripts/plantedSerial.ts", imports: "agent/shell/serial/planted.ts" },
  { from: "test/plantedAnything.ts", imports: "agent/shell/store/planted.ts" },
];

const TARGETS = new Set(
  [...Object.values(PLANTED).flat(), ...ALLOWED].map(({ imports }) => imports).filter((path) => path.endsWith("/planted.ts")),
);
const specifierOf = (path: string) => (path.includes("/") ? `#${path}` : path);
const config: { forbidden: { name: string }[] } = createRequire(import.meta.url)(join(process.cwd(), ".dependency-cruiser.cjs"));

describe("import rules", () => {
  const { modules, violations } = cruise(process.cwd());

  it("are kept by the sources", () => {
    expect(violations).toEqual([]);
    expect(modules.length).toBeGreaterThan(100);
  });

  it("are switched off nowhere", () => {
    // Written with brackets, so that this file is not found.
    const marks = /[b]iome-ignore|(oxlint|eslint)-[d]isable|[@]ts-(ignore|expect-error|nocheck)/;
    const sources = modules.filter((path) => existsSync(path) && path.endsWith(".ts"));
    expect(sources.filter((path) => marks.test(readFileSync(path, "utf8")))).toEqual([]);
  });

  it("each have a planted violation", () => {
    expect(Object.keys(PLANTED).sort()).toEqual(config.forbidden.map(({ name }) => name).sort());
  });
});

describe("planted violations", () => {
  let copy: TemporaryCopy;
  let found: Cruise;

  beforeAll(() => {
    copy = new TemporaryCopy();
    for (const target of TARGETS) copy.plant(target, "export const planted = 1;\nexport type Planted = number;\n");
    for (const { from, imports } of [...Object.values(PLANTED).flat(), ...ALLOWED]) plantImport(from, imports);
    copy.plant("protocol/plantedCircleBack.ts", 'import "#protocol/plantedCircle.ts";\n');
    found = cruise(copy.root);
  });

  afterAll(() => copy.remove());

  it.each(Object.entries(PLANTED).flatMap(([rule, files]) => files.map(({ from, imports }) => ({ rule, from, imports }))))(
    "$rule: $from → $imports",
    ({ rule, from }) => {
      expect(found.violations.filter((violation) => violation.rule === rule).map((violation) => violation.from)).toContain(from);
    },
  );

  it.each(ALLOWED)("allowed: $from → $imports", ({ from }) => {
    expect(found.modules).toContain(from);
    expect(found.violations.filter((violation) => violation.from === from)).toEqual([]);
  });

  /** A type-only import where the target has a type: it must be seen as well. */
  function plantImport(from: string, imports: string): void {
    const typeOnly = imports.endsWith("/planted.ts");
    const line = typeOnly ? `import type { Planted } from "${specifierOf(imports)}";\n` : `import "${specifierOf(imports)}";\n`;
    if (from === "agent/ports.ts") copy.append(from, line);
    else copy.plant(from, `${line}export const here = ${JSON.stringify(from)};\n${typeOnly ? "export type Here = Planted;\n" : ""}`);
  }
});
