/** What is known of one machine when its round is over: by its chip, by the journal, and by the platform. Times are the chip's uptime. */
import type { Opening } from "#simulator/chip/machine/contact.ts";

/** A stretch in which nobody could renew the lease, because of what was done to the agent. */
export interface Outage {
  /** `killed`, `stopped`, or `ended`: by itself, which nobody asked of it. */
  what: "killed" | "stopped" | "ended";
  fromMs: number;
  untilMs: number;
}

export interface Opened extends Opening {
  /** For how long agent and chip wanted to run in the time since the last renewal, and the computer did not let them. */
  stalledMs: number;
}

/** What the plant counted. */
export interface Burned {
  arcs: number;
  arcMs: number;
  doubtfulArcs: number;
}

/** A row that was committed when the agent was killed, the newest of its lane. */
export interface Committed {
  lane: "legal" | "telemetry";
  chain: number;
  seq: number;
  head: string;
}

export interface StoredRow {
  lane: "legal" | "telemetry";
  seq: number;
  hash: string;
  name: string | null;
  session: number | null;
  /** Null when it was thinned. */
  payload: unknown;
}

export interface StoredStream {
  lane: "legal" | "telemetry";
  chain: number;
  held: number;
  lastSeq: number;
  missingCount: number;
  conflicts: number;
  chainBreaks: number;
  refused: number;
}

export interface MachineAccount {
  device: string;
  /** When its contactor was first seen closed, and when the round was over. */
  closedFromMs: number;
  endedMs: number;
  opens: readonly Opened[];
  outages: readonly Outage[];
  burned: Burned;
  /** When the platform was asked to lock it: each ends a session, and one that is told late the session after. */
  lockedAtMs: readonly number[];
  committed: readonly Committed[];
  /** As the agent says it at the end. */
  journalled: Readonly<Record<"legal" | "telemetry", number>>;
  rows: readonly StoredRow[];
  streams: readonly StoredStream[];
}
