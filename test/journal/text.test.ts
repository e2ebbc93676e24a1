import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { packText, unpackText } from "#agent/shell/store/journalText.ts";

const LONG = JSON.stringify(Array.from({ length: 400 }, (_, index) => `焊缝 ${index % 9}`));

describe("texts in the journal's file", () => {
  it("keeps short texts readable, and packs long ones to less than half", () => {
    expect(packText('{"a":1}')).toBe('{"a":1}');
    const packed = packText(LONG);
    expect(packed).toBeInstanceOf(Uint8Array);
    expect(packed.length).toBeLessThan(LONG.length / 2);
  });

  it.each([
    ["empty", ""],
    ["short", '{"zh":"起弧"}'],
    ["long", LONG],
  ])("gives back a text that is %s", (_, text) => {
    expect(unpackText(packText(text))).toBe(text);
  });

  it("refuses what it has not packed", () => {
    expect(() => unpackText(new Uint8Array([0xff, 0x00, 0x12]))).toThrow("journal.corrupt");
  });

  it("refuses a blob that would fill the memory", () => {
    expect(() => unpackText(deflateRawSync(Buffer.alloc(5 * 1024 * 1024)))).toThrow("journal.corrupt");
    expect(unpackText(packText("a".repeat(1_000_000)))).toHaveLength(1_000_000);
  });
});
