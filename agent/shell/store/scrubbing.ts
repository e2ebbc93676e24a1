import type { SqliteJournal } from "#agent/shell/store/journal.ts";

/** Some 30 rows are read back each time: five million a day. */
const SCRUB_MS = 500;

interface ScrubLog {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Until it is stopped, or has found something: that is mended when the journal is opened anew. */
export function keepScrubbing(journal: Pick<SqliteJournal, "scrub">, log: ScrubLog): () => void {
  const timer = setInterval(() => {
    try {
      const fault = journal.scrub();
      if (!fault) return;
      log.error({ ...fault, code: "journal.corrupt" }, "the journal's file is damaged; the next start sets it aside");
    } catch (error) {
      log.warn({ err: error }, "the journal cannot be read back");
    }
    clearInterval(timer);
  }, SCRUB_MS);
  return () => clearInterval(timer);
}
