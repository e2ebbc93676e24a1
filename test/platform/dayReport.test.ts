import { expect, onTestFinished, test } from "vitest";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import { type DayReport, reportDay } from "#simulator/platform/dayReport.ts";
import { dayText } from "#simulator/platform/dayText.ts";
import { EventStore } from "#simulator/platform/eventStore.ts";
import { Receiver } from "#simulator/platform/receiver.ts";
import { batchOf, type ChainedRow, type ChainOptions, chainedRows, DEVICE, eStopOf } from "#test/platform/device.ts";
import { temporaryFolder } from "#test/platform/workbench.ts";

const HOUR_MS = 3_600_000;
/** Midnight in Shanghai, 2026-06-01. */
const MIDNIGHT_MS = Date.UTC(2026, 4, 31, 16);
const DAYS = ["2026-06-01", "2026-06-02", "2026-06-03"] as const;

/** Ten records a day, two hours apart, from 00:00. */
const time = (seq: number) => {
  const earliestMs = MIDNIGHT_MS + Math.floor((seq - 1) / 10) * 24 * HOUR_MS + ((seq - 1) % 10) * 2 * HOUR_MS;
  return { monoMs: seq * 10, earliestMs, latestMs: earliestMs + 400 };
};

const ARC = {
  ...{ startMs: 0, endMs: 1_500, arcMs: 1_500, meanAmps: 110, meanVolts: 23, peakAmps: 140, strikes: 1, shorts: 0, shortMs: 0 },
  ...{ chargeAmpereSeconds: 165, energyJoules: 3_795, ending: "off" },
};
const LOST = { reason: "powerLoss", windows: 20, arcMs: 1_200, chargeAmpereSeconds: 0, energyJoules: 0, strikes: 0, shorts: 0 };

/** Arcs at 12 and 13, unaccounted welding at 14, a record that the dictionary refuses at 15. */
function payload(seq: number): { kind: number; payload: object } {
  if (seq === 12 || seq === 13) return { kind: DICTIONARY.arc.kind, payload: ARC };
  if (seq === 14) return { kind: DICTIONARY.unaccounted.kind, payload: LOST };
  return seq === 15 ? { kind: DICTIONARY.eStop.kind, payload: { pressed: "perhaps" } } : eStopOf(seq);
}

const ROWS = chainedRows(30, { time, payload });

function storeWith(...batches: (readonly ChainedRow[])[]) {
  const store = new EventStore(temporaryFolder());
  onTestFinished(() => store.close());
  const ignore = () => undefined;
  const receipts = { keyOf: ignore, hasIssued: () => false };
  const receiver = new Receiver(store, { committed: ignore, unreadable: ignore, storeFailed: ignore }, receipts, () => 1);
  const send = (rows: readonly ChainedRow[], options: ChainOptions = {}) => {
    receiver.accept(DEVICE, batchOf(rows, options), ignore);
    receiver.flush();
  };
  for (const rows of batches) send(rows);
  const day = (name: string | null): DayReport => reportDay(store.database, DEVICE, name);
  return { store, send, day, verdicts: () => DAYS.map((name) => day(name).verdict) };
}

const hashAt = (seq: number) => ROWS[seq - 1]?.hash ?? "";

