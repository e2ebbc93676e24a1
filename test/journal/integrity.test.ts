/**
 * Whatever is changed in a journal's file is found, and where it is. `ARCGATE_MUTATIONS=100000 ARCGATE_SEED=2 npx vitest run --config
 * test/vitest.config.ts --root . test/journal/integrity.test.ts` tries more.
 */
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { type JournalFault, JournalVerifier, verifyJournal } from "#agent/shell/store/journalVerify.ts";
import { everythingIn, Mutator, type Place } from "#test/journal/mutants.ts";
import { wholeJournal } from "#test/journal/wholeJournal.ts";
import { seeded } from "#test/sync/seed.ts";

const SEED = Number(process.env.ARCGATE_SEED ?? 1);
const MUTATIONS = Number(process.env.ARCGATE_MUTATIONS ?? 10_000);
const RAW_SHARE = 0.2;

const sound = wholeJournal(0);

function names({ table, device, lane, seq }: Place, fault: JournalFault): boolean {
  return (
    table === fault.table &&
    (device ?? fault.device) === fault.device &&
    (lane ?? fault.lane) === fault.lane &&
    (seq ?? fault.seq) === fault.seq
  );
}

describe(`a journal's file that was changed (seed ${SEED})`, () => {
  it("finds nothing in one that was not", () => {
    const database = new Database(sound);
    expect(verifyJournal(database)).toEqual([]);
    database.close();
  });

  it("shows every change made by SQL, and its place", () => {
    const random = seeded(SEED);
    const database = new Database(sound);
    const donor = new Database(wholeJournal(7));
    const verifier = new JournalVerifier(database);
    const mutator = new Mutator(database, donor, random);
    const missed: unknown[] = [];
    for (let made = 0; made < MUTATIONS * (1 - RAW_SHARE); ) {
      database.exec("SAVEPOINT sound");
      const place = mutator.mutate();
      if (place) {
        made++;
        const faults = verifier.all();
        if (!faults.some((fault) => names(place, fault))) missed.push({ made, place, faults });
      }
      database.exec("ROLLBACK TO sound; RELEASE sound");
    }
    expect(verifyJournal(database)).toEqual([]);
    expect(missed.slice(0, 5)).toEqual([]);
  });

  it("shows every flipped bit of the file that changes anything that can be read", () => {
    const random = seeded(SEED + 1);
    const whole = new Database(sound);
    const before = everythingIn(whole);
    whole.close();
    const sums = { flips: 0, found: 0, unread: 0, missed: 0 };
    for (; sums.flips < MUTATIONS * RAW_SHARE; sums.flips++) {
      const bytes = Buffer.from(sound);
      const at = Math.floor(random() * bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      if (isFound(bytes)) sums.found++;
      else if (readAgain(bytes) === before) sums.unread++;
      else sums.missed++;
    }
    expect(sums).toMatchObject({ missed: 0 });
    expect(sums.found).toBeGreaterThan(sums.flips / 3);
  });
});

function isFound(bytes: Buffer): boolean {
  let database: Database.Database | undefined;
  try {
    database = new Database(Buffer.from(bytes));
    return verifyJournal(database).length > 0;
  } catch (error) {
    if (error instanceof Database.SqliteError) return true;
    throw error;
  } finally {
    database?.close();
  }
}

function readAgain(bytes: Buffer): string {
  const database = new Database(Buffer.from(bytes));
  try {
    return everythingIn(database);
  } finally {
    database.close();
  }
}
