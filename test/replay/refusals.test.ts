import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runReplayProcess } from "#test/replay/run.ts";

const HEADER = "t_s,current_a,voltage_v";
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "replay-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const MODEL = ["--model", "NBC-350"];
const GOOD = `${HEADER}\n0,100,20\n1,101,21\n`;

/** What is asked, the code that answers, and what it must name. */
const REFUSED: readonly [name: string, argv: () => string[], code: string, names: string][] = [
  ["no file at all", () => MODEL, "replay.badOption", "FILE.csv"],
  ["a file that is not there", () => [join(folder, "none.csv"), ...MODEL], "chip.badTrace", "none.csv"],
  ["no model", () => [file("good.csv", GOOD)], "replay.badOption", "--model"],
  ["a model that is none", () => [file("good.csv", GOOD), "--model", "XYZ"], "codes.badDesignation", "XYZ"],
  ["a machine without an arc that we measure", () => [file("good.csv", GOOD), "--model", "LGK-63"], "chip.badOption", "LGK-63"],
  ["an unknown option", () => [file("good.csv", GOOD), ...MODEL, "--faster"], "replay.badOption", "--faster"],
  ["a speed that is none", () => [file("good.csv", GOOD), ...MODEL, "--speed", "fast"], "replay.badOption", "--speed"],
  ["an empty file", () => [file("empty.csv", ""), ...MODEL], "chip.badTrace", "header"],
  ["nothing but a header", () => [file("header.csv", `${HEADER}\n`), ...MODEL], "chip.badTrace", "rows"],
  ["another header", () => [file("other.csv", "t,i,u\n0,1,2\n1,1,2\n"), ...MODEL], "chip.badTrace", "line 1"],
  ["a cell that is no number", () => [file("cell.csv", `${HEADER}\n0,100,20\n1,x,20\n`), ...MODEL], "chip.badTrace", "line 3"],
  ["time that goes back", () => [file("back.csv", `${HEADER}\n0,1,2\n2,1,2\n1,1,2\n`), ...MODEL], "chip.badTrace", "line 4"],
  ["more than a day", () => [file("day.csv", `${HEADER}\n0,1,2\n1,1,2\n90000,1,2\n`), ...MODEL], "replay.tooLong", "25.0 h"],
];

describe("bad input ends with 2, a code, and words in both languages", () => {
  test("each of them", async () => {
    for (let at = 0; at < REFUSED.length; at += 2) {
      await Promise.all(REFUSED.slice(at, at + 2).map(([name, argv, code, names]) => expectRefused(name, argv(), code, names)));
    }
  });
});

async function expectRefused(name: string, argv: string[], code: string, names: string): Promise<void> {
  const run = await runReplayProcess(argv);
  expect(run.code, `${name}: ${run.stderr}`).toBe(2);
  expect(run.stderr, name).toContain(code);
  expect(run.stderr, name).toContain(names);
  expect(run.stderr, name).toMatch(/[一-龥]/);
  expect(run.stdout, name).toBe("");
}
