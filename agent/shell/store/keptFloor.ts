import { existsSync } from "node:fs";
import Database from "better-sqlite3";

/** As the agent's clock names it in the journal. */
const NAME = "timeFloorMs";
/** Later is no time but damage. */
const LATEST_MS = Date.UTC(2100, 0, 1);

/** The floor of time in a journal that nobody has open; null where none can be read: the next opening says what is wrong with the file. */
export function readKeptFloorMs(path: string): number | null {
  if (!existsSync(path)) return null;
  let database: Database.Database | undefined;
  try {
    database = new Database(path, { readonly: true, fileMustExist: true });
    const value = Number(database.prepare<[string], string>("SELECT value FROM value WHERE name = ?").pluck().get(NAME));
    return value > 0 && value < LATEST_MS ? value : null;
  } catch (error) {
    if (error instanceof Database.SqliteError) return null;
    throw error;
  } finally {
    database?.close();
  }
}
