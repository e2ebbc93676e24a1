/** Bytes in, texts out: each way in which a code ends, and each in which an answer gets in its way. */
import { describe, expect, it } from "vitest";
import {
  CUT_ANSWER_MS,
  EMPTY_FRAME,
  type Frame,
  GAP_MS,
  gapDueMs,
  MISSING_END_MS,
  readBytes,
  readGap,
  TEXT_MAX_CHARACTERS,
} from "#agent/core/scanner/framing.ts";
import { SCANNER_MODELS } from "#protocol/scanner/catalogue.ts";
import type { ScannerModel } from "#protocol/scanner/model.ts";

const ACK = "02 00 00 01 00 33 31";
const LONGEST = "A".repeat(TEXT_MAX_CHARACTERS);
/** One that was not told to end its codes. */
const UNENDED_GM65: ScannerModel = { ...SCANNER_MODELS.gm65, endsCodes: false };
type Read = string | { hex: string } | { gap: true };
const GAP: Read = { gap: true };

/** Reads, as texts or as bytes in hexadecimal, and pauses; what is found as words. */
function found(reads: readonly Read[], model: ScannerModel = UNENDED_GM65): string[] {
  let frame: Frame = EMPTY_FRAME;
  let nowMs = 1_000;
  return reads.flatMap((read) => {
    const isGap = typeof read === "object" && "gap" in read;
    nowMs = isGap ? (gapDueMs(frame, model) ?? nowMs) : nowMs + 1;
    const step = isGap ? readGap(frame, model, nowMs) : readBytes(frame, bytesOf(read), model, nowMs);
    frame = step.frame;
    return step.found.map((item) => {
      if (item.type === "text") return item.text;
      return item.type === "answer" ? `<${item.means}>` : `(${item.code} ${item.bytes})`;
    });
  });
}

function bytesOf(read: string | { hex: string }): Uint8Array {
  return typeof read === "string" ? Buffer.from(read, "latin1") : Buffer.from(read.hex.replaceAll(" ", ""), "hex");
}

describe("a text ends", () => {
  it.each<[string, Read[], string[]]>([
    ["with CR LF", ["one\r\ntwo\r\n"], ["one", "two"]],
    ["with CR", ["one\rtwo\r"], ["one", "two"]],
    ["with LF", ["one\ntwo\n"], ["one", "two"]],
    ["with a pause", ["one", GAP, "two", GAP], ["one", "two"]],
    ["with CR LF that come in two reads", ["one\r", "\ntwo\r", GAP, "\n"], ["one", "two"]],
    ["when all of it is there", ["o", "n", "e", "\r"], ["one"]],
    ["not before", ["one"], []],
    ["and is not trimmed", [" one \r\n"], [" one "]],
    ["at 1,024 characters", [LONGEST, "\r\n"], [LONGEST]],
  ])("%s", (_, reads, expected) => {
    expect(found(reads)).toEqual(expected);
  });
});

describe("an answer is taken out", () => {
  it.each<[string, Read[], string[]]>([
    ["before a code", [{ hex: ACK }, "one\r\n"], ["<done>", "one"]],
    ["glued to a code", [{ hex: `${ACK} 6f 6e 65 0d` }], ["<done>", "one"]],
    ["after a code without an end", ["one", { hex: ACK }, GAP], ["<done>", "one"]],
    ["from the middle of a code", ["o", { hex: ACK }, "ne\r"], ["<done>", "one"]],
    ["when it comes byte by byte", [...ACK.split(" ").map((hex) => ({ hex })), "one\r"], ["<done>", "one"]],
    ["twice in a row", [{ hex: ACK + ACK }, "one\r"], ["<done>", "<done>", "one"]],
    ["cut by a pause", [{ hex: "02 00 00 01" }, GAP, { hex: "00 33 31" }, "one\r"], ["<done>", "one"]],
    ["cut by a pause after a code", ["one", { hex: "02 00 00 01 00" }, GAP, { hex: "33 31" }, GAP], ["one", "<done>"]],
    ["behind the longest text", [LONGEST, { hex: ACK }, "\r"], ["<done>", LONGEST]],
    ["from what is too long", [LONGEST, LONGEST, { hex: ACK }, "\r"], ["<done>", "(scanner.tooLong 2048)"]],
  ])("%s", (_, reads, expected) => {
    expect(found(reads)).toEqual(expected);
  });

  it("that refuses, too", () => {
    expect(found([{ hex: "05 D1 00 00 06 FF 24" }, "one\r"], SCANNER_MODELS.gm72)).toEqual(["<refused>", "one"]);
    expect(found([{ hex: "54 52 47 4D 4F 44 30 05 21" }, "one\r"], SCANNER_MODELS.n3680)).toEqual(["<refused>", "one"]);
  });

  it("that another model gives, not", () => {
    expect(found([{ hex: ACK }, "one\r"], SCANNER_MODELS.gm72)).toEqual(["(scanner.badCharacters 10)"]);
  });

  it("and its beginning alone does not swallow the next code", () => {
    expect(found([{ hex: "02 00" }, GAP, "one\r"])).toEqual(["(scanner.badCharacters 2)", "one"]);
  });

  it("and a text that begins like one is a text", () => {
    expect(found(["TRGMOD0", GAP, "TRGMOD0!\r"], SCANNER_MODELS.n3680)).toEqual(["TRGMOD0", "TRGMOD0!"]);
  });
});

