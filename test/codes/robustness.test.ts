/** Random and mutated text into every parser: no crash, no false accept, a coded error each. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildDeviceCode, parseDeviceCode } from "#protocol/codes/deviceCode.ts";
import { idNumberCheck, parseIdNumber } from "#protocol/codes/gb11643.ts";
import { creditCodeCheck, parseCreditCode } from "#protocol/codes/gb32100.ts";
import { parseDesignation } from "#protocol/codes/gbt10249.ts";
import { buildMachineQr, parseMachineQr } from "#protocol/codes/machineQr.ts";
import { parseCategoryId } from "#protocol/codes/workCategories.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import { SHANDONG_PROFILE } from "#protocol/profile/profile.ts";
import creditCodes from "#protocol/vectors/codes/creditCodes.json" with { type: "json" };
import designations from "#protocol/vectors/codes/designations.json" with { type: "json" };
import deviceCodes from "#protocol/vectors/codes/deviceCodes.json" with { type: "json" };
import idNumbers from "#protocol/vectors/codes/idNumbers.json" with { type: "json" };
import machineQr from "#protocol/vectors/codes/machineQr.json" with { type: "json" };
import { refusalOf } from "#test/codes/coded.ts";
import { SEED } from "#test/codes/seed.ts";

const TEXTS = 20_000;
const layout = SHANDONG_PROFILE.deviceCode;
const pad = (value: number, length: number) => String(value).padStart(length, "0");

interface Parser {
  readonly name: string;
  readonly samples: readonly string[];
  /** Parses, and rebuilds the text out of nothing but what the parser gave. */
  readonly rebuild: (text: string) => string;
  readonly refusals: readonly ErrorCode[];
}

const PARSERS: readonly Parser[] = [
  {
    name: "ID number",
    samples: idNumbers.valid.map(({ first17, check }) => first17 + check),
    rebuild: (text) => {
      const { division, birthYear, birthMonth, birthDay, sequence } = parseIdNumber(text);
      const first17 = division + pad(birthYear, 4) + pad(birthMonth, 2) + pad(birthDay, 2) + sequence;
      return first17 + idNumberCheck(first17);
    },
    refusals: ["codes.badIdNumber"],
  },
  {
    name: "credit code",
    samples: creditCodes.valid.map(({ first17, check }) => first17 + check),
    rebuild: (text) => {
      const { authority, type, division, organisation } = parseCreditCode(text);
      const first17 = authority + type + division + organisation;
      return first17 + creditCodeCheck(first17);
    },
    refusals: ["codes.badCreditCode"],
  },
  {
    name: "designation",
    samples: designations.valid.map(({ designation }) => designation),
    rebuild: (text) => {
      const { processLetter, variantLetter, noteLetters, seriesDigit, ratedAmps, suffix } = parseDesignation(text);
      return `${processLetter}${variantLetter}${noteLetters}${seriesDigit}-${ratedAmps}${suffix}`;
    },
    refusals: ["codes.badDesignation"],
  },
  { name: "category", samples: ["2.1", "construction"], rebuild: parseCategoryId, refusals: ["codes.unknownCategory"] },
  {
    name: "device code",
    samples: deviceCodes.valid.map(({ code }) => code),
    rebuild: (text) => buildDeviceCode(parseDeviceCode(text, layout), layout),
    refusals: ["codes.badDeviceCode", "codes.unknownDivision", "codes.badDeviceCheck"],
  },
  {
    name: "machine's QR",
    samples: machineQr.valid.map(({ text }) => text),
    rebuild: (text) => buildMachineQr(parseMachineQr(text, SHANDONG_PROFILE).code, SHANDONG_PROFILE),
    refusals: ["codes.badQr", "codes.foreignQr", "codes.badDeviceCode", "codes.unknownDivision", "codes.badDeviceCheck"],
  },
];

/** A character that may stand in a code, or one that must not. */
const character = fc.oneof(
  fc.constantFrom(..."0123456789ABCDEFGHJKLMNPQRSTUVWXYZ-./X*"),
  fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
);

/** A good text with one to three places replaced, removed, doubled, swapped or inserted. */
function mutated(samples: readonly string[]): fc.Arbitrary<string> {
  const edit = fc.record({ at: fc.nat(80), kind: fc.constantFrom("replace", "remove", "double", "swap", "insert"), with: character });
  return fc.tuple(fc.constantFrom(...samples), fc.array(edit, { minLength: 1, maxLength: 3 })).map(([sample, edits]) =>
    edits.reduce((text, { at: place, kind, with: other }) => {
      const at = text.length === 0 ? 0 : place % text.length;
      const [before, here, after] = [text.slice(0, at), text.charAt(at), text.slice(at + 1)];
      if (kind === "remove") return before + after;
      if (kind === "double") return before + here + here + after;
      if (kind === "swap") return before + after.slice(0, 1) + here + after.slice(1);
      return kind === "insert" ? before + other + here + after : before + other + after;
    }, sample),
  );
}

describe.each(PARSERS)("$name", ({ samples, rebuild, refusals }) => {
  it(`gives back each sample whole, and answers ${TEXTS} bad texts with a coded error or exactly what they say`, () => {
    for (const sample of samples) expect(rebuild(sample)).toBe(sample);
    const text = fc.oneof(
      { weight: 3, arbitrary: mutated(samples) },
      { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 200 }) },
      { weight: 1, arbitrary: fc.string({ unit: character, maxLength: 40 }) },
    );
    let refused = 0;
    fc.assert(
      fc.property(text, (input) => {
        let rebuilt = input;
        const refusal = refusalOf(() => {
          rebuilt = rebuild(input);
        });
        if (refusal === undefined) return rebuilt === input;
        refused++;
        return refusals.includes(refusal);
      }),
      { seed: SEED, numRuns: TEXTS },
    );
    expect(refused).toBeGreaterThan(TEXTS / 2);
  });
});
