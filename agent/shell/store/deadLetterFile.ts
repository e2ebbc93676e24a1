import { existsSync } from "node:fs";
import Database from "better-sqlite3";
import { journalFailure } from "#agent/shell/store/journalFailure.ts";

/** How many records the platform refused, by its codes: read from a journal that the agent may be writing to. No journal, no refusals. */
export function refusedByCode(path: string): { code: string; count: number }[] {
  if (!existsSync(path)) return [];
  try {
    const database = new Database(path, { readonly: true });
    try {
      const sql = "SELECT code, count(*) AS count FROM dead_letter GROUP BY code ORDER BY code";
      return database.prepare<[], { code: string; count: number }>(sql).all();
    } finally {
      database.close();
    }
  } catch (cause) {
    throw journalFailure(cause, path);
  }
}
