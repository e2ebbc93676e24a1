/** A journal with something of everything in it. */
import Database from "better-sqlite3";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import { arcEvent, events, LEGAL, MACHINE, OTHER_MACHINE, stuckEvent, TELEMETRY } from "#test/journal/fixtures.ts";
import { sqliteStore } from "#test/journal/sqliteStore.ts";

const ROWS = 8;
const LONG_TEXT = Array.from({ length: 300 }, (_, index) => `窗口 ${index % 11}`).join();

/** Long ones, of which the later is a change of the earlier, and short ones, which are whole. */
function stateOf(device: string, index: number): object {
  return device === MACHINE ? { index, device, text: LONG_TEXT } : { index, device };
}

/** The file's bytes, in a form that can be opened in memory. */
export function wholeJournal(firstIndex: number): Buffer {
  const store = sqliteStore();
  const journal = store.open({ initialEpoch: 41 });
  for (const device of [MACHINE, OTHER_MACHINE]) {
    for (let index = 0; index < ROWS; index += 4) {
      const made = (make: typeof arcEvent) => events(4, firstIndex + index, (each) => make(each, device));
      const long = { ...stuckEvent(index, device), payload: { startMs: index, endMs: 9, meanAmps: 1, text: LONG_TEXT } };
      journal.commit({ events: [...made(arcEvent), ...made(stuckEvent), long], checkpoints: [{ device, state: stateOf(device, index) }] });
    }
  }
  journal.setValue("timeFloorMs", "1760000000000");
  journal.setValue("policy", LONG_TEXT);
  journal.acknowledge(LEGAL, 6, [{ seq: 5, code: "event.badPayload" }]);
  journal.acknowledge(LEGAL, 8, [{ seq: 7, code: "event.badPayload" }]);
  journal.forget(LEGAL, 4, Number.MAX_SAFE_INTEGER);
  const thinned = { ...stuckEvent(ROWS), kind: DICTIONARY.windowsThinned.kind, payload: { fromSeq: 6, toSeq: 6, rows: 1 } };
  journal.thin(TELEMETRY, [6], thinned);
  journal.close();
  const database = new Database(store.path);
  database.pragma("journal_mode = DELETE");
  database.close();
  const inMemory = new Database(store.path, { readonly: true });
  const bytes = inMemory.serialize();
  inMemory.close();
  store.destroy();
  return bytes;
}
