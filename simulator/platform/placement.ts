/** Where a received batch belongs in what the platform holds. Pure: it decides, `eventStore.ts` writes. */
import type { HexDigest } from "#protocol/crypto.ts";
import type { EventTime, Lane } from "#protocol/events/event.ts";

/** One event of a batch, numbered, hashed and judged by its schema. */
export interface ReceivedEvent {
  readonly seq: number;
  readonly epoch: number;
  readonly kind: number;
  readonly session: number | null;
  readonly time: EventTime;
  /** Canonical JSON; null when the device thinned it. */
  readonly payloadText: string | null;
  /** Of the payload, as the header was hashed. */
  readonly digest: HexDigest;
  readonly hash: HexDigest;
  /** Code of the refusal by schema or receipt, null when the event is good. */
  readonly refused: string | null;
}

/** A batch in which every event follows the one before it; `prev` is the hash before the first. */
export interface ReceivedBatch {
  readonly device: string;
  readonly lane: Lane;
  readonly chain: number;
  readonly prev: HexDigest;
  /** What the device says it lost right before the first of these. */
  readonly lost?: { readonly fromSeq: number; readonly toSeq: number } | undefined;
  readonly events: readonly ReceivedEvent[];
}

/** Committed so far: everything from 1 to `upTo`, and the hash of the last. */
export interface Position {
  readonly upTo: number;
  readonly head: HexDigest;
}

export interface Conflict {
  readonly event: ReceivedEvent;
  readonly held: HexDigest;
}

export interface Placement {
  /** Events between what is held and the batch are missing: nothing of it is taken. */
  readonly gap: boolean;
  /** Delivered before, with the same hash. */
  readonly duplicates: readonly ReceivedEvent[];
  /** The same key with another hash. */
  readonly conflicts: readonly Conflict[];
  /** To be stored. */
  readonly fresh: readonly ReceivedEvent[];
  /** The hash that the device put before the first fresh event, where it is not ours. */
  readonly brokenPrev: HexDigest | undefined;
  /** Never delivered, and the device has lost them: the stream goes on after them. */
  readonly lost: { readonly fromSeq: number; readonly toSeq: number } | undefined;
}

/** `heldHash` is asked only for sequences from 1 to `position.upTo`. */
export function placeBatch(position: Position, batch: ReceivedBatch, heldHash: (seq: number) => HexDigest | undefined): Placement {
  const first = batch.events[0];
  const nothing = { duplicates: [], conflicts: [], fresh: [], brokenPrev: undefined, lost: undefined };
  if (first === undefined) return { ...nothing, gap: true };
  const { lost } = batch;
  // The device's word may bridge what we never had, up to its first event and no further.
  const reaches = lost !== undefined && lost.toSeq === first.seq - 1 && lost.fromSeq <= position.upTo + 1 && position.upTo < first.seq;
  if (reaches) return { ...nothing, gap: false, fresh: batch.events, lost: { fromSeq: position.upTo + 1, toSeq: lost.toSeq } };
  if (first.seq > position.upTo + 1) return { ...nothing, gap: true };
  const heldCount = Math.min(batch.events.length, position.upTo + 1 - first.seq);
  const known = batch.events.slice(0, heldCount);
  const fresh = batch.events.slice(heldCount);
  const { duplicates, conflicts } = compare(known, heldHash);
  const prev = known.at(-1)?.hash ?? batch.prev;
  return {
    gap: false,
    duplicates,
    conflicts,
    fresh,
    brokenPrev: fresh.length > 0 && prev !== position.head ? prev : undefined,
    lost: undefined,
  };
}

/** Hashes are chained: when the last is the same, all before it are. */
function compare(known: readonly ReceivedEvent[], heldHash: (seq: number) => HexDigest | undefined) {
  const last = known.at(-1);
  if (last === undefined || heldHash(last.seq) === last.hash) return { duplicates: known, conflicts: [] };
  const duplicates: ReceivedEvent[] = [];
  const conflicts: Conflict[] = [];
  for (const event of known) {
    const held = heldHash(event.seq) ?? "";
    if (held === event.hash) duplicates.push(event);
    else conflicts.push({ event, held });
  }
  return { duplicates, conflicts };
}
