import { expect, test } from "vitest";
import type { HeldEvent } from "#simulator/replay/observe.ts";
import { resultOf } from "#simulator/replay/result.ts";
import { resultTable } from "#simulator/replay/table.ts";

const BASE = { startMs: 12_300, firstS: 1_000.5, windowMs: 100 };
const ARC = {
  ...{
    startMs: 13_300,
    endMs: 18_300,
    arcMs: 4_900,
    meanAmps: 151.26,
    meanVolts: 25.013,
    peakAmps: 190,
    strikes: 1,
    shorts: 3,
    shortMs: 20,
  },
  ...{ chargeAmpereSeconds: 741, energyJoules: 18_500, ending: "off" as const },
};
const TOTALS = {
  ...{
    handle: "00".repeat(16),
    cause: "lockedByPlatform",
    durationMs: 60_000,
    arcs: 1,
    arcMs: 4_900,
    strikes: 4,
    shorts: 9,
    shortMs: 1_700,
  },
  ...{ stuckMs: 1_500, noLoadMs: 5_000, chargeAmpereSeconds: 741, energyJoules: 18_500 },
};

const NO_EVIDENCE = { windowMs: 100, firstSeq: 0, runs: [], flags: [], volts: [], amps: [], peakAmps: [], arcMs: [], shorts: [] };

function event<N extends HeldEvent["name"]>(name: N, kind: number, payload: Extract<HeldEvent, { name: N }>["payload"]): HeldEvent {
  return { name, kind, seq: 1, session: 7, payload } as HeldEvent;
}

const EVENTS: HeldEvent[] = [
  event("agentStarted", 4001, { version: "0", resumedSession: false }),
  event("arc", 2001, ARC),
  event("frozenReading", 3105, { channel: "voltage", startMs: 22_300, endMs: 34_300, withdrawnArcMs: 12_000 }),
  event("reversedSensor", 3106, { atMs: 13_300, forMs: 1_100, quantity: "amps", measured: -151, threshold: -12, evidence: NO_EVIDENCE }),
  event("voltageWithoutCurrent", 3107, {
    atMs: 40_300,
    forMs: 10_000,
    quantity: "volts",
    measured: 24,
    threshold: 8,
    evidence: NO_EVIDENCE,
  }),
  event("windowsLost", 4008, { fromSeq: 500, count: 10 }),
  event("contactorOpened", 5002, { by: "command", afterMs: 20 }),
  event("sessionEnded", 1004, TOTALS),
];

test("a result speaks in the recording's own seconds", () => {
  const result = resultOf(EVENTS, BASE);
  expect(result.arcs).toEqual([{ startS: 1_001.5, endS: 1_006.5, meanAmps: 151.3, meanVolts: 25.01 }]);
  expect(result).toMatchObject({ arcSeconds: 5, strikes: 4, shorts: 9, stuckSeconds: 1.5 });
});

test("warnings and alarms are faults, with their time where they have one; the machine's ordinary life is not", () => {
  const { faults } = resultOf(EVENTS, BASE);
  expect(faults.map(({ name, kind, startS, endS }) => [name, kind, startS, endS])).toEqual([
    ["frozenReading", 3105, 1_010.5, 1_022.5],
    ["reversedSensor", 3106, 1_001.5, 1_002.6],
    ["voltageWithoutCurrent", 3107, 1_028.5, 1_038.5],
    ["windowsLost", 4008, 1_038.2, 1_039.2],
  ]);
  expect(faults[0]).toMatchObject({ channel: "voltage", withdrawnArcMs: 12_000, zh: "读数冻结" });
});

test("the table names every arc and every fault", () => {
  const table = resultTable(resultOf(EVENTS, BASE));
  expect(table).toContain("1  1001.50  1006.50     5.00  151  25.0");
  expect(table).toContain("读数冻结 Reading frozen under load, 1010.50 – 1022.50 s");
});

test("nothing welded is an empty result, not an error", () => {
  expect(resultOf([], BASE)).toEqual({ arcs: [], arcSeconds: 0, strikes: 0, shorts: 0, stuckSeconds: 0, faults: [] });
});
