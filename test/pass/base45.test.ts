import { describe, expect, test } from "vitest";
import { decodeBase45, encodeBase45 } from "#protocol/pass/base45.ts";
import { seededRandom } from "#test/list/fixtures.ts";

describe("RFC 9285's examples", () => {
  test.each([
    ["AB", "BB8"],
    ["Hello!!", "%69 VD92EX0"],
    ["base-45", "UJCLQE7W581"],
    ["ietf!", "QED8WEX0"],
  ])("%s", (plain, text) => {
    expect(encodeBase45(Buffer.from(plain))).toBe(text);
    expect(Buffer.from(decodeBase45(text)).toString()).toBe(plain);
  });
});

test("every length comes back", () => {
  const random = seededRandom(45);
  for (let length = 0; length < 200; length += 1) {
    const bytes = Uint8Array.from({ length }, () => Math.floor(random() * 256));
    expect(decodeBase45(encodeBase45(bytes))).toEqual(bytes);
  }
});

test.each(["A", "ABCD", "ab", "ABc", "É00", ":::", "GGX", "GGW:", "::", "V5", "AB\n", "🙂"])("%j is refused", (text) => {
  expect(() => decodeBase45(text)).toThrow(expect.objectContaining({ code: "pass.badBase45" }));
});

test("the greatest groups are taken", () => {
  expect(decodeBase45("FGWU5")).toEqual(Uint8Array.of(255, 255, 255));
});
