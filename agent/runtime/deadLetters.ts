/** What the platform refused, summed up: for `arcgate status`, and once a day for the platform itself. */
import type { Journal, Stream } from "#agent/ports.ts";
import type { MachineDriver } from "#agent/runtime/machineDriver.ts";
import { deadLettersDigest } from "#protocol/events/deadLetters.ts";
import { LANES, type Lane } from "#protocol/events/event.ts";

/** More than the journal keeps. */
const LETTERS_MAX = 20_000;

export interface DeadLetterSummary {
  lane: Lane;
  count: number;
  fromSeq: number;
  toSeq: number;
  digest: string;
}

type DeadLetterJournal = Pick<Journal, "chain" | "deadLetters" | "getValue" | "setValue">;

/** Lanes of which something was refused. */
export function deadLettersOf(journal: Pick<Journal, "chain" | "deadLetters">, device: string): DeadLetterSummary[] {
  return LANES.flatMap((lane) => summaryOf(journal, { device, lane }) ?? []);
}

/** Says what is new since it was last said. Once a day at most: were this very record refused, it would else breed others. */
export function tellDeadLetters(journal: DeadLetterJournal, driver: Pick<MachineDriver, "device" | "note">): void {
  for (const payload of deadLettersOf(journal, driver.device)) {
    const key = `deadLetters/${driver.device}/${payload.lane}`;
    if (journal.getValue(key) === payload.digest) continue;
    driver.note({ name: "recordsRefused", session: null, agoMs: 0, payload });
    journal.setValue(key, payload.digest);
  }
}

function summaryOf(journal: Pick<Journal, "chain" | "deadLetters">, stream: Stream): DeadLetterSummary | undefined {
  const letters = journal.deadLetters(stream, 0, LETTERS_MAX);
  const [first, last] = [letters[0], letters.at(-1)];
  if (!first || !last) return undefined;
  const digest = deadLettersDigest({ ...stream, chain: journal.chain }, letters);
  return { lane: stream.lane, count: letters.length, fromSeq: first.seq, toSeq: last.seq, digest };
}
