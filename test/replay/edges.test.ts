import { describe, expect, test } from "vitest";
import type { Row } from "#scripts/recordings/generate.ts";
import { type Chance, chanceOf } from "#scripts/recordings/random.ts";
import { meterRecording, rowsTruth } from "#test/replay/metered.ts";

type Reading = readonly [amps: number, volts: number];
const OPEN: Reading = [0, 65];
const PHASES_MS = [0, 13, 37, 50, 81, 99];

/** A row each `stepS`, `[amps, volts]` by the row's number. */
function rowsOf(count: number, stepS: number, reading: (index: number) => Reading): Row[] {
  return Array.from({ length: count }, (_, index) => {
    const [amps, volts] = reading(index);
    return { tS: Number((index * stepS).toFixed(5)), amps, volts };
  });
}

describe("an arc at its thresholds", () => {
  const cases: readonly (readonly [model: string, amps: number, volts: number, arcs: number])[] = [
    ["ZX7-400", 15, 24, 1],
    ["ZX7-400", 14.996, 24, 0],
    ["ZX7-400", 100, 8, 1],
    ["ZX7-400", 100, 7.996, 0],
    ["ZX7-400", 100, 45, 1],
    ["ZX7-400", 100, 45.004, 0],
    ["BX1-500", 15, 45, 1],
    ["BX1-500", 14.99, 24, 0],
    ["WSM-315", 5, 12, 1],
    ["WSM-315", 4.996, 12, 0],
  ];

  test.each(cases)("%s at %f A, %f V: %i", (model, amps, volts, arcs) => {
    for (const stepS of [1 / 9, 1 / 42, 0.001]) {
      const from = Math.round(1 / stepS);
      const rows = rowsOf(from * 4, stepS, (index) => (index >= from && index < from * 3 ? [amps, volts] : OPEN));
      expect(meterRecording(rows, model, 37).arcs.length, `${stepS} s`).toBe(arcs);
    }
  });

  test.each([
    [300, 1],
    [299, 0],
  ])("of %i ms: %i", (lengthMs, arcs) => {
    const rows = rowsOf(2_000, 0.001, (index) => (index >= 500 && index < 500 + lengthMs ? [100, 24] : OPEN));
    for (const phaseMs of PHASES_MS) expect(meterRecording(rows, "ZX7-400", phaseMs).arcs.length, `${phaseMs}`).toBe(arcs);
  });

  test.each([
    [300, 2],
    [299, 1],
  ])("with a gap of %i ms: %i", (gapMs, arcs) => {
    const rows = rowsOf(3_000, 0.001, (index) =>
      (index >= 500 && index < 1_500) || (index >= 1_500 + gapMs && index < 2_500) ? [100 + (index % 7), 24] : OPEN,
    );
    for (const phaseMs of PHASES_MS) expect(meterRecording(rows, "ZX7-400", phaseMs).arcs.length, `${phaseMs}`).toBe(arcs);
  });
});

describe("recordings at their ends", () => {
  test("one that is all arc is one arc, to the end of its last row", () => {
    const { arcs } = meterRecording(
      rowsOf(100, 0.01, () => [100, 24]),
      "ZX7-400",
      37,
    );
    expect(arcs).toMatchObject([{ startS: 0, endS: 1, strikes: 1 }]);
  });

  test("two rows, a second apart", () => {
    expect(
      meterRecording(
        rowsOf(2, 1, () => [100, 24]),
        "ZX7-400",
        37,
      ).arcs,
    ).toMatchObject([{ startS: 0, endS: 2 }]);
  });

  test("a row a second", () => {
    const rows = rowsOf(60, 1, (index) => (index >= 5 && index < 30 ? [100 + (index % 5), 24 + (index % 3)] : OPEN));
    expect(meterRecording(rows, "ZX7-400", 37).arcs).toMatchObject([{ startS: 5, endS: 30 }]);
  });

  test("a day's pause between two arcs is neither", () => {
    const second = rowsOf(100, 0.05, () => [100, 24]).map((row) => ({ ...row, tS: row.tS + 72_000 }));
    const { arcs } = meterRecording([...rowsOf(100, 0.05, () => [100, 24]), ...second], "ZX7-400", 37);
    expect(arcs).toMatchObject([
      { startS: 0, endS: 5 },
      { startS: 72_000, endS: 72_005 },
    ]);
  });
});