test("a whole day is proven complete, with what it holds", () => {
  const { day, verdicts, send } = storeWith(ROWS, ROWS.slice(10, 13));
  expect(verdicts()).toEqual(["complete", "complete", "soFar"]);
  expect(day(DAYS[1])).toEqual({
    ...{ device: DEVICE, day: DAYS[1], zone: "Asia/Shanghai", verdict: "complete", arcs: 2, arcSeconds: 3 },
    unaccounted: { events: 1, windows: 20, arcSeconds: 1.2 },
    lanes: [
      {
        ...{ lane: "legal", chain: 1_700_000_000, firstSeq: 11, lastSeq: 20, held: 9, refused: 1, refusedBy: { "event.badPayload": 1 } },
        ...{ thinned: 0, missing: [], missingCount: 0, duplicates: 3, closed: true, uncertain: { perhapsLater: 0, perhapsHere: 0 } },
        ...{ verified: { from: 11, to: 20, head: hashAt(20) }, faults: [] },
      },
    ],
  });
  // The next lane's record of a later day is awaited too.
  send(chainedRows(2, { lane: "telemetry", time }), { lane: "telemetry" });
  expect(day(DAYS[0])).toMatchObject({ verdict: "soFar", lanes: [{ closed: true }, { lane: "telemetry", held: 2, closed: false }] });
  expect(day("2026-05-31").verdict).toBe("nothingHeld");
  expect(day("2026-06-09")).toMatchObject({ verdict: "soFar", lanes: [{ firstSeq: null, verified: null }, { firstSeq: null }] });
  expect(() => day("2026-02-30")).toThrow(RangeError);
});

test("a hole is named in the days to which it may belong", () => {
  const { store, day, verdicts } = storeWith(ROWS);
  const remove = (...seqs: number[]) => store.database.exec(`DELETE FROM event WHERE key % 4294967296 IN (${seqs.join()})`);
  remove(13, 14, 17);
  expect(day(DAYS[1]).lanes[0]).toMatchObject({
    missing: [
      [13, 14],
      [17, 17],
    ],
    missingCount: 3,
    verified: { from: 11, to: 12 },
    faults: [],
  });
  expect(verdicts()).toEqual(["complete", "incomplete", "soFar"]);
  // At midnight: the last record of one day and the first of the next.
  remove(20, 21);
  expect(verdicts()).toEqual(["complete", "incomplete", "incomplete"]);
  expect(day(DAYS[2]).lanes[0]?.missing).toEqual([[20, 21]]);
  remove(1);
  expect(day(DAYS[0]).lanes[0]?.missing).toEqual([[1, 1]]);
});

test("what came after a hole tells of what never came", () => {
  const { day } = storeWith(ROWS.slice(0, 20), ROWS.slice(25));
  expect(day(DAYS[1])).toMatchObject({ verdict: "incomplete", lanes: [{ missing: [[21, 30]], closed: false }] });
});

test("a fork is named with its place, and both hashes", () => {
  const { send, day } = storeWith(ROWS);
  const other = chainedRows(1, {
    time,
    after: { seq: 16, hash: hashAt(16) },
    payload: () => ({ kind: DICTIONARY.arc.kind, payload: ARC }),
  });
  send(other);
  const { verdict, lanes } = day(DAYS[1]);
  expect(verdict).toBe("incomplete");
  expect(lanes[0]?.faults).toEqual([{ seq: 17, what: "fork", detail: `held ${hashAt(17)}, sent ${other[0]?.hash}` }]);
  expect(day(DAYS[0]).verdict).toBe("complete");
});

test("a break in the device's own chain is named once, and the rows after it still follow", () => {
  const branch = chainedRows(14, { time, after: { seq: 16, hash: "ab".repeat(32) } });
  const { day } = storeWith(ROWS.slice(0, 16), branch);
  expect(day(DAYS[1])).toMatchObject({ verdict: "incomplete", lanes: [{ faults: [{ seq: 17, what: "break" }], verified: { to: 16 } }] });
  expect(day(DAYS[2])).toMatchObject({ verdict: "soFar", lanes: [{ faults: [] }] });
});

test.each([
  ["a payload", "payload = json_set(payload, '$.arcMs', 9)", 12, 12],
  ["a time", "mono_ms = mono_ms + 1", 18, 18],
  ["the last record's hash", "hash = zeroblob(32)", 30, 30],
])("an edit of %s in the platform's store is named with its place", (_name, change, seq, found) => {
  const { store, day } = storeWith(ROWS);
  store.database.exec(`UPDATE event SET ${change} WHERE key % 4294967296 = ${seq}`);
  const { verdict, lanes } = day(null);
  expect(verdict).toBe("incomplete");
  expect(lanes[0]?.faults[0]).toMatchObject({ seq: found, what: "edited" });
  expect(lanes[0]?.verified).toEqual({ from: 1, to: found - 1, head: hashAt(found - 1) });
});

