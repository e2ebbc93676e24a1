import { describe, expect, it } from "vitest";
import { idNumberCheck, parseIdNumber } from "#protocol/codes/gb11643.ts";
import { creditCodeCheck, hasOrganisationCheck, parseCreditCode } from "#protocol/codes/gb32100.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import creditCodes from "#protocol/vectors/codes/creditCodes.json" with { type: "json" };
import idNumbers from "#protocol/vectors/codes/idNumbers.json" with { type: "json" };
import { refusalOf } from "#test/codes/coded.ts";

describe("ID number, GB 11643", () => {
  it.each(idNumbers.valid)("$first17 → $check", ({ first17, check, ...parts }) => {
    expect(idNumberCheck(first17)).toBe(check);
    expect(parseIdNumber(first17 + check)).toEqual(parts);
  });

  it.each(idNumbers.valid)("$first17 agrees with the table of weights", ({ first17, check }) => {
    const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const sum = weights.reduce((total, weight, at) => total + weight * Number(first17.charAt(at)), 0);
    expect("10X98765432".charAt(sum % 11)).toBe(check);
  });

  it.each(idNumbers.refused)("refuses %j", (text) => {
    expect(refusalOf(() => parseIdNumber(text))).toBe("codes.badIdNumber");
  });

  it("never repeats the number in an error", () => {
    for (const text of idNumbers.refused.filter((number) => number.length > 6)) {
      let refusal: unknown;
      try {
        parseIdNumber(text);
      } catch (error) {
        refusal = error;
      }
      expect(refusal).toBeInstanceOf(CodedError);
      expect(String(refusal)).not.toContain(text.slice(0, 6));
    }
  });

  it("computes no check over anything but 17 digits", () => {
    expect(refusalOf(() => idNumberCheck("3709831800010100"))).toBe("codes.badIdNumber");
    expect(refusalOf(() => idNumberCheck("3709831800010100X"))).toBe("codes.badIdNumber");
  });
});

describe("credit code, GB 32100", () => {
  it.each(creditCodes.valid)("$first17 → $check", ({ first17, check, organisationCheck, ...parts }) => {
    expect(creditCodeCheck(first17)).toBe(check);
    expect(parseCreditCode(first17 + check)).toEqual(parts);
    expect(hasOrganisationCheck(parts.organisation)).toBe(organisationCheck);
  });

  it.each(creditCodes.refused)("refuses %j", (text) => {
    expect(refusalOf(() => parseCreditCode(text))).toBe("codes.badCreditCode");
  });

  it("computes no check over letters that it does not use", () => {
    expect(refusalOf(() => creditCodeCheck("91370983MI3ABCDE1"))).toBe("codes.badCreditCode");
    expect(refusalOf(() => creditCodeCheck("91370983"))).toBe("codes.badCreditCode");
  });
});
