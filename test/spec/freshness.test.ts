import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { specArtefacts } from "#scripts/spec/artefacts.ts";
import { staleArtefacts, writeArtefacts } from "#scripts/spec/files.ts";

describe("the specification's exports", () => {
  it("are what the code makes of them (else: npm run spec)", () => {
    const root = process.cwd();
    expect(staleArtefacts(root, specArtefacts(root))).toEqual([]);
  });
});

describe("npm run spec", () => {
  let root: string;
  const spec = (...args: string[]) => {
    const command = ["--import", import.meta.resolve("tsx"), join(process.cwd(), "scripts/spec.ts"), ...args];
    return execFileSync(process.execPath, command, { cwd: root, encoding: "utf8", stdio: "pipe" });
  };

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "arcgate-spec-"));
    cpSync("protocol", join(root, "protocol"), { recursive: true, filter: (path) => !path.includes("vectors") });
    cpSync("scripts/README.zh.md", join(root, "scripts/README.zh.md"));
    symlinkSync(join(process.cwd(), "node_modules"), join(root, "node_modules"));
    writeArtefacts(root, specArtefacts(root));
  });

  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it("finds what is changed, missing, or left over, and puts it right", () => {
    expect(spec("--check")).toContain("fresh");
    writeFileSync(join(root, "protocol/spec/Ack.schema.json"), "{}\n");
    rmSync(join(root, "protocol/spec/asyncapi.yaml"));
    writeFileSync(join(root, "protocol/spec/payloads/retired.schema.json"), "{}\n");
    writeFileSync(join(root, "scripts/handbook/diagrams/retired.svg"), "<svg/>\n");
    const stale = [
      ...["protocol/spec/Ack.schema.json", "protocol/spec/asyncapi.yaml", "protocol/spec/payloads/retired.schema.json"],
      "scripts/handbook/diagrams/retired.svg",
    ];

    expect(() => spec("--check")).toThrow(expect.objectContaining({ status: 1, stdout: expect.stringContaining(`stale: ${stale[0]}`) }));
    expect(staleArtefacts(root, specArtefacts(root))).toEqual(stale);
    expect(spec().trim().split("\n")).toEqual(stale.map((path) => `wrote ${path}`));
    expect(spec("--check")).toContain("fresh");
  });
});
