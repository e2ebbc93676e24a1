import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openJournal } from "#agent/shell/store/journal.ts";
import type { JournalOptions } from "#agent/shell/store/journalOptions.ts";

/** A journal's file in a folder of its own. */
export function sqliteStore() {
  const folder = mkdtempSync(join(tmpdir(), "arcgate-journal-"));
  const path = join(folder, "journal.sqlite");
  return {
    path,
    open: (options: Omit<JournalOptions, "path">) => openJournal({ path, ...options }),
    destroy: () => rmSync(folder, { recursive: true, force: true }),
  };
}
