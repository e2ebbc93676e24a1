/** What a damaged file lost becomes events of the machines: with the first commit of theirs, and in the same transaction. */
import type { NewEvent } from "#agent/ports.ts";
import type { HexDigest } from "#protocol/crypto.ts";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import type { Lane } from "#protocol/events/event.ts";

/** One `journalDamaged` that waits for the next commit of its device, or, without one, of any. */
export interface DamageReport {
  device: string | null;
  part: "file" | "device" | "cursor" | "checkpoint" | "value" | "deadLetter" | "rows" | "hash";
  lane: Lane | null;
  fromSeq: number | null;
  toSeq: number | null;
  kept: number;
  /** What the row after them goes on from. */
  next: HexDigest | null;
  setAside: string;
}

/** More holes than these of one stream are told as one stretch; the batches name each. */
const TOLD_MAX = 64;

/** The events to commit beside `events`, and the reports that go on waiting. */
export function damageEvents(reports: readonly DamageReport[], events: readonly NewEvent[]): { told: NewEvent[]; left: DamageReport[] } {
  const told: NewEvent[] = [];
  const left: DamageReport[] = [];
  for (const report of reports) {
    const beside = events.find(({ device, lane }) => lane === "legal" && (report.device ?? device) === device);
    if (!beside) {
      left.push(report);
      continue;
    }
    const { device: _device, ...payload } = report;
    const { kind, lane } = DICTIONARY.journalDamaged;
    told.push({ device: beside.device, lane, kind, session: null, time: beside.time, payload });
  }
  return { told, left };
}

/** As few as fit one commit. */
export function condensed(reports: readonly DamageReport[]): DamageReport[] {
  const few: DamageReport[] = [];
  for (const report of reports) {
    const same = few.filter(({ part, device, lane }) => part === report.part && device === report.device && lane === report.lane);
    const last = same.at(-1);
    if (!last || same.length < TOLD_MAX) few.push({ ...report });
    else Object.assign(last, { toSeq: report.toSeq, next: report.next });
  }
  return few;
}

export function parseReports(text: string | undefined): DamageReport[] {
  return text === undefined ? [] : (JSON.parse(text) as DamageReport[]);
}
