/** Floor of the list: the same entries in a table of better-sqlite3, WAL and synchronous FULL, with nothing signed and nothing checked. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { ENTRY_BYTES } from "#protocol/list/layout.ts";
import { changesOf } from "#protocol/list/overlay.ts";
import { basesEntries } from "#scripts/bench/list/baseEntries.ts";
import { type ListOrder, type ListTask, rssMbNow, serve, timed, timeLookUps } from "#scripts/bench/list/tasks.ts";

const task = JSON.parse(process.argv[2] ?? "") as ListTask;
const path = join(task.folder, "floor.sqlite");
const handles = JSON.parse(readFileSync(task.handles, "utf8")) as string[];
/** The rest of an entry, behind its handle. */
const REST_BYTES = ENTRY_BYTES - 16;
let opened: { database: Database.Database; lookUp: Database.Statement } | undefined;

serve(async (order: ListOrder) => {
  switch (order.do) {
    case "import": {
      const { ms } = timed(importAll);
      return { importMs: ms, fileBytes: statSync(path).size };
    }
    case "load": {
      const before = rssMbNow();
      const { ms, result } = timed(open);
      opened = result;
      return { loadMs: ms, rssAddedMb: rssMbNow() - before };
    }
    case "lookUp":
      return timeLookUps(handles, (handle) => opened?.lookUp.get(Buffer.from(handle, "hex")) !== undefined);
    case "apply":
      return { applyMs: timed(applyAll).ms };
  }
});

function open(): NonNullable<typeof opened> {
  const database = new Database(path);
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.exec("CREATE TABLE IF NOT EXISTS certificate (handle BLOB PRIMARY KEY, rest BLOB NOT NULL) WITHOUT ROWID");
  return { database, lookUp: database.prepare("SELECT rest FROM certificate WHERE handle = ?") };
}

function importAll(): void {
  const { database } = open();
  const insert = database.prepare("INSERT INTO certificate VALUES (?, ?)");
  database.transaction(() => {
    for (const entry of basesEntries(task.base)) insert.run(entry.subarray(0, 16), entry.subarray(16));
  })();
  database.pragma("wal_checkpoint(TRUNCATE)");
  database.close();
}

function applyAll(): void {
  if (!opened) throw new Error("nothing is open");
  const { database } = opened;
  const upsert = database.prepare("INSERT OR REPLACE INTO certificate VALUES (?, ?)");
  const remove = database.prepare("DELETE FROM certificate WHERE handle = ?");
  database.transaction(() => {
    for (const change of changesOf(readFileSync(task.overlay))) {
      const handle = Buffer.from(change.handle, "hex");
      if ("removed" in change) remove.run(handle);
      else upsert.run(handle, Buffer.alloc(REST_BYTES, change.categories));
    }
  })();
}
