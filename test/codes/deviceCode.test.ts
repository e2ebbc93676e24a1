import { describe, expect, it } from "vitest";
import { buildDeviceCode, parseDeviceCode } from "#protocol/codes/deviceCode.ts";
import { parseDesignation } from "#protocol/codes/gbt10249.ts";
import { loadProfile, SHANDONG_PROFILE } from "#protocol/profile/profile.ts";
import vectors from "#protocol/vectors/codes/deviceCodes.json" with { type: "json" };
import { refusalOf } from "#test/codes/coded.ts";

const layout = SHANDONG_PROFILE.deviceCode;

describe("device code", () => {
  it.each(vectors.valid)("$code", (expected) => {
    expect(parseDeviceCode(expected.code, layout)).toEqual(expected);
    expect(buildDeviceCode(expected, layout)).toBe(expected.code);
  });

  it.each(vectors.refused)("$text: $error", ({ text, error }) => {
    expect(refusalOf(() => parseDeviceCode(text, layout))).toBe(error);
  });

  it("is built from a machine's designation", () => {
    const process = parseDesignation("NBC-350").processLetter;
    const code = buildDeviceCode({ division: "370983", process, maker: "ARCG", serial: "00000001" }, layout);
    expect(parseDeviceCode(code, layout).process).toBe("N");
  });

  it.each([
    [{ division: "37098" }, "codes.badDeviceCode"],
    [{ division: "370983Z", process: "" }, "codes.badDeviceCode"],
    [{ division: "370900" }, "codes.unknownDivision"],
    [{ process: "X" }, "codes.badDeviceCode"],
    [{ maker: "arcg" }, "codes.badDeviceCode"],
    [{ maker: "ARC", serial: "G00000001" }, "codes.badDeviceCode"],
    [{ serial: "0000000１" }, "codes.badDeviceCode"],
  ])("is not built from %j", (wrong, error) => {
    const parts = { division: "370983", process: "Z", maker: "ARCG", serial: "00000001", ...wrong };
    expect(refusalOf(() => buildDeviceCode(parts, layout))).toBe(error);
  });

  it("follows another layout without a line of code", () => {
    const other = loadProfile({
      ...SHANDONG_PROFILE,
      deviceCode: {
        fields: [
          { constant: "SD" },
          { field: "maker", zh: "制造单位", length: 2, characters: "0123456789" },
          { field: "division", zh: "行政区划", length: 6, characters: "0123456789", table: "GB/T 2260" },
          { field: "serial", zh: "序列号", length: 8, characters: "0123456789" },
          { field: "process", zh: "类别", length: 1, characters: "123" },
        ],
        check: "MOD 37,36",
      },
    }).deviceCode;
    const parts = { division: "370983", process: "2", maker: "07", serial: "00000042" };
    const code = buildDeviceCode(parts, other);
    expect(code).toMatch(/^SD07370983000000422[0-9A-Z]$/);
    expect(parseDeviceCode(code, other)).toEqual({ code, ...parts });
    expect(refusalOf(() => parseDeviceCode(`SX${code.slice(2)}`, other))).toBe("codes.badDeviceCode");
    expect(refusalOf(() => parseDeviceCode(code, layout))).toBe("codes.badDeviceCode");
  });
});
