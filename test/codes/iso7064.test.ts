import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkCharacters, hasValidCheck, ISO7064, ISO7064_NAMES, type Iso7064Name } from "#protocol/codes/iso7064.ts";
import vectors from "#protocol/vectors/codes/iso7064.json" with { type: "json" };
import { refusalOf } from "#test/codes/coded.ts";
import { SEED } from "#test/codes/seed.ts";

const payloadOf = (name: Iso7064Name) => fc.string({ unit: fc.constantFrom(...ISO7064[name].payload), minLength: 1, maxLength: 30 });

/** Characters that may stand at a place of a whole text. */
function allowedAt(name: Iso7064Name, text: string, at: number): string {
  return at < text.length - ISO7064[name].checkLength ? ISO7064[name].payload : ISO7064[name].check;
}

function swap(text: string, at: number): string {
  return text.slice(0, at) + text.charAt(at + 1) + text.charAt(at) + text.slice(at + 2);
}

describe("golden vectors", () => {
  it.each(vectors.valid)("$scheme of $payload is $check", ({ scheme, payload, check }) => {
    expect(checkCharacters(scheme as Iso7064Name, payload)).toBe(check);
    expect(hasValidCheck(scheme as Iso7064Name, payload + check)).toBe(true);
  });

  it.each(vectors.refused)("$scheme refuses $payload", ({ scheme, payload }) => {
    expect(refusalOf(() => checkCharacters(scheme as Iso7064Name, payload))).toBe("codes.badCharacters");
  });

  it.each(vectors.invalid)("$scheme does not hold for $text", ({ scheme, text }) => {
    expect(hasValidCheck(scheme as Iso7064Name, text)).toBe(false);
  });
});

describe.each(ISO7064_NAMES)("%s", (name) => {
  it("detects every substitution of one character, in the check too", () => {
    fc.assert(
      fc.property(payloadOf(name), (payload) => {
        const text = payload + checkCharacters(name, payload);
        for (let at = 0; at < text.length; at++) {
          const accepted = Array.from(allowedAt(name, text, at)).filter((c) =>
            hasValidCheck(name, text.slice(0, at) + c + text.slice(at + 1)),
          );
          expect(accepted).toEqual([text.charAt(at)]);
        }
      }),
      { seed: SEED, numRuns: 100 },
    );
  });
});

describe.each(["MOD 11-2", "MOD 37-2", "MOD 97-10"] as const)("%s, a pure system", (name) => {
  it("detects every transposition of neighbours, in the check too", () => {
    fc.assert(
      fc.property(payloadOf(name), (payload) => {
        const text = payload + checkCharacters(name, payload);
        for (let at = 0; at + 1 < text.length; at++) {
          expect(hasValidCheck(name, swap(text, at))).toBe(text.charAt(at) === text.charAt(at + 1));
        }
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});

describe("MOD 37,36, a hybrid system", () => {
  const letters = Array.from(ISO7064["MOD 37,36"].payload);

  it("misses one pair of neighbours in 630 after any prefix, and finds every other transposition", () => {
    // One character before the pair leads to each of the 36 states that a longer prefix can lead to.
    const missed = letters.map((prefix) => {
      const pairs = letters.flatMap((a, at) => letters.slice(at + 1).map((b) => [a, b] as const));
      expect(pairs).toHaveLength(630);
      return pairs.filter(([a, b]) => checkCharacters("MOD 37,36", prefix + a + b) === checkCharacters("MOD 37,36", prefix + b + a)).length;
    });
    expect(missed).toEqual(letters.map(() => 1));
  });

  it("misses a transposition of the last character with the check only between 0 and 1, in one state of 36", () => {
    const missed = letters.flatMap((prefix) =>
      letters.flatMap((last) => {
        const check = checkCharacters("MOD 37,36", prefix + last);
        return check !== last && hasValidCheck("MOD 37,36", prefix + check + last) ? [last + check] : [];
      }),
    );
    expect(missed).toEqual(["01", "10"]);
  });
});
