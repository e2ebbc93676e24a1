import { describe, expect, test } from "vitest";
import { meterAll, SETTINGS } from "#test/metering/arcsOf.ts";
import { ARC, HOLE, type Made, NO_LOAD, OPEN, SHORT, sequence } from "#test/metering/windows.ts";

const sliver = (arcMs: number): Made => ({ ...ARC, arcMs, arcLastMs: arcMs });
const NEITHER: Made = { volts: 60 };

describe("what counts as an arc", () => {
  const cases: [string, [number, Made][], [startMs: number, endMs: number, arcMs: number, ending: string][]][] = [
    [
      "a plain arc",
      [
        [3, NO_LOAD],
        [10, ARC],
        [5, NO_LOAD],
      ],
      [[300, 1300, 1000, "off"]],
    ],
    [
      "0.3 s is one",
      [
        [1, NO_LOAD],
        [3, ARC],
        [5, NO_LOAD],
      ],
      [[100, 400, 300, "off"]],
    ],
    [
      "less is none",
      [
        [1, NO_LOAD],
        [2, ARC],
        [1, sliver(99)],
        [5, NO_LOAD],
      ],
      [],
    ],
    [
      "a gap under 0.3 s merges and is not counted",
      [
        [5, ARC],
        [2, NEITHER],
        [5, ARC],
        [5, NO_LOAD],
      ],
      [[0, 1200, 1000, "off"]],
    ],
    [
      "a gap of 0.3 s ends it",
      [
        [5, ARC],
        [3, NEITHER],
        [5, ARC],
        [5, NO_LOAD],
      ],
      [
        [0, 500, 500, "off"],
        [800, 1300, 500, "off"],
      ],
    ],
    [
      "pieces merge before the short ones drop",
      [
        [1, sliver(50)],
        [2, NEITHER],
        [1, ARC],
        [1, NEITHER],
        [1, sliver(50)],
        [9, NO_LOAD],
      ],
      [[0, 550, 200, "off"]],
    ],
    [
      "a short inside counts",
      [
        [5, ARC],
        [8, SHORT],
        [5, ARC],
        [5, NO_LOAD],
      ],
      [[0, 1800, 1800, "off"]],
    ],
    [
      "a short at the end does not",
      [
        [5, ARC],
        [8, SHORT],
        [5, NO_LOAD],
      ],
      [[0, 500, 500, "off"]],
    ],
    [
      "shorts and gaps between two arcs: only the gaps break it",
      [
        [5, ARC],
        [1, NEITHER],
        [4, SHORT],
        [1, NEITHER],
        [5, ARC],
        [5, NO_LOAD],
      ],
      [[0, 1600, 1400, "off"]],
    ],
    [
      "a short of 1 s is none too long",
      [
        [5, ARC],
        [10, SHORT],
        [5, ARC],
        [5, NO_LOAD],
      ],
      [[0, 2000, 2000, "off"]],
    ],
    [
      "a longer one is a stuck electrode",
      [
        [5, ARC],
        [11, SHORT],
        [5, ARC],
        [5, NO_LOAD],
      ],
      [
        [0, 500, 500, "stuck"],
        [1600, 2100, 500, "off"],
      ],
    ],
    [
      "a hole of 0.3 s ends it",
      [
        [5, ARC],
        [3, HOLE],
        [5, ARC],
        [5, NO_LOAD],
      ],
      [
        [0, 500, 500, "missing"],
        [800, 1300, 500, "off"],
      ],
    ],
    [
      "a smaller one merges",
      [
        [5, ARC],
        [2, HOLE],
        [5, ARC],
        [5, NO_LOAD],
      ],
      [[0, 1200, 1000, "off"]],
    ],
    [
      "an unplugged sensor is a hole",
      [
        [5, ARC],
        [4, { sensorMissing: true }],
        [5, NO_LOAD],
      ],
      [[0, 500, 500, "missing"]],
    ],
    [
      "the contactor opens in mid-arc",
      [
        [5, ARC],
        [1, { ...sliver(40), closed: false }],
        [5, OPEN],
      ],
      [[0, 540, 540, "opened"]],
    ],
    [
      "arc while open is not licensed work",
      [
        [3, OPEN],
        [9, { ...ARC, closed: false }],
        [5, OPEN],
      ],
      [],
    ],
    ["the session's end closes it", [[5, ARC]], [[0, 500, 500, "opened"]]],
  ];

  test.each(cases)("%s", (_, parts, expected) => {
    const { arcs, totals } = meterAll(sequence(...parts), SETTINGS);
    expect(arcs.map((arc) => [arc.startMs, arc.endMs, arc.arcMs, arc.ending])).toEqual(expected);
    expect(totals.arcs).toBe(expected.length);
    expect(totals.arcMs).toBe(expected.reduce((total, [, , arcMs]) => total + arcMs, 0));
  });

  test("edges inside windows are kept to half a millisecond", () => {
    const first: Made = { ...ARC, arcMs: 62.5, arcFirstMs: 37.5 };
    const { arcs } = meterAll(sequence([2, NO_LOAD], [1, first], [6, ARC], [1, sliver(20.5)], [5, NO_LOAD]), SETTINGS);
    expect(arcs[0]).toMatchObject({ startMs: 237.5, endMs: 920.5, arcMs: 683 });
  });

  test("every start is announced before its end, and only arcs are", () => {
    const { facts } = meterAll(sequence([2, ARC], [5, NO_LOAD], [5, ARC], [5, NO_LOAD], [5, ARC], [5, NO_LOAD]), SETTINGS);
    expect(facts.map((fact) => fact.type)).toEqual(["arcStarted", "arcEnded", "arcStarted", "arcEnded"]);
  });
});

