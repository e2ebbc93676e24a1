/** The judge on accounts that are made up: a whole one is clean, and each thing that can go wrong moves its own counter. */
import { describe, expect, it } from "vitest";
import type { MachineAccount, Opened, StoredRow } from "#test/chaos/kill/account.ts";
import { type Counts, noCounts } from "#test/chaos/kill/judge/counts.ts";
import { judge } from "#test/chaos/kill/judge/verdict.ts";

const SESSION = 7;

function row(seq: number, name: string, payload: object, session: number | null = SESSION): StoredRow {
  return { lane: "legal", seq, hash: `hash ${seq}`, name, session, payload };
}

function arc(seq: number, startMs: number, arcMs = 2_000, session = SESSION): StoredRow {
  return row(seq, "arc", { startMs, endMs: startMs + arcMs, arcMs }, session);
}

function opening(over: Partial<Opened> = {}): Opened {
  const closedAgain = { session: SESSION, atMs: 30_000 };
  return { by: "leaseLapsed", atMs: 20_000, arcing: true, session: SESSION, renewedAtMs: 12_000, closedAgain, stalledMs: 100, ...over };
}

const LOCKED = opening({ by: "command", atMs: 80_000, arcing: false, renewedAtMs: 79_500, closedAgain: null });
const SOFT_END = { opens: [opening(), { ...LOCKED, by: "arcOff" as const, arcing: true }], lockedAtMs: [49_000] };
const LONG = { what: "killed", fromMs: 12_300, untilMs: 24_000 } as const;

/** One session of two arcs, cut by an outage beyond the lease, gone on with, and locked. */
function account(over: Partial<MachineAccount> = {}): MachineAccount {
  const rows = over.rows ?? [
    row(1, "sessionStarted", {}),
    arc(2, 10_000),
    arc(3, 32_000),
    row(4, "sessionEnded", { cause: "lockedByPlatform", arcs: 2, arcMs: 4_000 }),
  ];
  const stream = { lane: "legal", chain: 1, held: rows.length, lastSeq: rows.length, missingCount: 0, conflicts: 0 } as const;
  return {
    ...{ device: "M", closedFromMs: 1_000, endedMs: 90_000, lockedAtMs: [45_000], rows },
    ...{ opens: [opening(), LOCKED], outages: [LONG], burned: { arcs: 2, arcMs: 4_004, doubtfulArcs: 0 } },
    committed: [{ lane: "legal", chain: 1, seq: 2, head: "hash 2" }],
    journalled: { legal: rows.length, telemetry: 0 },
    streams: [{ ...stream, chainBreaks: 0, refused: 0 }],
    ...over,
  };
}

function rowsWith(...more: StoredRow[]): StoredRow[] {
  return [...account().rows, ...more];
}

function streamWith(over: Partial<MachineAccount["streams"][number]>): Partial<MachineAccount> {
  return { streams: account().streams.map((stream) => ({ ...stream, ...over })) };
}

const WRONG: [name: string, over: Partial<MachineAccount>, counts: Partial<Counts>][] = [
  ["a committed row that the platform does not have", { journalled: { legal: 6, telemetry: 0 } }, { lost: 2 }],
  ["a hole in what the platform has", streamWith({ missingCount: 1, lastSeq: 5 }), { lost: 1 }],
  ["a row that the platform refused", streamWith({ refused: 1 }), { lost: 1 }],
  ["a journal that began anew", { streams: [...account().streams, ...account().streams] }, { lost: 1 }],
  ["a row that was committed at a kill, and is another now", { committed: [{ lane: "legal", chain: 1, seq: 2, head: "x" }] }, { lost: 1 }],
  [
    "a row that was committed at a kill, in another journal",
    { committed: [{ lane: "legal", chain: 9, seq: 2, head: "hash 2" }] },
    { lost: 1 },
  ],
  ["an arc that burned and is not on record", { burned: { arcs: 3, arcMs: 6_000, doubtfulArcs: 0 } }, { lost: 1 }],
  ["a window of an arc that is not on record", { burned: { arcs: 2, arcMs: 4_100, doubtfulArcs: 0 } }, { lost: 1 }],
  ["time of arcs that did not burn", { burned: { arcs: 2, arcMs: 3_900, doubtfulArcs: 0 } }, { duplicate: 1 }],
  [
    "the same arc in two records",
    {
      rows: [
        row(1, "sessionStarted", {}),
        arc(2, 10_000, 1_500),
        arc(3, 11_000, 1_500),
        arc(4, 32_000, 1_000),
        row(5, "sessionEnded", { cause: "lockedByPlatform", arcs: 3, arcMs: 4_000 }),
      ],
    },
    { duplicate: 2 },
  ],
  [
    "a session that ended twice",
    { rows: rowsWith(row(5, "sessionEnded", { cause: "lockedByPlatform", arcs: 2, arcMs: 4_000 })), lockedAtMs: [45_000, 46_000] },
    { duplicate: 1 },
  ],
  ["a session that started twice", { rows: rowsWith(row(5, "sessionStarted", {})) }, { duplicate: 1 }],
  [
    "windows that came twice",
    {
      rows: rowsWith(row(5, "windows", { firstSeq: 100, runs: [1, 1, 3] }), row(6, "windows", { firstSeq: 104, runs: [1] })),
    },
    { duplicate: 1 },
  ],
  ["a number that was given twice", streamWith({ conflicts: 1 }), { duplicate: 1 }],
  ["an arc that was cut by a short outage", { outages: [{ ...LONG, untilMs: 17_000 }] }, { arcsDropped: 1, leaseOpens: 1 }],
  ["an arc that was cut in no outage at all", { outages: [] }, { arcsDropped: 1, leaseOpens: 1 }],
  ["an arc that was cut by an agent that ended", { outages: [{ ...LONG, what: "ended" }] }, { arcsDropped: 1, leaseOpens: 1 }],
  [
    "an arc that was cut before its soft end's 30 s",
    { opens: [opening(), { ...LOCKED, by: "arcOff", arcing: true }], lockedAtMs: [51_000] },
    { arcsDropped: 1, leaseOpens: 1 },
  ],
  ["an arc that was cut by an order", { opens: [opening(), { ...LOCKED, arcing: true }] }, { arcsDropped: 1, leaseOpens: 1 }],
  ["a contactor that opened late", { opens: [opening({ renewedAtMs: 11_700 }), LOCKED] }, { lateOpens: 1, leaseOpens: 1 }],
  ["a contactor that did not open in a long outage", { opens: [LOCKED] }, { lateOpens: 1, leaseOpens: 0 }],
  ["a session that ended, though nobody ended it", { lockedAtMs: [] }, { sessionsSplit: 1 }],
  [
    "one session that became two by an outage",
    {
      rows: [
        row(1, "sessionStarted", {}),
        arc(2, 10_000),
        row(3, "sessionEnded", { cause: "leaseLost", arcs: 1, arcMs: 2_000 }),
        row(4, "sessionStarted", {}, 8),
        arc(5, 32_000, 2_000, 8),
        row(6, "sessionEnded", { cause: "lockedByPlatform", arcs: 1, arcMs: 2_000 }, 8),
      ],
    },
    { sessionsSplit: 1 },
  ],
  [
    "a session that closed with an arc too few",
    { rows: [...account().rows.slice(0, 3), row(4, "sessionEnded", { cause: "lockedByPlatform", arcs: 1, arcMs: 2_000 })] },
    { lost: 1 },
  ],
  ["a session without an end", { rows: account().rows.slice(0, 3), burned: account().burned }, { lost: 1 }],
];