describe("what is discarded", () => {
  it.each<[string, Read[], string[]]>([
    ["a text of 1,025 characters", [`${LONGEST}A\r`, "one\r"], ["(scanner.tooLong 1025)", "one"]],
    ["one of 4 KB, in one read", [`${"B".repeat(4_096)}\r\n`, "one\r"], ["(scanner.tooLong 4096)", "one"]],
    ["one without an end, until the pause", [LONGEST, LONGEST, LONGEST, GAP, "one\r"], ["(scanner.tooLong 3072)", "one"]],
    ["a control character", ["o\x00ne\r", "two\r"], ["(scanner.badCharacters 4)", "two"]],
    ["a tab", ["o\tne\r"], ["(scanner.badCharacters 4)"]],
    ["bytes above ASCII", ["o\xe9ne\r", "two\r"], ["(scanner.badCharacters 4)", "two"]],
    ["DEL", ["\x7f\r"], ["(scanner.badCharacters 1)"]],
    ["nothing: empty lines", ["\r\n\r\n\n\r"], []],
  ])("%s", (_, reads, expected) => {
    expect(found(reads)).toEqual(expected);
  });
});

describe("a pause", () => {
  const { plain, gm65 } = SCANNER_MODELS;

  it("is waited for only while there is something to end", () => {
    const begun = readBytes(EMPTY_FRAME, bytesOf("one"), plain, 1_000).frame;
    expect(gapDueMs(EMPTY_FRAME, plain)).toBe(null);
    expect(gapDueMs(begun, plain)).toBe(1_000 + GAP_MS);
    expect(gapDueMs(readBytes(begun, bytesOf("\r"), plain, 1_001).frame, plain)).toBe(null);
  });

  it("that has not lasted ends nothing", () => {
    const { frame } = readBytes(EMPTY_FRAME, bytesOf("one"), plain, 1_000);
    expect(readGap(frame, plain, 1_000 + GAP_MS - 1)).toEqual({ frame, found: [] });
  });

  it("is the line's when the module ends its codes: told to, or seen to", () => {
    const told = readBytes(EMPTY_FRAME, bytesOf("one"), gm65, 1_000).frame;
    const seen = readBytes(EMPTY_FRAME, bytesOf("one\rtwo"), plain, 1_000).frame;
    for (const [frame, model] of [
      [told, gm65],
      [seen, plain],
    ] as const) {
      expect(gapDueMs(frame, model)).toBe(1_000 + MISSING_END_MS);
      expect(readGap(frame, model, 1_000 + MISSING_END_MS - 1).found).toEqual([]);
      expect(readGap(frame, model, 1_000 + MISSING_END_MS).found).toHaveLength(1);
    }
  });

  it("stays the module's when only noise and empty lines have ended", () => {
    const { frame } = readBytes(EMPTY_FRAME, bytesOf("\x00\r\n\none"), plain, 1_000);
    expect(gapDueMs(frame, plain)).toBe(1_000 + GAP_MS);
  });

  it("in an answer is waited for longer, and then the answer is given up", () => {
    const begun = readBytes(EMPTY_FRAME, bytesOf({ hex: "02 00 00 01 00 33" }), UNENDED_GM65, 1_000).frame;
    const cut = readGap(begun, UNENDED_GM65, 1_000 + GAP_MS).frame;
    expect(gapDueMs(cut, gm65)).toBe(1_000 + CUT_ANSWER_MS);
    const given = readGap(cut, gm65, 1_000 + CUT_ANSWER_MS);
    expect(given.found).toEqual([{ type: "discarded", code: "scanner.badCharacters", bytes: 6 }]);
    expect(readBytes(given.frame, bytesOf("1one\r"), gm65, 2_000).found).toEqual([{ type: "text", text: "1one" }]);
    expect(gapDueMs(given.frame, gm65)).toBe(null);
  });
});
