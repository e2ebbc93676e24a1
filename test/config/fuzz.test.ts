import { describe, expect, it } from "vitest";
import { ERRORS } from "#protocol/errors/registry.ts";
import { refusal, WHOLE } from "#test/config/fixtures.ts";
import { seededRandom } from "#test/list/fixtures.ts";

const ROUNDS = 10_000;
/** What means something to YAML, or to a number. */
const PIECES = [
  ":",
  "- ",
  "{",
  "}",
  "[",
  "]",
  "&a ",
  "*a",
  "!!",
  "? ",
  "|\n",
  ">\n",
  '"',
  "'",
  "#",
  "\t",
  "\n",
  "  ",
  "%",
  "---\n",
  "null",
  "~",
];
const VALUES = ["-1", "0x1f", "1e999", ".nan", "true", "2026-11-22", "\u0000", "\ufeff", "\ud800", "焊", "__proto__: {a: 1}", "<<: *a"];

type Random = () => number;

function pick<T>(random: Random, from: readonly T[]): T {
  const found = from[Math.floor(random() * from.length)];
  if (found === undefined) throw new RangeError("nothing to pick from");
  return found;
}

function mutated(random: Random): string {
  let text = WHOLE;
  for (let edits = 1 + Math.floor(random() * 5); edits > 0; edits--) {
    const at = Math.floor(random() * text.length);
    const length = Math.floor(random() ** 3 * 80);
    const kind = random();
    if (kind < 0.35) text = text.slice(0, at) + pick(random, PIECES) + text.slice(at);
    else if (kind < 0.5) text = text.slice(0, at) + pick(random, VALUES) + text.slice(at + length);
    else if (kind < 0.7) text = text.slice(0, at) + text.slice(at + length);
    else if (kind < 0.85) text = text.slice(0, at) + String.fromCharCode(Math.floor(random() * 256)) + text.slice(at + 1);
    else text = text.slice(0, at) + text.slice(Math.max(0, at - length), at) + text.slice(at);
  }
  return text;
}

function noise(random: Random): string {
  const pieces = Array.from({ length: Math.floor(random() * 40) }, () => (random() < 0.5 ? pick(random, PIECES) : pick(random, VALUES)));
  return pieces.join("");
}

describe("mutated and random texts", () => {
  it.each([11, 12, 13, 14, 15])("are refused with a code, or are a configuration (seed %i)", (seed) => {
    const random = seededRandom(seed);
    let refused = 0;
    for (let round = 0; round < ROUNDS / 5; round++) {
      const text = round % 5 === 0 ? noise(random) : mutated(random);
      let error: ReturnType<typeof refusal>;
      try {
        error = refusal(text);
      } catch (cause) {
        throw new Error(`seed ${seed}, round ${round}: ${JSON.stringify(text.slice(0, 2_000))}`, { cause });
      }
      if (error === null) continue;
      refused += 1;
      expect(ERRORS[error.code], `seed ${seed}, round ${round}`).toBeDefined();
      expect(error.detail.length, `seed ${seed}, round ${round}`).toBeGreaterThan(0);
    }
    // A change in a comment, a host or a path is as good as no change.
    expect(refused).toBeGreaterThan(ROUNDS / 5 / 2);
  });
});
