import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CATALOGUE } from "#scripts/recordings/catalogue.ts";
import { generateRecording, parseRecording, recordingCsv } from "#scripts/recordings/generate.ts";
import { expectMetered, truthOf } from "#test/recordings/compare.ts";

describe.each(Object.entries(CATALOGUE))("%s", (name, spec) => {
  const csv = readFileSync(new URL(`${name}.csv`, import.meta.url), "utf8");

  test("is what its seed makes", () => {
    expect(recordingCsv(generateRecording(spec).rows)).toBe(csv);
  });

  test("is metered as its rows say", () => {
    const rows = parseRecording(csv);
    const truth = truthOf(rows, spec);
    expect(truth.arcs.length).toBeGreaterThan(0);
    expectMetered(rows, spec, truth, 100, name);
  });
});

test("the catalogue holds the incidents it was made for", () => {
  const truths = Object.values(CATALOGUE).map((spec) => truthOf(generateRecording(spec).rows, spec));
  expect(truths.filter((truth) => truth.frozen.length > 0).length).toBeGreaterThanOrEqual(2);
  expect(truths.filter((truth) => truth.stuck > 0).length).toBeGreaterThanOrEqual(3);
  expect(truths.filter((truth) => truth.spanSeconds > truth.arcSeconds + 0.05).length).toBeGreaterThanOrEqual(3);
});
