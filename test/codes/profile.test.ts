import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CodedError } from "#protocol/errors/codedError.ts";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import { categoryOfPortal, loadProfile, platformWarningNumber, SHANDONG_PROFILE } from "#protocol/profile/profile.ts";
import shandong from "#protocol/profile/shandong.json" with { type: "json" };
import { parseTopic, upTopic } from "#protocol/topics.ts";
import vectors from "#protocol/vectors/codes/deviceCodes.json" with { type: "json" };
import { refusalOf } from "#test/codes/coded.ts";
import { SEED } from "#test/codes/seed.ts";

const device = vectors.valid[0]?.code ?? "";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The profile's data with the value at a path replaced; undefined removes it. */
function withValue(path: readonly string[], value: Json | undefined): unknown {
  const data = structuredClone(shandong) as Json;
  const keys = path.slice(0, -1);
  const last = path.at(-1) ?? "";
  const parent = keys.reduce<Json>((node, key) => (node as { [key: string]: Json })[key] ?? null, data) as { [key: string]: Json };
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return data;
}

/** Paths of everything inside that is neither an object nor a list. */
function leafPaths(node: Json, path: readonly string[] = []): (readonly string[])[] {
  if (typeof node !== "object" || node === null) return [path];
  return Object.entries(node).flatMap(([key, value]) => leafPaths(value, [...path, key]));
}

describe("profile of the province", () => {
  it("is loaded as it stands", () => {
    expect(SHANDONG_PROFILE).toEqual(shandong);
  });

  it("numbers exactly the dictionary's six platform warnings, by the platform's names", () => {
    const warnings = Object.values(DICTIONARY).filter((entry) => "platformWarning" in entry);
    expect(warnings).toHaveLength(6);
    for (const { kind, zh } of warnings) {
      expect(platformWarningNumber(SHANDONG_PROFILE, kind)).toMatch(/^[1-6]$/);
      expect(SHANDONG_PROFILE.warnings.find((warning) => warning.kind === kind)?.zh).toBe(zh);
    }
    expect(platformWarningNumber(SHANDONG_PROFILE, DICTIONARY.arc.kind)).toBeUndefined();
  });

  it("has the topics' root and version, and codes that fit the topics", () => {
    const { root, version } = SHANDONG_PROFILE.topics;
    const topic = upTopic(device, "events");
    expect(topic.startsWith(`${root}/${version}/370983/${device}/`)).toBe(true);
    expect(parseTopic(topic)).toEqual({ direction: "up", device, channel: "events" });
  });

  it("maps other portals' numbers, and accepts no other regime unless told so", () => {
    expect(categoryOfPortal(SHANDONG_PROFILE, "30号令", "2.1")).toBe("2.1");
    expect(categoryOfPortal(SHANDONG_PROFILE, "考试系统", "0203")).toBe("2.3");
    expect(SHANDONG_PROFILE.categories.accepted).toEqual({ construction: false, specialEquipment: false });
    for (const [portal, number] of [
      ["30号令", "2.4"],
      ["nobody", "2.1"],
      ["30号令", "toString"],
      ["30号令", ""],
    ] as const) {
      expect(refusalOf(() => categoryOfPortal(SHANDONG_PROFILE, portal, number))).toBe("codes.unknownCategory");
    }
  });
});

describe("a profile is refused with the path of its fault", () => {
  it.each<[string, Json | undefined, string]>([
    ["name", undefined, "name"],
    ["version", 0, "version"],
    ["surplus", 1, "surplus"],
    ["qr.host", "https://haohan.example", "qr.host"],
    ["qr.host", "haohan", "qr.host"],
    ["qr.host", "haohan.example/w", "qr.host"],
    ["qr.host", "Haohan.example", "qr.host"],
    ["qr.path", "w/", "qr.path"],
    ["deviceCode.check", "MOD 10", "deviceCode.check"],
    ["deviceCode.check", "MOD 37-2", "deviceCode.check"],
    ["deviceCode.check", "MOD 11-2", "deviceCode.fields.1"],
    ["deviceCode.fields.3.length", 9, "deviceCode.fields"],
    ["deviceCode.fields.1.field", "serial", "deviceCode.fields"],
    ["deviceCode.fields.1.characters", "ZZ", "deviceCode.fields.1"],
    ["deviceCode.fields.0.table", "GB/T 0000", "deviceCode.fields.0"],
    ["topics.version", "1", "topics.version"],
    ["categories.accepted.construction", "no", "categories.accepted.construction"],
    ["categories.portals.0.numbers", { "2.1": "2.9" }, "categories.portals.0.numbers"],
    ["categories.portals.1.portal", "30号令", "categories.portals"],
    ["warnings.5", undefined, "warnings"],
    ["warnings.0.kind", 2001, "warnings.0.kind"],
    ["warnings.1.kind", 3001, "warnings.1"],
    ["warnings.1.number", "1", "warnings.1"],
  ])("%s = %j", (path, value, named) => {
    let refusal: unknown;
    try {
      loadProfile(withValue(path.split("."), value));
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(CodedError);
    const { code, detail } = refusal as CodedError;
    expect(code).toBe("codes.badProfile");
    expect(detail).toContain(named);
  });

  it.each([{ data: null }, { data: undefined }, { data: 7 }, { data: "shandong" }, { data: [] }, { data: {} }])("$data", ({ data }) => {
    expect(refusalOf(() => loadProfile(data))).toBe("codes.badProfile");
  });

  it("answers 20000 random and mutated profiles with a coded error, or takes them exactly as they are", () => {
    const replacement = fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>("", 0, -1, 1e9, "MOD 97-10", "MOD 11-2", "Z", [], {}));
    const data = fc.oneof(
      { weight: 1, arbitrary: fc.jsonValue() },
      {
        weight: 3,
        arbitrary: fc.tuple(fc.constantFrom(...leafPaths(shandong)), replacement).map(([path, value]) => withValue(path, value as Json)),
      },
    );
    fc.assert(
      fc.property(data, (input) => {
        let loaded: unknown;
        const refusal = refusalOf(() => {
          loaded = loadProfile(input);
        });
        if (refusal) expect(refusal).toBe("codes.badProfile");
        else expect(loaded).toEqual(input);
      }),
      { seed: SEED, numRuns: 20_000 },
    );
  });
});
