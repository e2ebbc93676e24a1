import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { EventDraft } from "#agent/core/machine/state.ts";
import { deadLettersOf, tellDeadLetters } from "#agent/runtime/deadLetters.ts";
import { refusedByCode } from "#agent/shell/store/deadLetterFile.ts";
import type { SqliteJournal } from "#agent/shell/store/journal.ts";
import { events, LEGAL, MACHINE, OTHER_MACHINE, TELEMETRY } from "#test/journal/fixtures.ts";
import { sqliteStore } from "#test/journal/sqliteStore.ts";

let store: ReturnType<typeof sqliteStore>;
let journal: SqliteJournal;
let told: EventDraft[];

beforeEach(() => {
  store = sqliteStore();
  journal = store.open({ initialEpoch: 9 });
  journal.commit({ events: events(10), checkpoints: [] });
  told = [];
});

afterEach(() => {
  journal.close();
  store.destroy();
});

const tell = (): void => tellDeadLetters(journal, { device: MACHINE, note: (draft: EventDraft) => void told.push(draft) });

it("sums up what was refused by a digest that the platform can compute from its own list", () => {
  expect(deadLettersOf(journal, MACHINE)).toEqual([]);
  journal.acknowledge(LEGAL, 8, [
    { seq: 7, code: "receipt.missing" },
    { seq: 2, code: "event.badPayload" },
  ]);
  const rows = journal.read(LEGAL, 0, 10).rows;
  const line = (seq: number, code: string) => `\n${seq} ${code} ${rows[seq - 1]?.digest}`;
  const text = `arcgate-dead-letters/1\n${MACHINE}\nlegal\n9${line(2, "event.badPayload")}${line(7, "receipt.missing")}`;
  const digest = createHash("sha256").update(text).digest("hex");
  expect(deadLettersOf(journal, MACHINE)).toEqual([{ lane: "legal", count: 2, fromSeq: 2, toSeq: 7, digest }]);
  expect(deadLettersOf(journal, OTHER_MACHINE)).toEqual([]);
});

it("says it once, and again when there is more, so that a refusal of that very record breeds no storm", () => {
  tell();
  expect(told).toEqual([]);
  journal.acknowledge(LEGAL, 8, [{ seq: 2, code: "event.badPayload" }]);
  for (let day = 0; day < 3; day++) tell();
  expect(told).toMatchObject([{ name: "recordsRefused", payload: { lane: "legal", count: 1, fromSeq: 2, toSeq: 2 } }]);
  journal.acknowledge(LEGAL, 9, [{ seq: 9, code: "event.unknownKind" }]);
  tell();
  tell();
  expect(told).toMatchObject([{ payload: { count: 1 } }, { payload: { count: 2, toSeq: 9 } }]);
  expect(journal.stream(TELEMETRY).lastSeq).toBe(0);
});

it("the self-test reads the refusals while the agent has the journal open", () => {
  expect(refusedByCode(store.path)).toEqual([]);
  journal.acknowledge(LEGAL, 8, [
    { seq: 2, code: "event.badPayload" },
    { seq: 3, code: "event.badPayload" },
    { seq: 4, code: "receipt.missing" },
  ]);
  expect(refusedByCode(store.path)).toEqual([
    { code: "event.badPayload", count: 2 },
    { code: "receipt.missing", count: 1 },
  ]);
  expect(refusedByCode(`${store.path}.none`)).toEqual([]);
});
