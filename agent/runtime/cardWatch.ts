/** Keeps the journal within its room: thins the oldest telemetry in time, and says when room runs out all the same. */
import { timeAt } from "#agent/core/clock/interval.ts";
import type { EventDraft } from "#agent/core/machine/state.ts";
import { thin, type WindowsRow } from "#agent/core/thinning/thinned.ts";
import type { Clock, Journal, JournalRow, Stream } from "#agent/ports.ts";
import type { DriverLog } from "#agent/runtime/driverLog.ts";
import { newEvent } from "#agent/runtime/newEvents.ts";
import type { Timekeeper } from "#agent/runtime/timekeeper.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import { DICTIONARY } from "#protocol/events/dictionary.ts";

interface CardWatchPorts {
  journal: Journal;
  clock: Clock;
  time: Pick<Timekeeper, "state">;
  log: DriverLog;
  devices(): Iterable<string>;
  note(draft: EventDraft): void;
}

/** Before the warning: telemetry makes room first. */
const THIN_FROM_PART = 0.8;
const WARN_FROM_PART = 0.9;
/** It must have fallen so far before it is told again. */
const REARM_PART = 0.85;
/** An hour of welding stays whole whatever happens. */
const WHOLE_ROWS = 360;
/** Rows for one record: with a point for each window it still fits a message. */
const ROWS_PER_RECORD = 16;
const PAGE_ROWS = 200;
const SAID_AGAIN_MS = 3_600_000;

export class CardWatch {
  readonly #ports: CardWatchPorts;
  /** Of each machine's telemetry: up to here it is thin. Found again by reading on after a restart. */
  readonly #thinUpTo = new Map<string, number>();
  /** Why it cannot be thinned, and when that was last said. */
  #failing: { code: ErrorCode; saidMonoMs: number } | null = null;
  #told: "nothing" | "warning" | "refusal" = "nothing";

  constructor(ports: CardWatchPorts) {
    this.#ports = ports;
  }

  /** Each second: one record at most, so that the loop is not held up. */
  look(): void {
    const part = this.#ports.journal.usedPart();
    this.#tell(part);
    if (part < THIN_FROM_PART) return;
    try {
      this.#thinOldest();
      this.#failing = null;
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      this.#failed(error);
    }
  }

  /** Said when it begins, and when why changes; at most hourly while it lasts. */
  #failed(error: CodedError): void {
    const monoMs = this.#ports.clock.monoMs();
    if (this.#failing?.code === error.code && monoMs - this.#failing.saidMonoMs < SAID_AGAIN_MS) return;
    this.#failing = { code: error.code, saidMonoMs: monoMs };
    this.#ports.log.warn({ code: error.code, err: error }, "telemetry could not be thinned");
  }

  #tell(part: number): void {
    // Its own room is used up, or the whole disk is full.
    const isFull = this.#ports.journal.sizeState() === "full";
    if (part < REARM_PART && !isFull) this.#told = "nothing";
    const now = isFull ? "refusal" : part >= WARN_FROM_PART ? "warning" : "nothing";
    if (now === "nothing" || now === this.#told || this.#told === "refusal") return;
    this.#told = now;
    const payload = { usedPercent: Math.min(100, Math.floor(part * 100)), startsRefused: now === "refusal" };
    this.#ports.note({ name: "storageFilling", session: null, agoMs: 0, payload });
  }

  /** Of the machine that holds most of it. */
  #thinOldest(): void {
    const { journal } = this.#ports;
    const streams = [...this.#ports.devices()].map((device): Stream => ({ device, lane: "telemetry" }));
    const held = streams.map((stream) => ({ stream, rows: journal.stream(stream).lastSeq - this.#from(stream) - WHOLE_ROWS }));
    const most = held.toSorted((left, right) => right.rows - left.rows)[0];
    if (!most || most.rows <= 0) return;
    const { stream } = most;
    const after = this.#from(stream);
    const page = journal.read(stream, after, Math.min(PAGE_ROWS, most.rows)).rows;
    const rows = firstWindows(page);
    const upTo = rows.at(-1)?.seq ?? page.at(-1)?.seq ?? after;
    try {
      if (rows.length > 0) this.#replace(stream, rows);
    } catch (error) {
      // Whose record can never be written stay as they are, and hold up no others.
      if (error instanceof CodedError && error.code === "journal.badEvent") this.#thinUpTo.set(stream.device, upTo);
      throw error;
    }
    this.#thinUpTo.set(stream.device, upTo);
  }

  #from(stream: Stream): number {
    return Math.max(this.#thinUpTo.get(stream.device) ?? 0, this.#ports.journal.stream(stream).forgottenSeq);
  }

  #replace(stream: Stream, rows: readonly JournalRow[]): void {
    const { clock, time, journal } = this.#ports;
    const payload = thin(rows.map(({ seq, payloadText }): WindowsRow => ({ seq, payload: JSON.parse(payloadText ?? "null") })));
    const monoMs = clock.monoMs();
    const draft = { name: "windowsThinned", session: rows[0]?.session ?? null, agoMs: 0, payload } as const;
    const seqs = rows.map(({ seq }) => seq);
    journal.thin(stream, seqs, newEvent(draft, stream.device, { monoMs, time: timeAt(time.state, monoMs) }));
  }
}

/** The first `windows` events of a page that still have their payloads, of one session. */
function firstWindows(page: readonly JournalRow[]): JournalRow[] {
  const whole = page.filter(({ kind, payloadText }) => kind === DICTIONARY.windows.kind && payloadText !== null);
  const end = whole.findIndex(({ session }) => session !== whole[0]?.session);
  return whole.slice(0, Math.min(ROWS_PER_RECORD, end < 0 ? whole.length : end));
}