describe("what an arc holds", () => {
  test("means are those of the windows wholly inside", () => {
    const diluted: Made = { volts: 45, amps: 50, arcMs: 40, arcFirstMs: 60, still: true };
    const inside: Made = { ...ARC, still: true };
    const { arcs } = meterAll(
      sequence([1, diluted], [5, inside], [1, { ...diluted, arcFirstMs: 0, arcLastMs: 40 }], [5, NO_LOAD]),
      SETTINGS,
    );
    expect(arcs[0]).toMatchObject({ meanAmps: 120, meanVolts: 25, arcMs: 580 });
    expect(arcs[0]?.chargeAmpereSeconds).toBeCloseTo(120 * 0.58);
    expect(arcs[0]?.energyJoules).toBeCloseTo(120 * 25 * 0.58);
    expect(arcs[0]?.peakAmps).toBeCloseTo(132);
  });

  test("AC is metered by RMS", () => {
    const windows = sequence([6, ARC], [5, NO_LOAD]).map((window) => ({ ...window, currentMeanAmps: 0, voltageMeanVolts: 0 }));
    const { arcs } = meterAll(windows, { ...SETTINGS, alternating: true });
    expect(arcs[0]?.meanAmps).toBeGreaterThan(119);
    expect(arcs[0]?.meanVolts).toBeGreaterThan(24);
  });

  test("an AC strike's short does not count to the arc that its RMS seemed to pass through", () => {
    const touch: Made = { volts: 20, amps: 100, arcMs: 9, arcFirstMs: 30, arcLastMs: 39, shortMs: 61, shorts: 1, strikes: 1 };
    const parts: [number, Made][] = [
      [1, touch],
      [2, SHORT],
      [6, ARC],
      [5, NO_LOAD],
    ];
    expect(meterAll(sequence(...parts), { ...SETTINGS, alternating: true }).arcs[0]).toMatchObject({ startMs: 300, endMs: 900 });
    expect(meterAll(sequence(...parts), SETTINGS).arcs[0]).toMatchObject({ startMs: 30, endMs: 900 });
  });

  test("strikes are those it took; shorts are those inside", () => {
    const strike: Made = { ...SHORT, shorts: 1, strikes: 1 };
    const dud = [
      [1, strike],
      [1, ARC],
      [5, NO_LOAD],
    ] as [number, Made][];
    const transfer: Made = { ...ARC, arcMs: 80, shortMs: 20, shorts: 7 };
    const { arcs, totals } = meterAll(sequence(...dud, [1, strike], [10, transfer], [1, strike], [5, NO_LOAD]), SETTINGS);
    expect(arcs).toHaveLength(1);
    expect(arcs[0]).toMatchObject({ strikes: 3, shorts: 70, shortMs: 200, arcMs: 1000 });
    expect(totals).toMatchObject({ strikes: 3, shorts: 73, shortMs: 500 });
  });
});
