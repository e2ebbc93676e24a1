import { expect, it } from "vitest";
import { CodedError } from "#protocol/errors/codedError.ts";
import { explain } from "#protocol/errors/explain.ts";
import { ERRORS, type ErrorCode } from "#protocol/errors/registry.ts";

const CODES = Object.keys(ERRORS) as ErrorCode[];

it("every error is explained by code, cause, what was seen, and remedy, in both languages", () => {
  for (const code of CODES) {
    const { zh, en, remedyZh, remedyEn } = ERRORS[code];
    const [first, chinese, english] = explain(new CodedError(code, "seen")).split("\n");
    expect([first, chinese, english]).toEqual([code, `  ${zh} (seen)。${remedyZh}`, `  ${en} (seen). ${remedyEn}`]);
    expect(explain(new CodedError(code))).not.toContain("()");
  }
});
