import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { CodedError } from "#protocol/errors/codedError.ts";
import { addressesOf, optionsOf } from "#scripts/install/discover/options.ts";

const folder = mkdtempSync(join(tmpdir(), "arcgate-options-"));
afterAll(() => rmSync(folder, { recursive: true }));

const wrong = (...argv: string[]): string => {
  try {
    optionsOf(argv);
    return "taken";
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
};

describe("the words of the command line", () => {
  it("addresses: lists and ranges, each once, in rising order", () => {
    expect(addressesOf("247,3-5,4")).toEqual([3, 4, 5, 247]);
  });

  it("what is to be written", () => {
    const words = ["--broker", "mqtt://b:1883", "--designation", "ZX7-400", "--designation", "370983ZARCG00000002V=NBC-350"];
    const pair = ["--pair", "1,2.0=370983ZARCG00000001X@/dev/ttyUSB0", "--flash-on", "2"];
    expect(optionsOf(["--port", "tcp://10.0.0.9:502", "--write", folder, ...words, ...pair])).toMatchObject({
      ports: ["tcp://10.0.0.9:502"],
      write: {
        wish: {
          ...{ designation: "ZX7-400", designations: new Map([["370983ZARCG00000002V", "NBC-350"]]), flashOn: [2] },
          pairs: [{ meter: 1, relay: 2, coil: 0, device: "370983ZARCG00000001X", port: "/dev/ttyUSB0" }],
        },
      },
    });
  });

  it.each([
    [["--addresses", "0-3"]],
    [["--addresses", "9-3"]],
    [["--addresses", "1-248"]],
    [["--baud", "300"]],
    [["--port", "/dev/a", "--port", "/dev/a"]],
    [["--patience", "1"]],
    [["--write", "/tmp"]],
    [["--write", "/there/is/none", "--broker", "mqtt://b", "--designation", "ZX7-400"]],
    [["--write", "/tmp", "--broker", "http://b", "--designation", "ZX7-400"]],
    [["--write", "/tmp", "--broker", "mqtt://b", "--designation", "ZX7-400", "--pair", "1+2"]],
    [["--nothing"]],
  ])("%j is refused", (argv) => {
    expect(wrong(...argv)).toBe("discover.badOption");
  });
});
