import { describe, expect, it } from "vitest";
import { parseDesignation } from "#protocol/codes/gbt10249.ts";
import { conventionalLoadVolts, PROCESS_NAMES, PROCESSES } from "#protocol/codes/processes.ts";
import {
  CATEGORY_IDS,
  categoriesOf,
  categoryMask,
  coversCategory,
  parseCategoryId,
  requiredCategory,
  WORK_CATEGORIES,
} from "#protocol/codes/workCategories.ts";
import vectors from "#protocol/vectors/codes/designations.json" with { type: "json" };
import { refusalOf } from "#test/codes/coded.ts";

describe("designations, GB/T 10249", () => {
  it.each(vectors.valid)("$designation: $process $current $ratedAmps A", (expected) => {
    expect(parseDesignation(expected.designation)).toMatchObject(expected);
  });

  it.each(vectors.refused)("refuses %j", (text) => {
    expect(refusalOf(() => parseDesignation(text))).toBe("codes.badDesignation");
  });

  it("takes the designation apart without losing a character", () => {
    expect(parseDesignation("WSME7-315P2")).toMatchObject({
      processLetter: "W",
      variantLetter: "S",
      noteLetters: "ME",
      seriesDigit: "7",
      ratedAmps: 315,
      suffix: "P2",
    });
  });
});

describe("load lines", () => {
  it.each([
    ["ZX7-400", 400, 36],
    ["NBC-350", 350, 31.5],
    ["WS-200", 200, 18],
    ["WS-200", 900, 34],
    ["MZ-1000", 1000, 44],
  ])("%s at %d A is %d V", (designation, amps, volts) => {
    expect(conventionalLoadVolts(parseDesignation(designation).loadLine, amps)).toBeCloseTo(volts, 9);
  });

  it("gives every process a duty cycle and a threshold that can be met", () => {
    for (const name of PROCESS_NAMES) {
      expect(PROCESSES[name].assumedDutyCycle).toBeGreaterThan(0);
      expect(PROCESSES[name].assumedDutyCycle).toBeLessThanOrEqual(1);
      expect(PROCESSES[name].arcMinAmps).toBe(name === "tig" ? 5 : 15);
    }
  });
});

describe("work categories", () => {
  it("have the bits that the certificate list fixes", () => {
    expect(CATEGORY_IDS.map((id) => WORK_CATEGORIES[id].bit)).toEqual([0, 1, 2, 3, 4]);
    expect(categoryMask(["2.1", "2.3"])).toBe(0b101);
  });

  it("come back from any mask of theirs, and no other mask is read", () => {
    for (let mask = 0; mask < 32; mask++) expect(categoryMask(categoriesOf(mask))).toBe(mask);
    for (const mask of [32, 255, -1, 0.5, Number.NaN]) expect(refusalOf(() => categoriesOf(mask))).toBe("codes.unknownCategory");
  });

  it("require 2.1 for every arc, which neither 2.2, 2.3 nor another regime covers", () => {
    for (const process of PROCESS_NAMES) expect(requiredCategory(process)).toBe("2.1");
    expect(coversCategory(categoryMask(["2.2", "2.3", "construction", "specialEquipment"]), "2.1")).toBe(false);
    expect(coversCategory(categoryMask(["2.1"]), "2.1")).toBe(true);
  });

  it("are read from text", () => {
    expect(parseCategoryId("2.1")).toBe("2.1");
    for (const text of ["2.4", "", "toString", "2,1"]) expect(refusalOf(() => parseCategoryId(text))).toBe("codes.unknownCategory");
  });
});
