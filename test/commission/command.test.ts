import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { runCommission } from "#scripts/install/commission/command.ts";
import { runReport } from "#scripts/install/commission/reportCommand.ts";

const vectors = JSON.parse(readFileSync("protocol/vectors/install/reports.json", "utf8")) as {
  signers: object[];
  accepted: { name: string; file: string }[];
  refused: { name: string; file: string }[];
};

let folder: string;
let said: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "arcgate-commission-"));
  said = [];
  for (const stream of ["log", "error"] as const) {
    vi.spyOn(console, stream).mockImplementation((line: string) => {
      said.push(line);
    });
  }
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

describe("arcgate-install report", () => {
  it.each([
    { name: "passed machine", code: 0, last: { genuine: true, outcome: "passed", faults: [] } },
    { name: "refused machine", code: 1, last: { genuine: true, outcome: "refused", faults: ["coilOpen"] } },
    { name: "a verdict changed", code: 1, last: { genuine: false, code: "commission.badSignature" } },
    { name: "another's key under a known id", code: 1, last: { genuine: false, code: "commission.unknownSigner" } },
  ])("$name: exit code $code", async ({ name, code, last }) => {
    const file = [...vectors.accepted, ...vectors.refused].find((vector) => vector.name === name)?.file ?? "";
    const exit = await runReport([
      written("report.json", file),
      "--trust",
      written("trust.json", JSON.stringify({ signers: vectors.signers })),
    ]);
    expect(exit).toBe(code);
    expect(JSON.parse(said.at(-1) ?? "")).toMatchObject(last);
  });

  it.each([
    [["--help"], 0],
    [[], 2],
    [["nowhere.json", "--trust", "nowhere.json"], 2],
    [["--what"], 2],
  ] as const)("%j: exit code %i", async (argv, code) => {
    expect(await runReport([...argv])).toBe(code);
  });
});

describe("arcgate-install commission", () => {
  it.each([
    [["--help"], 0],
    [[], 2],
    [["--what"], 2],
    [["--folder", "/nowhere"], 2],
  ] as const)("%j: exit code %i", async (argv, code) => {
    expect(await runCommission([...argv])).toBe(code);
    if (code === 2) expect(JSON.parse(said.at(-1) ?? "")).toMatchObject({ outcome: null, code: "commission.badOption" });
  });

  it.each([
    { what: "no configuration", yaml: undefined },
    { what: "no machine", yaml: "data: data\nbuses: []\n" },
    { what: "a machine of bought parts", yaml: machine("meter: { map: pzem017, address: 1 }") },
    { what: "no link key", yaml: machine("address: 1") },
    { what: "two machines", yaml: machine("address: 1", "address: 2") },
  ])("$what: commission.badFolder", async ({ yaml }) => {
    if (yaml !== undefined) written("arcgate.yaml", yaml);
    expect(await runCommission(["--folder", folder])).toBe(2);
    expect(JSON.parse(said.at(-1) ?? "")).toMatchObject({ code: "commission.badFolder" });
  });

  it("without anybody to sign nothing is begun", async () => {
    written("arcgate.yaml", machine(`address: 1, linkKey: "${"0f".repeat(32)}"`));
    expect(await runCommission(["--folder", folder])).toBe(2);
    expect(JSON.parse(said.at(-1) ?? "")).toMatchObject({ code: "commission.noSigner" });
  });
});

function machine(...members: string[]): string {
  const machines = members.map((member) => `      - { device: 370983ZARCG00000001X, designation: ZX7-400, ${member} }`);
  return ["data: data", "buses:", "  - port: /dev/nowhere", "    machines:", ...machines, ""].join("\n");
}

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
