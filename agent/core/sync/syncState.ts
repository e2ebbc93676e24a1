/** State, inputs and effects of the outbox: what of the journal goes to the platform next. Times are monotonic ms. */
import type { ErrorCode } from "#protocol/errors/registry.ts";
import type { Lane } from "#protocol/events/event.ts";

export interface SyncLimits {
  /** Batches published and not yet acknowledged by the platform, over all lanes. */
  readonly windowBatches: number;
  /** Of the window, kept free of telemetry, so that a legal event never waits for a backlog of it. */
  readonly legalReserve: number;
  readonly batchEvents: number;
  /** Of a backlog, so many go in one batch, which then counts as several in the window. */
  readonly bulkEvents: number;
  /** With so many of a lane on their way, what comes after is gathered until it fills a large batch, or an acknowledgement arrives. */
  readonly gatherFromEvents: number;
  /** How long the platform may take to say where it stands after a birth. */
  readonly resumeWaitMs: number;
  /** Silence of a lane after which its first batch is sent again; doubles up to `resendMaxMs`. */
  readonly resendMs: number;
  readonly resendMaxMs: number;
  /** Between two steps back that acknowledgements ask for: a confused platform gets no storm. */
  readonly stepBackGapMs: number;
  /** Without any acknowledgement while something is in flight: the connection is taken for half-open. */
  readonly watchdogMs: number;
}

export const SYNC_LIMITS: SyncLimits = {
  windowBatches: 20,
  legalReserve: 4,
  batchEvents: 100,
  bulkEvents: 500,
  gatherFromEvents: 100,
  resumeWaitMs: 5_000,
  resendMs: 5_000,
  resendMaxMs: 60_000,
  stepBackGapMs: 1_000,
  watchdogMs: 90_000,
};

export interface Batch {
  readonly id: number;
  readonly upTo: number;
}

/** Outbox of one machine's lane. Always forgottenSeq ≤ ackedSeq ≤ sentSeq ≤ lastSeq. */
export interface LaneState {
  readonly lane: Lane;
  readonly forgottenSeq: number;
  /** The platform's cursor, as far as it has told us. */
  readonly ackedSeq: number;
  readonly sentSeq: number;
  readonly lastSeq: number;
  /** Events up to here may have been sent before. */
  readonly everSentSeq: number;
  readonly inFlight: readonly Batch[];
  /** The platform has said where it stands since the connection began, or has been waited for long enough. */
  readonly resumed: boolean;
  /** Acknowledgements without progress: the same number twice is a gap at the platform. */
  readonly idleAck: { readonly upTo: number; readonly count: number } | null;
  /** Stepped back: one batch at a time until the platform moves on. */
  readonly recovering: boolean;
  readonly steppedBackAtMs: number;
  readonly resendMs: number;
  /** Since when the oldest batch in flight is unanswered. */
  readonly quietSinceMs: number;
  /** Its rows could not be read: not before. */
  readonly heldUntilMs: number | null;
  /** All rows after `afterSeq` up to the last were lost: they are told with the next event, and until then there is nothing to send. */
  readonly lostEnd: { readonly afterSeq: number; readonly upTo: number } | null;
}

export interface SyncState {
  readonly link: "offline" | "online";
  /** While online: lanes that have not been resumed by then go on from our own cursor. */
  readonly resumeDeadlineMs: number;
  readonly lanes: readonly LaneState[];
  readonly nextBatchId: number;
  /** The lane whose batch is being made; the next one is chosen when it has been sent. */
  readonly sending: number | null;
  /** Since when something is in flight and nothing at all was acknowledged. */
  readonly unansweredSinceMs: number | null;
}

export type SyncInput =
  /** Connected, subscribed, births published. */
  | { type: "online"; nowMs: number }
  | { type: "offline" }
  | { type: "appended"; lane: number; lastSeq: number; nowMs: number }
  /** The batch that a `send` effect asked for: it ended at `upTo`, which may be less than asked. */
  | { type: "sent"; lane: number; batchId: number; upTo: number; nowMs: number }
  | { type: "unreadable"; lane: number; nowMs: number }
  /** What `send` asked for was lost, and nothing comes after it. */
  | { type: "lostEnd"; lane: number }
  | { type: "publishFailed"; batchId: number }
  | { type: "ack"; lane: number; upTo: number; refused: readonly RefusedEvent[]; nowMs: number }
  | { type: "forgotten"; lane: number; upTo: number }
  | { type: "tick"; nowMs: number };

export interface RefusedEvent {
  seq: number;
  code: string;
}

export type SyncEffect =
  /** Read, encode and publish events after `afterSeq`, at most `limit`; answered by `sent`, `unreadable` or `lostEnd` before anything else. */
  | { type: "send"; lane: number; batchId: number; afterSeq: number; limit: number; reissue: boolean }
  /** The platform's cursor moved (forward, or back at its own request). */
  | { type: "acknowledge"; lane: number; upTo: number; refused: readonly RefusedEvent[] }
  /** The far end is alive: the next outage begins its waiting times anew. */
  | { type: "linkProven" }
  /** Cut the connection, for it carries nothing. */
  | { type: "dropLink"; code: ErrorCode }
  /** Try to connect after the next waiting time. */
  | { type: "connectLater" }
  | { type: "report"; lane: number; code: ErrorCode; detail: string };

export interface SyncStep {
  state: SyncState;
  effects: SyncEffect[];
}

/** A lane as the journal has it when the agent starts. */
export interface LaneStart {
  lane: Lane;
  lastSeq: number;
  ackedSeq: number;
  forgottenSeq: number;
}

export function initialSync(lanes: readonly LaneStart[]): SyncState {
  return { link: "offline", resumeDeadlineMs: 0, lanes: lanes.map(laneAtStart), nextBatchId: 1, sending: null, unansweredSinceMs: null };
}

function laneAtStart(start: LaneStart): LaneState {
  return {
    ...start,
    sentSeq: start.ackedSeq,
    everSentSeq: start.lastSeq,
    inFlight: [],
    resumed: false,
    idleAck: null,
    recovering: false,
    steppedBackAtMs: Number.NEGATIVE_INFINITY,
    resendMs: 0,
    quietSinceMs: 0,
    heldUntilMs: null,
    lostEnd: null,
  };
}
