/** A journal that has waited for long: rows of 200 bytes, written by the real store, and the same in the floor's bare table. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { openJournal } from "#agent/shell/store/journal.ts";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import { arcEvent, arcPayload, eventMs } from "#scripts/bench/pipeline/door.ts";

const ROWS_PER_COMMIT = 1_000;
/** In the room of 1,000,000 rows there is place for twice as many. */
export const JOURNAL_MEGABYTES = 1_024;

/** Commits `rows` legal events of the device to a new journal. */
export function fillJournal(path: string, device: string, rows: number): void {
  mkdirSync(dirname(path), { recursive: true });
  const journal = openJournal({ path, initialEpoch: 1, maxBytes: JOURNAL_MEGABYTES * 2 ** 20 });
  for (let from = 1; from <= rows; from += ROWS_PER_COMMIT) {
    const count = Math.min(ROWS_PER_COMMIT, rows - from + 1);
    journal.commit({ events: Array.from({ length: count }, (_, index) => arcEvent(device, from + index)), checkpoints: [] });
  }
  journal.close();
}

/** The table that the floor drains. */
export function fillFloor(path: string, rows: number): void {
  const database = new Database(path);
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.exec("CREATE TABLE event (seq INTEGER PRIMARY KEY, kind INTEGER, ms INTEGER, payload TEXT)");
  const insert = database.prepare("INSERT INTO event VALUES (?, ?, ?, ?)");
  database
    .transaction(() => {
      for (let seq = 1; seq <= rows; seq++) insert.run(seq, DICTIONARY.arc.kind, eventMs(seq), JSON.stringify(arcPayload(seq)));
    })
    .immediate();
  database.close();
}
