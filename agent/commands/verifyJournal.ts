import Database from "better-sqlite3";
import { journalFailure } from "#agent/shell/store/journalFailure.ts";
import { type JournalFault, verifyJournal } from "#agent/shell/store/journalVerify.ts";
import { ERRORS } from "#protocol/errors/registry.ts";

/** Checks every row of a journal's file and its pages, and says where something does not hold. 1 when something does not. */
export function verifyJournalFile(path: string, json: boolean): number {
  const faults = faultsOf(path);
  if (json) console.log(JSON.stringify({ verified: faults.length === 0, faults }));
  else if (faults.length === 0) console.log("✓ 日志完好 the journal holds");
  else {
    const { zh, en, remedyZh, remedyEn } = ERRORS["journal.corrupt"];
    console.log(`✗ ${zh}。${remedyZh}\n  ${en}. ${remedyEn}.`);
    for (const fault of faults) console.log(`  ${placeOf(fault)}: ${fault.detail}`);
  }
  return faults.length === 0 ? 0 : 1;
}

/** Throws `journal.cannotOpen`. */
function faultsOf(path: string): JournalFault[] {
  let database: Database.Database | undefined;
  try {
    database = new Database(path, { readonly: true, fileMustExist: true });
    return verifyJournal(database);
  } catch (cause) {
    throw journalFailure(cause, path);
  } finally {
    database?.close();
  }
}

function placeOf({ table, device, lane, seq }: JournalFault): string {
  return [table, device, lane, seq].filter((part) => part !== null).join(" ");
}
