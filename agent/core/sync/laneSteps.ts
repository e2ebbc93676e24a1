/** What happens to one lane of the outbox. */
import type { LaneState, SyncLimits } from "#agent/core/sync/syncState.ts";

/** A new connection: nothing is in flight on it, and the platform is asked where it stands. */
export function reconnected(lane: LaneState, limits: SyncLimits): LaneState {
  return { ...disconnected(lane), resumed: false, idleAck: null, recovering: false, resendMs: limits.resendMs, heldUntilMs: null };
}

export function disconnected(lane: LaneState): LaneState {
  return { ...lane, sentSeq: lane.ackedSeq, inFlight: [] };
}

/** The platform holds everything up to `upTo`: the window slides. */
export function advance(lane: LaneState, upTo: number, nowMs: number, limits: SyncLimits): LaneState {
  return {
    ...lane,
    ackedSeq: upTo,
    sentSeq: Math.max(lane.sentSeq, upTo),
    everSentSeq: Math.max(lane.everSentSeq, upTo),
    inFlight: lane.inFlight.filter((batch) => batch.upTo > upTo),
    resumed: true,
    idleAck: null,
    recovering: false,
    resendMs: limits.resendMs,
    quietSinceMs: nowMs,
  };
}

/** Everything after `upTo` is sent again, one batch at a time until the platform moves on. */
export function stepBack(lane: LaneState, upTo: number, nowMs: number, limits: SyncLimits): LaneState {
  return {
    ...lane,
    ackedSeq: upTo,
    sentSeq: upTo,
    inFlight: [],
    resumed: true,
    idleAck: null,
    recovering: true,
    steppedBackAtMs: nowMs,
    resendMs: Math.min(limits.resendMaxMs, lane.resendMs * 2),
    quietSinceMs: nowMs,
  };
}

/** An acknowledgement that moves nothing. One alone may be late or doubled; the same again means a gap, and is not waited for long. */
export function countIdleAck(lane: LaneState, upTo: number, limits: SyncLimits): LaneState {
  if (lane.idleAck?.upTo === upTo) return { ...lane, idleAck: { upTo, count: lane.idleAck.count + 1 } };
  return { ...lane, idleAck: { upTo, count: 1 }, resendMs: limits.resendMs };
}

export function sentBatch(lane: LaneState, batchId: number, upTo: number, nowMs: number): LaneState {
  return {
    ...lane,
    sentSeq: upTo,
    everSentSeq: Math.max(lane.everSentSeq, upTo),
    inFlight: [...lane.inFlight, { id: batchId, upTo }],
    quietSinceMs: lane.inFlight.length === 0 ? nowMs : lane.quietSinceMs,
  };
}

export function forgetBelow(lane: LaneState, upTo: number): LaneState {
  const ackedSeq = Math.max(lane.ackedSeq, upTo);
  return { ...lane, forgottenSeq: Math.max(lane.forgottenSeq, upTo), ackedSeq, sentSeq: Math.max(lane.sentSeq, ackedSeq) };
}

export function resendDue(lane: LaneState, nowMs: number): boolean {
  return lane.inFlight.length > 0 && nowMs >= lane.quietSinceMs + lane.resendMs;
}

export function hasUnsent(lane: LaneState): boolean {
  const { sentSeq, lastSeq, lostEnd } = lane;
  return sentSeq < lastSeq && !(lostEnd?.upTo === lastSeq && sentSeq >= lostEnd.afterSeq);
}

/** What is on its way, as a part of the window: batches, a large one for as many as it stands for. */
export function windowShare(lane: LaneState, limits: SyncLimits): number {
  return Math.max(lane.inFlight.length, Math.ceil((lane.sentSeq - lane.ackedSeq) / limits.batchEvents));
}

/** Many events a second: fewer, larger batches cost the module and the platform less, and keep nobody waiting longer. */
export function isGathering(lane: LaneState, limits: SyncLimits): boolean {
  return lane.sentSeq - lane.ackedSeq >= limits.gatherFromEvents && lane.lastSeq - lane.sentSeq < limits.bulkEvents;
}

/** Its next batch must wait for the platform or for a time, whatever room the window has. */
export function isBlocked(lane: LaneState): boolean {
  return lane.heldUntilMs !== null || (lane.recovering && lane.inFlight.length > 0);
}
