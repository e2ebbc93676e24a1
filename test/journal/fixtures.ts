import type { Journal, JournalRow, NewEvent, Stream } from "#agent/ports.ts";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import { GENESIS, hashHeader } from "#protocol/events/event.ts";

export const MACHINE = "370983Z0000000000011";
export const OTHER_MACHINE = "370983Z0000000000022";
export const LEGAL: Stream = { device: MACHINE, lane: "legal" };
export const TELEMETRY: Stream = { device: MACHINE, lane: "telemetry" };

/** A legal event of about 200 bytes. */
export function arcEvent(index: number, device = MACHINE): NewEvent {
  const startMs = index * 1_000;
  return {
    device,
    lane: "legal",
    kind: DICTIONARY.arc.kind,
    session: 7,
    time: { monoMs: startMs + 0.5, earliestMs: 1_760_000_000_000 + index, latestMs: index % 2 === 0 ? null : 1_760_000_100_000 + index },
    payload: {
      startMs,
      endMs: startMs + 900,
      arcMs: 880,
      meanAmps: 201.5,
      meanVolts: 28.1,
      peakAmps: 233,
      strikes: 1,
      shorts: index % 50,
      shortMs: 31,
      chargeAmpereSeconds: 177.4,
      energyJoules: 4987.2,
      ending: "off",
    },
  };
}

export function stuckEvent(index: number, device = MACHINE): NewEvent {
  const payload = { startMs: index, endMs: index + 1500, meanAmps: 240 };
  return { ...arcEvent(index, device), lane: "telemetry", kind: DICTIONARY.stuckElectrode.kind, payload };
}

export function events(count: number, from = 0, make: (index: number) => NewEvent = arcEvent): NewEvent[] {
  return Array.from({ length: count }, (_, offset) => make(from + offset));
}

/** Every row that the journal still has of a stream. */
export function allRows(journal: Journal, stream: Stream): JournalRow[] {
  const rows: JournalRow[] = [];
  const { lastSeq, forgottenSeq } = journal.stream(stream);
  for (let after = forgottenSeq; after < lastSeq; ) {
    const page = journal.read(stream, after, 100).rows;
    if (page.length === 0) throw new Error(`nothing after ${after} of ${lastSeq}`);
    rows.push(...page);
    after += page.length;
  }
  return rows;
}

/** The chain recomputed from the rows by the specification: the sequence at which it first disagrees, or null. */
export function chainBreak(stream: Stream, chain: number, rows: readonly JournalRow[], before = GENESIS): number | null {
  let prev = before;
  for (const row of rows) {
    const { seq, epoch, kind, session, time, digest } = row;
    prev = hashHeader({ device: stream.device, lane: stream.lane, chain, epoch, seq, kind, session, time, digest, prev });
    if (prev !== row.hash) return seq;
  }
  return null;
}
