/** What the simulated modules understand, byte by byte. */
import { describe, expect, it } from "vitest";
import { SCANNER_MODELS } from "#protocol/scanner/catalogue.ts";
import { type Firmware, firmwareOf } from "#simulator/scanner/firmware/firmware.ts";

const GM65_ACK = "02000001003331";
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** Says it in one read and gives the answers in hexadecimal. */
function said(firmware: Firmware, bytesHex: string, nowMs = 0): string[] {
  return firmware.hear(Buffer.from(bytesHex.replaceAll(" ", ""), "hex"), nowMs).map(hex);
}

describe("gm65", () => {
  it.each([
    ["a trigger", "7e 00 08 01 00 02 01 02 da", [GM65_ACK], true],
    ["a trigger whose CRC need not fit", "7e 00 08 01 00 02 01 ab cd", [GM65_ACK], true],
    ["a trigger whose CRC does not fit", "7e 00 08 01 00 02 01 02 db", [], false],
    ["a trigger after rubbish", "00 ff 7e 7e 00 08 01 00 02 01 ab cd", [GM65_ACK], true],
    ["a trigger and its end", "7e 00 08 01 00 02 01 02 da 7e 00 08 01 00 02 00 12 fb", [GM65_ACK, GM65_ACK], false],
    ["half a trigger", "7e 00 08 01 00 02", [], false],
    ["a command of no type", "7e 00 05 01 00 02 01 ab cd", [], false],
  ])("%s", (_, bytes, answers, looking) => {
    const firmware = firmwareOf("gm65");
    expect(said(firmware, bytes)).toEqual(answers);
    expect(firmware.reader.isLooking(1)).toBe(looking);
  });

  it("reads back what was written, and keeps it only when told to save", () => {
    const firmware = firmwareOf("gm65");
    said(firmware, "7e 00 08 01 00 60 21 4b f0");
    expect(hex(firmware.reader.tail)).toBe("0d0a");
    expect(said(firmware, "7e 00 07 01 00 60 01 ab cd").map((answer) => answer.slice(0, 10))).toEqual(["0200000121"]);
    expect(firmware.reader.flashWrites).toBe(0);
    expect(said(firmware, "7e 00 09 01 00 00 00 de c8")).toEqual([GM65_ACK]);
    expect(firmware.reader.flashWrites).toBe(1);
  });

  it("hears a trigger that comes byte by byte", () => {
    const firmware = firmwareOf("gm65");
    const answers = [...SCANNER_MODELS.gm65.arm[0].bytes].flatMap((byte) => firmware.hear(Uint8Array.of(byte), 0).map(hex));
    expect(answers).toEqual([GM65_ACK]);
  });
});

describe("gm72", () => {
  const START = "04 e4 04 00 ff 14";
  const DONE = "04d00000ff2c";

  it("sleeps through a command that nobody woke it for, and through one that comes too soon", () => {
    const firmware = firmwareOf("gm72");
    expect(said(firmware, START, 0)).toEqual([]);
    expect(said(firmware, START, 49)).toEqual([]);
    expect(said(firmware, START, 50)).toEqual([DONE]);
    expect(firmware.reader.ignored).toBe(2);
    expect(firmware.reader.triggers).toBe(1);
  });

  it("is awake while it looks, and asleep a second after the last byte", () => {
    const firmware = firmwareOf("gm72");
    said(firmware, "00", 0);
    expect(said(firmware, START, 50)).toEqual([DONE]);
    expect(said(firmware, START, 3_000)).toEqual([DONE]);
    expect(said(firmware, "04 e5 04 00 ff 13", 3_100)).toEqual([DONE]);
    expect(said(firmware, START, 4_100)).toEqual([]);
  });

  it.each([
    ["a sum that does not fit", "04 e4 04 00 ff 15", "05d1000001ff29"],
    ["an operation that it does not know", "04 e9 04 00 ff 0f", "05d1000006ff24"],
    ["a parameter that it does not know", "07 c6 04 00 ff 55 08 fd d3", "05d1000006ff24"],
  ])("refuses %s", (_, bytes, answer) => {
    const firmware = firmwareOf("gm72");
    said(firmware, "00", 0);
    expect(said(firmware, bytes, 60)).toEqual([answer]);
    expect(firmware.reader.isLooking(61)).toBe(false);
  });

  it("keeps a parameter in flash only when bit 3 says so", () => {
    const firmware = firmwareOf("gm72");
    said(firmware, "00", 0);
    expect(said(firmware, "07 c6 04 00 ff 8a 08 fd 9e", 60)).toEqual([DONE]);
    expect(firmware.reader.flashWrites).toBe(0);
    expect(said(firmware, "07 c6 04 08 00 8a 08 fe 95", 70)).toEqual([DONE]);
    expect(firmware.reader.flashWrites).toBe(1);
  });
});

describe("n3680", () => {
  const menu = (tag: string) => hex(Buffer.from(`\x16M\r${tag}`, "latin1"));
  const answer = (text: string) => hex(Buffer.from(text, "latin1"));

  it.each([
    ["TRGMOD0!", "TRGMOD0\x06!", 0],
    ["TRGMOD0.", "TRGMOD0\x06.", 1],
    ["TRGMOD9!", "TRGMOD9\x15!", 0],
    ["NOSUCH1!", "NOSUCH1\x05!", 0],
    ["TRGSTO300001!", "TRGSTO300001\x15!", 0],
    ["SUFBK2990D0A!", "SUFBK2990D0A\x06!", 0],
  ])("says what became of %s", (tag, answered, flashWrites) => {
    const firmware = firmwareOf("n3680");
    expect(said(firmware, menu(tag))).toEqual([answer(answered)]);
    expect(firmware.reader.flashWrites).toBe(flashWrites);
  });

  it("reads by SYN T CR and stops by SYN U CR, without a word", () => {
    const firmware = firmwareOf("n3680");
    expect(said(firmware, "16 54 0d")).toEqual([]);
    expect(firmware.reader.isLooking(1)).toBe(true);
    expect(said(firmware, "ff 16 55 0d")).toEqual([]);
    expect(firmware.reader.isLooking(1)).toBe(false);
    expect(said(firmware, "16 51 0d")).toEqual([]);
    expect(firmware.reader.ignored).toBe(1);
  });
});

describe("the window", () => {
  it("reads one code for each trigger, within its time, while it is shown", () => {
    const { reader } = firmwareOf("gm65");
    reader.show("AG1:ONE", 10_000);
    expect(reader.look(0)).toBe(null);
    reader.start(0);
    expect([reader.look(4_999), reader.look(4_999)]).toEqual(["AG1:ONE", null]);
    reader.start(6_000);
    expect(reader.look(11_000)).toBe(null);
    reader.start(9_000);
    expect(reader.look(10_000)).toBe(null);
  });

  it("of a module that reads always gives the same code once a second", () => {
    const { reader } = firmwareOf("plain");
    reader.show("AG1:ONE", 10_000);
    expect([0, 999, 1_000].map((nowMs) => reader.look(nowMs))).toEqual(["AG1:ONE", null, "AG1:ONE"]);
  });
});