test("an edit that gives the row its fitting hash is found at the next row, and at the end by what was acknowledged", () => {
  const forge = (after: number) => {
    const { store, day } = storeWith(ROWS);
    const [forged] = chainedRows(1, { time, after: { seq: after, hash: hashAt(after) }, payload: () => eStopOf(after) });
    const update = store.database.prepare("UPDATE event SET kind = ?, payload = ?, hash = ? WHERE key % 4294967296 = ?");
    update.run(forged?.kind, forged?.payloadText, Buffer.from(forged?.hash ?? "", "hex"), after + 1);
    return day(null).lanes[0]?.faults;
  };
  expect(forge(17)).toMatchObject([{ seq: 19, what: "edited" }]);
  expect(forge(29)).toMatchObject([{ seq: 30, what: "head" }]);
});

test("thinned telemetry is counted and still proves its chain", () => {
  const { send, day, store } = storeWith();
  const rows = chainedRows(20, { lane: "telemetry", time }).map((row) => (row.seq % 3 === 0 ? { ...row, payloadText: null } : row));
  send(rows, { lane: "telemetry" });
  expect(day(DAYS[0])).toMatchObject({ verdict: "complete", lanes: [{ held: 10, thinned: 3, verified: { to: 10 } }] });
  store.database.exec("UPDATE event SET digest = zeroblob(32) WHERE key % 4294967296 = 6");
  expect(day(DAYS[0]).lanes[0]?.faults).toMatchObject([{ seq: 6, what: "edited" }]);
});

test("days change at midnight in Shanghai, and doubt about the time is told", () => {
  const at = [MIDNIGHT_MS - 1, MIDNIGHT_MS, MIDNIGHT_MS + 24 * HOUR_MS - 1, MIDNIGHT_MS + 24 * HOUR_MS];
  const latest = [MIDNIGHT_MS + 5, MIDNIGHT_MS, null, MIDNIGHT_MS + 24 * HOUR_MS];
  const { day } = storeWith(
    chainedRows(4, { time: (seq) => ({ monoMs: seq, earliestMs: at[seq - 1] ?? 0, latestMs: latest[seq - 1] ?? null }) }),
  );
  const [lane] = day(DAYS[0]).lanes;
  expect(lane).toMatchObject({ firstSeq: 2, lastSeq: 3, uncertain: { perhapsLater: 1, perhapsHere: 1 }, closed: true });
});

test("a store of before digests were kept is opened and goes on", () => {
  const folder = temporaryFolder();
  const first = new EventStore(folder);
  first.database.exec("ALTER TABLE event DROP COLUMN digest");
  first.close();
  const again = new EventStore(folder);
  onTestFinished(() => again.close());
  expect(again.database.prepare<[], string>("SELECT name FROM pragma_table_info('event')").pluck().all()).toContain("digest");
});

test("people read it in their language", () => {
  const { store, day } = storeWith(ROWS);
  expect(dayText(day(DAYS[1]), "zh")).toContain("完整：无缺失");
  store.database.exec("DELETE FROM event WHERE key % 4294967296 IN (13, 14)");
  const [zh, en] = [dayText(day(DAYS[1]), "zh"), dayText(day(DAYS[1]), "en")];
  expect(zh).toContain("缺失 2 [13–14]");
  expect(en).toMatch(/INCOMPLETE.*missing 2 \[13–14\].*arcs 1, 1\.5 s/s);
  expect(en).not.toMatch(/[\u4e00-\u9fff]/);
});
