/** Opens the journal's file so that what it says may be believed: what does not verify is set aside, and what does goes on in a new file. */
import { existsSync } from "node:fs";
import Database from "better-sqlite3";
import { clearBuilding, finishSwap } from "#agent/shell/store/journalAside.ts";
import { journalFailure } from "#agent/shell/store/journalFailure.ts";
import { JournalHandle } from "#agent/shell/store/journalHandle.ts";
import { prepareRowLooks } from "#agent/shell/store/journalLooks.ts";
import { rebuildJournal } from "#agent/shell/store/journalRebuild.ts";
import { FORMAT, formatOf, openJournalFile } from "#agent/shell/store/journalSchema.ts";
import { laneOf } from "#agent/shell/store/journalStreams.ts";
import { type JournalFault, JournalVerifier } from "#agent/shell/store/journalVerify.ts";
import { StreamWalk } from "#agent/shell/store/journalWalk.ts";
import { isDamage, SUSPECT } from "#agent/shell/store/journalWords.ts";
import { CodedError } from "#protocol/errors/codedError.ts";

/** What an opening may read back of the rows that were written since they were last verified; the scrub reads the rest. */
const TAIL_ROWS_MAX = 10_000;
const TAIL_MS_MAX = 250;
const ROWS_AT_ONCE = 64;

/** Throws CodedErrors of the area `journal`. */
export function openSoundJournal(path: string, maxBytes: number): JournalHandle {
  finishSwap(path);
  clearBuilding(path);
  const first = openWhatHolds(path, maxBytes);
  if (first) return first;
  rebuildJournal(path, maxBytes);
  const second = openWhatHolds(path, maxBytes);
  if (!second) throw new CodedError("journal.corrupt", "what was made anew does not hold either");
  return second;
}

/** Null when it must be made anew: it is damaged, or of an older format. */
function openWhatHolds(path: string, maxBytes: number): JournalHandle | null {
  if (existsSync(path) && isOlder(path)) return null;
  let database: Database.Database | undefined;
  try {
    database = openJournalFile(path, maxBytes);
    const handle = new JournalHandle(database, maxBytes);
    if (handle.value(SUSPECT) === undefined && openingFaults(handle).length === 0) return handle;
  } catch (cause) {
    const failure = journalFailure(cause, path);
    if (!isDamage(failure)) {
      database?.close();
      throw failure;
    }
  }
  database?.close();
  return null;
}

function isOlder(path: string): boolean {
  const database = new Database(path);
  try {
    const format = formatOf(database);
    return format > 0 && format < FORMAT && database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'event'").get() !== undefined;
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  } finally {
    database.close();
  }
}

/** Every small table and every stream's end; of the rows, those that nobody has read back yet, as far as the bounds let it. */
function openingFaults(handle: JournalHandle): JournalFault[] {
  const verifier = new JournalVerifier(handle.database);
  const faults = verifier.tables();
  if (faults.length > 0) return faults;
  const looks = prepareRowLooks(handle.database);
  const untilMs = performance.now() + TAIL_MS_MAX;
  let rows = 0;
  for (const record of handle.streams.values()) {
    const { id, device } = record;
    const seq = Math.max(record.verifiedSeq, record.forgottenSeq);
    const stream = { id, device, lane: laneOf(id), chain: handle.chain };
    const walk = new StreamWalk(looks, stream, { seq, hash: handle.hashAt(record, seq) }, handle.holesOf(id));
    let more = true;
    while (more && rows < TAIL_ROWS_MAX && performance.now() < untilMs) {
      more = walk.step(ROWS_AT_ONCE);
      rows += ROWS_AT_ONCE;
    }
    if (!more) walk.finish(record);
    for (const { fromSeq, detail } of walk.damages) faults.push({ table: "event", device, lane: stream.lane, seq: fromSeq, detail });
    record.verifiedSeq = Math.max(seq, more ? walk.at : record.lastSeq);
  }
  return faults;
}
