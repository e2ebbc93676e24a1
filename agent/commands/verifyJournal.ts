import Database from "better-sqlite3";
import { journalFailure } from "#agent/shell/store/journalFailure.ts";
import { type Anchor, type JournalFault, verifyJournal } from "#agent/shell/store/journalVerify.ts";
import { isDamage } from "#agent/shell/store/journalWords.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { ERRORS } from "#protocol/errors/registry.ts";

interface VerifyJournalOptions {
  path: string;
  /** Heads of legal lanes that somebody else vouches for, as SEQ:HASH or SEQ:HASH@DEVICE. */
  anchors: readonly string[];
  json: boolean;
}

const ANCHOR = /^(?<seq>\d{1,10}):(?<hash>[0-9a-f]{64})(?:@(?<device>[0-9A-Z]{20}))?$/;

/** Checks every row of a journal's file and its pages, and says where something does not hold. 1 when something does not. */
export function verifyJournalFile({ path, anchors, json }: VerifyJournalOptions): number {
  const faults = faultsOf(path, anchors);
  if (json) console.log(JSON.stringify({ verified: faults.length === 0, faults }));
  else if (faults.length === 0) console.log("✓ 日志完好 the journal holds");
  else {
    const { zh, en, remedyZh, remedyEn } = ERRORS["journal.corrupt"];
    console.log(`✗ ${zh}。${remedyZh}\n  ${en}. ${remedyEn}.`);
    for (const fault of faults) console.log(`  ${placeOf(fault)}: ${fault.detail}`);
  }
  return faults.length === 0 ? 0 : 1;
}

/** Throws `journal.cannotOpen` and, for anchors that nobody can read, `config.usage`. */
function faultsOf(path: string, anchors: readonly string[]): JournalFault[] {
  let database: Database.Database | undefined;
  try {
    database = new Database(path, { readonly: true, fileMustExist: true });
    const only = onlyDevice(database);
    return verifyJournal(
      database,
      anchors.map((text) => anchorOf(text, only)),
    );
  } catch (cause) {
    throw journalFailure(cause, path);
  } finally {
    database?.close();
  }
}

/** Of a journal of one machine: which. */
function onlyDevice(database: Database.Database): string | null {
  try {
    const devices = database.prepare<[], string>("SELECT code FROM device").pluck().all();
    return devices.length === 1 ? (devices[0] ?? null) : null;
  } catch (error) {
    if (!isDamage(error)) throw error;
    return null;
  }
}

function anchorOf(text: string, only: string | null): Anchor {
  const { seq, hash, device = only } = ANCHOR.exec(text.trim())?.groups ?? {};
  if (seq === undefined || hash === undefined) throw new CodedError("config.usage", `--anchor SEQ:HASH[@DEVICE]: ${text}`);
  if (device === null) throw new CodedError("config.usage", `--anchor ${seq}:…: of which machine? SEQ:HASH@DEVICE`);
  return { device, lane: "legal", seq: Number(seq), hash };
}

function placeOf({ table, device, lane, seq }: JournalFault): string {
  return [table, device, lane, seq].filter((part) => part !== null).join(" ");
}
