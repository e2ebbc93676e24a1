import { describe, expect, it } from "vitest";
import { countyAt, divisionAt, latestDivision } from "#protocol/codes/gb2260.ts";
import { SHANDONG } from "#protocol/codes/shandong.ts";
import vectors from "#protocol/vectors/codes/divisions.json" with { type: "json" };
import { refusalOf } from "#test/codes/coded.ts";

const inForce = (year: number) =>
  SHANDONG.flatMap(({ code }) => divisionAt(code, year) ?? []).filter((row, at, all) => all.indexOf(row) === at);

describe("divisions of Shandong, GB/T 2260", () => {
  it.each(vectors.valid)("$code in $year is $name", ({ code, year, name }) => {
    expect(divisionAt(code, year)?.name ?? null).toBe(name);
  });

  it("has the province's 16 prefectures and 136 counties: 58 districts, 26 cities, 52 counties", () => {
    const now = inForce(2024);
    const counties = now.filter(({ level }) => level === "county");
    expect(now.filter(({ level }) => level === "province")).toHaveLength(1);
    expect(now.filter(({ level }) => level === "prefecture")).toHaveLength(16);
    expect(["区", "市", "县"].map((kind) => counties.filter(({ name }) => name.endsWith(kind)).length)).toEqual([58, 26, 52]);
  });

  it("had 17 prefectures and 140 counties before the changes since 2012: 49 districts, 31 cities, 60 counties", () => {
    const before = inForce(2011);
    const counties = before.filter(({ level }) => level === "county");
    expect(before.filter(({ level }) => level === "prefecture")).toHaveLength(17);
    expect(["区", "市", "县"].map((kind) => counties.filter(({ name }) => name.endsWith(kind)).length)).toEqual([49, 31, 60]);
  });

  it("is in order, inside the province, below a prefecture that is listed, and without development zones", () => {
    const codes = SHANDONG.map(({ code }) => code);
    expect(codes).toEqual(codes.toSorted());
    for (const code of codes) {
      expect(code).toMatch(/^37[0-9]{4}$/);
      expect(latestDivision(`${code.slice(0, 4)}00`)).toBeDefined();
      expect(code.charAt(4)).not.toBe("7");
    }
  });

  it("names for each retired code a successor in force since", () => {
    const retired = SHANDONG.filter(({ until }) => until !== undefined);
    expect(retired).toHaveLength(21);
    for (const { code, until, successor } of retired) {
      expect(divisionAt(successor ?? "", until ?? 0), code).toBeDefined();
      expect(latestDivision(successor ?? "")?.until, code).toBeUndefined();
    }
  });
});

describe("a county in force", () => {
  it("is given with its name and level", () => {
    expect(countyAt("370983", 2024)).toEqual({ code: "370983", name: "肥城市", level: "county" });
  });

  it.each(["370900", "370000", "370176", "110101", "", "370983 "])("refuses %j as unknown", (code) => {
    expect(refusalOf(() => countyAt(code, 2024))).toBe("codes.unknownDivision");
  });

  it("refuses a retired code and names its successor, and one that was not yet in force", () => {
    expect(refusalOf(() => countyAt("371202", 2024))).toBe("codes.divisionNotInForce");
    expect(() => countyAt("371202", 2024)).toThrow(/370116/);
    expect(refusalOf(() => countyAt("370116", 2010))).toBe("codes.divisionNotInForce");
  });
});