describe("the judge of the kills", () => {
  it("has nothing against a whole account, and counts its lapse", () => {
    expect(judge(account())).toEqual({ counts: { ...noCounts(), leaseOpens: 1 }, faults: [], excused: 0 });
  });

  it("has nothing against the end of 30 s in which somebody welded on", () => {
    expect(judge(account(SOFT_END)).faults).toEqual([]);
  });

  it.each(WRONG)("charges %s", (_name, over, counts) => {
    const { counts: found, faults } = judge(account(over));
    expect([found, faults.length > 0]).toEqual([{ ...noCounts(), leaseOpens: 1, ...counts }, true]);
  });

  it("says that a lease lapsed in a short outage, though no arc burned", () => {
    const quiet = account({ opens: [opening({ arcing: false }), LOCKED], outages: [{ ...LONG, untilMs: 17_000 }] });
    expect(judge(quiet)).toMatchObject({ counts: { arcsDropped: 0, leaseOpens: 1 }, faults: [expect.stringContaining("4700 ms out")] });
  });

  it("adds up outages between which nothing was renewed", () => {
    const outages = [
      { ...LONG, untilMs: 14_000 },
      { ...LONG, fromMs: 15_000, untilMs: 17_500 },
    ];
    expect(judge(account({ outages })).faults).toEqual([]);
  });

  it("excuses a lapse while the computer let nobody run, and says so", () => {
    const lapsed = (outMs: number, stalledMs: number) =>
      judge(account({ opens: [opening({ stalledMs }), LOCKED], outages: [{ ...LONG, untilMs: LONG.fromMs + outMs }] }));
    const excused = { counts: { arcsDropped: 0, leaseOpens: 1 }, faults: [], excused: 1 };
    const charged = { counts: { arcsDropped: 1, leaseOpens: 1 }, excused: 0 };
    // Long enough together.
    expect(lapsed(4_500, 501)).toMatchObject(excused);
    expect(lapsed(4_500, 499)).toMatchObject(charged);
    // Or for a quarter of the 6 s in which the agent was not out.
    expect(lapsed(2_000, 1_501)).toMatchObject(excused);
    expect(lapsed(2_000, 1_499)).toMatchObject(charged);
  });

  it("lets a session end whose contactor was open for a minute", () => {
    const rows = [...account().rows.slice(0, 3), row(4, "sessionEnded", { cause: "leaseLost", arcs: 2, arcMs: 4_000 })];
    expect(judge(account({ rows, opens: [opening({ closedAgain: null })], lockedAtMs: [] })).faults).toEqual([]);
    const never = (durationMs: number) => {
      const ended = row(2, "sessionEnded", { cause: "leaseLost", arcs: 0, arcMs: 0, durationMs });
      const burned = { arcs: 0, arcMs: 0, doubtfulArcs: 0 };
      return judge(account({ rows: [row(1, "sessionStarted", {}), ended], opens: [], outages: [], lockedAtMs: [], burned }));
    };
    expect([never(60_000).counts.sessionsSplit, never(59_000).counts.sessionsSplit]).toEqual([0, 1]);
  });

  it("takes what the machine itself says is unaccounted for as told", () => {
    const rows = rowsWith(row(5, "unaccounted", { arcMs: 1_990 }));
    expect(judge(account({ rows, burned: { arcs: 3, arcMs: 6_000, doubtfulArcs: 0 } })).faults).toEqual([]);
  });

  it("leaves open whether what is just as long as an arc is one", () => {
    expect(judge(account({ burned: { arcs: 3, arcMs: 4_310, doubtfulArcs: 1 } })).faults).toEqual([]);
  });
});
