/** The bytes of every model, against golden values and against each other. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { SCANNER_MODELS, type ScannerModelName } from "#protocol/scanner/catalogue.ts";
import { crcCcitt } from "#protocol/scanner/gm65.ts";
import type { ScannerCommand, ScannerModel } from "#protocol/scanner/model.ts";

interface Vectors {
  crcCcitt: { bytesHex: string; crcHex: string }[];
  commands: { model: ScannerModelName; name: string; hex: string }[];
  answers: { model: ScannerModelName; means: string; hex: string }[];
}

const VECTORS: Vectors = JSON.parse(readFileSync("protocol/vectors/scanner/commands.json", "utf8"));
const MODELS: [string, ScannerModel][] = Object.entries(SCANNER_MODELS);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

function commandsOf({ configure, arm, stop }: ScannerModel): ScannerCommand[] {
  return [...configure, ...arm, ...(stop ? [stop] : [])];
}

describe("golden values", () => {
  it.each(VECTORS.crcCcitt)("CRC-CCITT of $bytesHex is $crcHex", ({ bytesHex, crcHex }) => {
    expect(crcCcitt(Buffer.from(bytesHex, "hex"))).toBe(Number.parseInt(crcHex, 16));
  });

  it("are every command that is ever sent, and nothing else", () => {
    const sent = MODELS.flatMap(([model, map]) => commandsOf(map).map(({ name, bytes }) => `${model} ${name} ${hex(bytes)}`));
    const golden = VECTORS.commands.map(({ model, name, hex }) => `${model} ${name} ${hex.replaceAll(" ", "")}`);
    expect([...new Set(sent)].sort()).toEqual(golden.sort());
  });

  it.each(VECTORS.answers)("$model answers $means with $hex", ({ model, means, hex: golden }) => {
    const known = (SCANNER_MODELS[model] as ScannerModel).answers.map((answer) => `${answer.means} ${hex(answer.bytes)}`);
    expect(known).toContain(`${means} ${golden}`);
  });
});

describe.each(MODELS)("%s", (_, model) => {
  it("has answers that no text and no end of a text can be", () => {
    for (const { bytes } of model.answers) {
      expect(bytes.some((byte) => byte < 0x20 || byte > 0x7e)).toBe(true);
      expect(bytes.includes(0x0d) || bytes.includes(0x0a)).toBe(false);
      expect(bytes.length).toBeLessThanOrEqual(32);
    }
  });

  it("has no answer that another one contains: taking out the shorter would spoil the longer", () => {
    const answers = model.answers.map(({ bytes }) => hex(bytes));
    for (const answer of answers) expect(answers.filter((other) => other.includes(answer))).toEqual([answer]);
  });

  it("can be triggered when, and only when, it has to be", () => {
    expect(model.arm.length > 0).toBe(model.armedMs !== null);
  });

  it("can tell that it hears, if it can be told anything", () => {
    expect(model.arm.length === 0 || model.arm.some(({ answered }) => answered)).toBe(true);
  });
});
