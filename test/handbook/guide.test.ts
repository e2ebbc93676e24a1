import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { parseMachines } from "#scripts/install/batch/machinesFile.ts";

const GUIDES = ["scripts/README.zh.md", "scripts/README.md"].map((path) => ({ path, text: readFileSync(path, "utf8") }));

/** As GitHub makes it of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));
}

describe.each([
  "README.md",
  "README.zh.md",
  "agent/README.md",
  "protocol/README.md",
  "simulator/README.md",
  "test/README.md",
  ...GUIDES.map(({ path }) => path),
])("%s", (path) => {
  it("leads to files and headings that exist", () => {
    const links = [...readFileSync(path, "utf8").matchAll(/\]\(([^()\s]+)\)/g)]
      .map(([, target = ""]) => target)
      .filter((target) => !/^[a-z]+:/.test(target));
    const broken = links.filter((target) => {
      const [file = "", anchor] = target.split("#");
      const whole = file === "" ? path : join(dirname(path), file);
      if (!existsSync(whole)) return true;
      return anchor !== undefined && !anchorsOf(readFileSync(whole, "utf8")).includes(decodeURIComponent(anchor));
    });
    expect(broken).toEqual([]);
  });
});

describe("the installer's guide", () => {
  it("shows every diagram", () => {
    const shown = [...(GUIDES[0]?.text ?? "").matchAll(/\]\((handbook\/diagrams\/[^()]+)\)/g)].map(([, file = ""]) => file);
    expect(shown.map((file) => file.slice("handbook/diagrams/".length)).sort()).toEqual(readdirSync("scripts/handbook/diagrams").sort());
  });

  it("gives a list of machines that the tool takes", () => {
    const [, list = ""] = /```csv\n([^`]+)```/.exec(GUIDES[0]?.text ?? "") ?? [];
    expect(parseMachines(list).map(({ port, address }) => `${port} ${address}`)).toEqual([
      "/dev/ttyUSB0 1",
      "/dev/ttyUSB0 2",
      "/dev/ttyUSB1 1",
    ]);
  });

  it("names no command that the tool does not have", async () => {
    const help = await toolHelp();
    const named = GUIDES.flatMap(({ text }) => [...text.matchAll(/arcgate-install ([a-z][a-z-]*)/g)].map(([, name = ""]) => name));
    const known = new Set(help.match(/[a-z]+/g));
    expect(named.length).toBeGreaterThan(7);
    expect([...new Set(named)].filter((name) => !known.has(name))).toEqual([]);
  });
});

/** The tool is run by being loaded. */
async function toolHelp(): Promise<string> {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  const argv = process.argv;
  process.argv = [...argv.slice(0, 2), "--help"];
  try {
    await import("#scripts/install/main.ts");
    return log.mock.calls.flat().join("\n");
  } finally {
    process.argv = argv;
    log.mockRestore();
  }
}
