import type { SqliteJournal } from "#agent/shell/store/journal.ts";

/** Some 30 rows are read back each time: five million a day. */
const SCRUB_MS = 500;

/** On a disk that has room again the reserve is whole, and telemetry goes on, in eight of these. */
const ROOM_MS = 1_000;

interface KeepingLog {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Until it is stopped, or has found something: that is mended when the journal is opened anew. */
export function keepScrubbing(journal: Pick<SqliteJournal, "scrub">, log: KeepingLog): () => void {
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

/** Until it is stopped: makes the reserve when there is room. */
export function keepReserve(journal: Pick<SqliteJournal, "lookForRoom">, log: KeepingLog): () => void {
  const timer = setInterval(() => {
    try {
      journal.lookForRoom();
    } catch (error) {
      log.warn({ err: error }, "room for legal events cannot be kept");
    }
  }, ROOM_MS);
  return () => clearInterval(timer);
}
