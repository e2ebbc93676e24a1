import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ARCGATE_CHIP } from "#protocol/chip/arcgateChip.ts";
import { decodeBlock, encodeBlock } from "#protocol/chip/codec.ts";
import type { Block } from "#protocol/chip/table.ts";
import { decodeWindow, encodeWindow, RUN_MAX, type Window } from "#protocol/chip/window.ts";

const BLOCKS = Object.entries(ARCGATE_CHIP.blocks) as [string, Block][];

describe("the register table", () => {
  it.each(BLOCKS)("%s: fields are in the block and do not overlap", (_, block) => {
    const taken = new Set<number>();
    for (const { name, at, words } of block.fields) {
      for (let word = at; word < at + words; word++) {
        expect(word < block.words, name).toBe(true);
        expect(taken.has(word), name).toBe(false);
        taken.add(word);
      }
    }
    expect(taken.size).toBeGreaterThan(0);
  });

  it("blocks do not overlap, but for the window records that follow a page", () => {
    const spans = BLOCKS.filter(([name]) => name !== "WINDOW").map(([, { address, words }]) => [address, address + words] as const);
    const sorted = spans.toSorted(([left], [right]) => left - right);
    for (const [index, [, end]] of sorted.entries()) expect(end <= (sorted[index + 1]?.[0] ?? 0x1_0000)).toBe(true);
    expect(ARCGATE_CHIP.blocks.WINDOW.address).toBe(ARCGATE_CHIP.blocks.PAGE.address + ARCGATE_CHIP.blocks.PAGE.words);
  });

  it.each(BLOCKS)("%s: whatever the words, what is read is written back the same", (_, block) => {
    const holes = Array.from(
      { length: block.words },
      (_, word) => !block.fields.some(({ at, words, type }) => word >= at && word < at + words && type !== "ascii"),
    );
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: block.words, maxLength: block.words }), (random) => {
        // Text and gaps aside, and u64 within what JavaScript counts exactly.
        const words = random.map((word, index) => (holes[index] ? 0 : countable(block, index, word)));
        expect([...encodeBlock(block, decodeBlock(block, words))]).toEqual(words);
      }),
      { numRuns: 200, seed: 20261122 },
    );
  });

  it("a value that does not fit is refused by the field's name", () => {
    const block = ARCGATE_CHIP.blocks.SETTINGS;
    expect(() => encodeBlock(block, { counter: -1, arcMinAmps: 15, alternating: 0, mac: new Uint8Array(8) })).toThrow(/counter/);
    expect(() => encodeBlock(block, { counter: 1, arcMinAmps: 6553.6, alternating: 0, mac: new Uint8Array(8) })).toThrow(/arcMinAmps/);
    expect(() => encodeBlock(block, { counter: 1, arcMinAmps: 15, alternating: 0, mac: new Uint8Array(7) })).toThrow(/mac/);
    expect(() => decodeBlock(block, [1, 2, 3])).toThrow(/arcMinAmps|alternating|mac/);
  });
});

/** What a random word becomes so that a u64 stays within what JavaScript counts exactly. */
function countable(block: Block, index: number, word: number): number {
  const field = block.fields.find(({ type, at, words }) => type === "u64" && index >= at && index < at + words);
  if (!field || index - field.at > 1) return word;
  return index === field.at ? 0 : word & 0x1f;
}

describe("window records", () => {
  const tenths = (most: number) => fc.integer({ min: -most * 10, max: most * 10 }).map((value) => value / 10);
  const hundredths = (most: number) => fc.integer({ min: -most * 100, max: most * 100 }).map((value) => value / 100);
  const halves = fc.integer({ min: 0, max: 200 }).map((parts) => parts / 2);
  const window: fc.Arbitrary<Window> = fc.record({
    seq: fc.integer({ min: 0, max: 0xffff_0000 }),
    run: fc.integer({ min: 1, max: RUN_MAX }),
    closed: fc.boolean(),
    sensorMissing: fc.boolean(),
    invalid: fc.boolean(),
    voltageMeanVolts: hundredths(300),
    voltageRmsVolts: hundredths(300).map(Math.abs),
    voltagePeakVolts: hundredths(300),
    currentMeanAmps: tenths(3000),
    currentRmsAmps: tenths(3000).map(Math.abs),
    currentPeakAmps: tenths(3000),
    arcMs: halves,
    shortMs: halves,
    arcFirstMs: halves,
    arcLastMs: halves,
    shorts: fc.integer({ min: 0, max: 255 }),
    strikes: fc.integer({ min: 0, max: 255 }),
  });

  it("come back as they went, to the record's resolution", () => {
    fc.assert(
      fc.property(window, (sent) => {
        expect(decodeWindow(encodeWindow(sent, 100), sent.seq, 100)).toEqual(sent);
      }),
      { numRuns: 2_000, seed: 20261122 },
    );
  });

  it("a sliver of arc does not vanish, and noise of the last bits changes nothing", () => {
    const quiet: Window = {
      seq: 0,
      run: 1,
      closed: true,
      sensorMissing: false,
      invalid: false,
      voltageMeanVolts: 25,
      voltageRmsVolts: 25,
      voltagePeakVolts: 25,
      currentMeanAmps: 120.25,
      currentRmsAmps: 120.25,
      currentPeakAmps: 120.25,
      arcMs: 0.1,
      shortMs: 0,
      arcFirstMs: 0,
      arcLastMs: 0.1,
      shorts: 0,
      strikes: 0,
    };
    expect(decodeWindow(encodeWindow(quiet, 100), 0, 100).arcMs).toBe(0.5);
    const noisy = { ...quiet, currentMeanAmps: 120.25 - 1e-10, currentRmsAmps: 120.25 + 1e-10 };
    expect([...encodeWindow(noisy, 100)]).toEqual([...encodeWindow(quiet, 100)]);
  });
});
