/** The journal's door: events are committed here, and come out acknowledged by the platform. Ours and the floor's are driven alike. */
import type { NewEvent } from "#agent/ports.ts";
import { DICTIONARY } from "#protocol/events/dictionary.ts";

export interface EventDoor {
  /** Commits so many 200-byte events together, and lets them go on their way. */
  commit(count: number): void;
  readonly lastSeq: number;
  readonly ackedSeq: number;
  /** Bytes of batches published so far. */
  readonly wireBytes: number;
  /** Called after each acknowledgement. */
  whenAcked: () => void;
  close(): Promise<void>;
}

const EVENT_KIND_SECONDS = 70;
const FIRST_MS = 1_780_000_000_000;

/** Payload of an `arc` event: 200 bytes of JSON, give or take its numbers. */
export function arcPayload(seq: number) {
  const startMs = FIRST_MS + seq * 1000;
  return {
    startMs,
    endMs: startMs + EVENT_KIND_SECONDS * 1000,
    arcMs: 69_000 + (seq % 1000),
    strikes: 1,
    shorts: seq % 84,
    shortMs: seq % 310,
    ending: "off" as const,
    meanAmps: 121.25 + (seq % 10),
    meanVolts: 24.8,
    peakAmps: 160.5,
    chargeAmpereSeconds: 8487.5 + (seq % 100),
    energyJoules: 210_490 + (seq % 1000),
  };
}

/** An `arc` event as the agent commits it. */
export function arcEvent(device: string, seq: number): NewEvent {
  const time = { monoMs: seq, earliestMs: eventMs(seq), latestMs: eventMs(seq) + 100 };
  const { kind, lane } = DICTIONARY.arc;
  return { device, lane, kind, session: 1_048_577, time, payload: arcPayload(seq) };
}

export function eventMs(seq: number): number {
  return FIRST_MS + seq;
}

/** Waits until `done` holds, looking at each acknowledgement. */
export async function acknowledged(door: EventDoor, done: () => boolean): Promise<void> {
  while (!done()) {
    await new Promise<void>((resolve) => {
      door.whenAcked = resolve;
    });
  }
}