test("a pulsed arc's base current may be nothing for less than 0.3 s", () => {
  const rows = rowsOf(20_000, 0.001, (index) => {
    if (index < 500 || index >= 14_750) return OPEN;
    return (index - 500) % 500 < 250 ? [120 + (index % 11), 14 + (index % 5) / 10] : [2, 12];
  });
  expect(meterRecording(rows, "WSM-315", 37).arcs).toMatchObject([{ startS: 0.5, endS: 14.75 }]);
});

test("an AC arc that ends in a short ended where the short began", () => {
  const rows = rowsOf(400, 0.025, (index) => {
    if (index < 40 || index >= 224) return [0.1, 66];
    return index < 200 ? [130 + (index % 5), 25 + (index % 3)] : [180, 2];
  });
  for (const phaseMs of [0, 10, 30, 60]) {
    const { arcs } = meterRecording(rows, "BX1-500", phaseMs);
    expect(arcs.length, `${phaseMs}`).toBe(1);
    expect(Math.abs((arcs[0]?.endS ?? 0) - 5), `${phaseMs}`).toBeLessThan(0.05);
  }
});

describe("a freeze near an arc's ends", () => {
  function frozenNearEdges(chance: Chance, stepS: number): Row[] {
    const frozenFromS = 3 + chance.between(-0.2, 0.8);
    const frozenToS = frozenFromS + chance.between(11, 15);
    const arcToS = frozenToS + chance.between(-3, 2);
    const channel = chance.happens(0.5) ? "amps" : "volts";
    const rows: Row[] = [];
    for (let tS = 0; tS < arcToS + 2; tS += stepS * chance.between(0.7, 1.3)) {
      const arc = tS >= 3 && tS < arcToS;
      const [amps, volts] = arc ? [120 + 5 * chance.noise(), 22 + chance.noise()] : [0.2 * chance.noise(), 65 + 0.3 * chance.noise()];
      const row = { tS: Number(tS.toFixed(4)), amps: Number(amps.toFixed(1)) + 0, volts: Number(volts.toFixed(2)) + 0 };
      const before = rows.at(-1);
      if (before && tS >= frozenFromS && tS < frozenToS) row[channel] = before[channel];
      rows.push(row);
    }
    return rows;
  }

  test("is withdrawn, and leaves no arc behind that was none", () => {
    let judged = 0;
    for (let seed = 0; seed < 240; seed++) {
      const chance = chanceOf(seed);
      const rows = frozenNearEdges(chance, [1 / 9, 1 / 42, 1 / 250][seed % 3] ?? 1);
      const truth = rowsTruth(rows, "ZX7-400");
      // A freeze begins and ends somewhere in a window: an arc beside it is known to within half of one.
      if (truth.marginS < 0.07 || truth.frozenMarginS < 0.25) continue;
      judged += 1;
      const { arcs, arcSeconds, facts } = meterRecording(rows, "ZX7-400", chance.between(0, 100));
      const label = `seed ${seed}: ${JSON.stringify(arcs.map(({ startS, endS }) => [startS, endS]))} of ${JSON.stringify(truth.arcs)}`;
      expect(arcs.length, label).toBe(truth.arcs.length);
      expect(Math.abs(arcSeconds - truth.spanSeconds), label).toBeLessThan(0.3);
      expect(facts.filter(({ type }) => type === "frozenReading").length, label).toBe(truth.frozen.length);
    }
    expect(judged).toBeGreaterThan(150);
  });
});
