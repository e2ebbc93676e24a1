/** The outbox as a pure machine: `nextSync` takes what happened and says what to do. A driver owns the wire and the timers. */

import { takeAck } from "#agent/core/sync/ackStep.ts";
import { disconnected, forgetBelow, reconnected, resendDue, sentBatch, stepBack } from "#agent/core/sync/laneSteps.ts";
import { nextSend } from "#agent/core/sync/sendChoice.ts";
import {
  type LaneState,
  SYNC_LIMITS,
  type SyncEffect,
  type SyncInput,
  type SyncLimits,
  type SyncState,
  type SyncStep,
} from "#agent/core/sync/syncState.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";

/** PUBACK is no input: a broker that took a batch and died has delivered nothing. Only the platform's acknowledgement counts. */
export function nextSync(state: SyncState, input: SyncInput, limits: SyncLimits = SYNC_LIMITS): SyncStep {
  const step = react(state, input, limits);
  const chosen = nextSend(step.state, limits);
  if (!chosen) return step;
  return { state: chosen.state, effects: [...step.effects, chosen.effect] };
}

/** When a `tick` is due, or null while only the world can move the plan. */
export function wakeAtMs(state: SyncState, limits: SyncLimits = SYNC_LIMITS): number | null {
  if (state.link === "offline") return null;
  const times = state.lanes.flatMap((lane) => [
    ...(lane.resumed ? [] : [state.resumeDeadlineMs]),
    ...(lane.inFlight.length > 0 ? [lane.quietSinceMs + lane.resendMs] : []),
    ...(lane.heldUntilMs === null ? [] : [lane.heldUntilMs]),
  ]);
  if (state.unansweredSinceMs !== null) times.push(state.unansweredSinceMs + limits.watchdogMs);
  return times.length === 0 ? null : Math.min(...times);
}

function react(state: SyncState, input: SyncInput, limits: SyncLimits): SyncStep {
  switch (input.type) {
    case "online":
      return { state: goOnline(state, input.nowMs, limits), effects: [] };
    case "offline":
      return { state: goOffline(state), effects: [{ type: "connectLater" }] };
    case "appended":
      return unchanged(withLane(state, input.lane, (lane) => ({ ...lane, lastSeq: Math.max(lane.lastSeq, input.lastSeq) })));
    case "sent":
      return unchanged(takeSent(state, input, limits));
    case "unreadable":
      return holdLane(state, input.lane, input.nowMs, limits);
    case "lostEnd":
      return takeLostEnd(state, input.lane);
    case "publishFailed":
      return isInFlight(state, input.batchId) ? dropLink(state, "sync.publishFailed") : unchanged(state);
    case "ack":
      return takeAck(state, input, limits);
    case "forgotten":
      return unchanged(withLane(state, input.lane, (lane) => forgetBelow(lane, input.upTo)));
    case "tick":
      return tick(state, input.nowMs, limits);
  }
}

function goOnline(state: SyncState, nowMs: number, limits: SyncLimits): SyncState {
  const lanes = state.lanes.map((lane) => reconnected(lane, limits));
  return { ...state, link: "online", resumeDeadlineMs: nowMs + limits.resumeWaitMs, lanes, sending: null, unansweredSinceMs: null };
}

function goOffline(state: SyncState): SyncState {
  return { ...state, link: "offline", lanes: state.lanes.map(disconnected), sending: null, unansweredSinceMs: null };
}

function dropLink(state: SyncState, code: ErrorCode): SyncStep {
  return { state: goOffline(state), effects: [{ type: "dropLink", code }, { type: "connectLater" }] };
}

/** A batch of another connection, or of a lane that is no longer being sent, changes nothing. */
function takeSent(state: SyncState, input: Extract<SyncInput, { type: "sent" }>, limits: SyncLimits): SyncState {
  if (state.sending !== input.lane || state.nextBatchId !== input.batchId) return state;
  const lane = state.lanes[input.lane];
  if (!lane) return state;
  const next = { ...state, sending: null, nextBatchId: state.nextBatchId + 1 };
  if (input.upTo <= lane.sentSeq) return holdLane(next, input.lane, input.nowMs, limits).state;
  const sent = withLane(next, input.lane, (current) => sentBatch(current, input.batchId, input.upTo, input.nowMs));
  return { ...sent, unansweredSinceMs: state.unansweredSinceMs ?? input.nowMs };
}

function holdLane(state: SyncState, index: number, nowMs: number, limits: SyncLimits): SyncStep {
  const held = withLane(state, index, (lane) => ({ ...lane, heldUntilMs: nowMs + limits.resendMaxMs }));
  const effects: SyncEffect[] = [{ type: "report", lane: index, code: "sync.unreadableRows", detail: "" }];
  return { state: { ...held, sending: null }, effects };
}

/** Said once: it is asked for again only when there is an event after it. */
function takeLostEnd(state: SyncState, index: number): SyncStep {
  const ended = withLane(state, index, (lane) => ({ ...lane, lostEnd: { afterSeq: lane.sentSeq, upTo: lane.lastSeq } }));
  const detail = `up to ${ended.lanes[index]?.lastSeq}`;
  return { state: { ...ended, sending: null }, effects: [{ type: "report", lane: index, code: "sync.rowsLost", detail }] };
}

function tick(state: SyncState, nowMs: number, limits: SyncLimits): SyncStep {
  if (state.link === "offline") return unchanged(state);
  if (state.unansweredSinceMs !== null && nowMs >= state.unansweredSinceMs + limits.watchdogMs) return dropLink(state, "sync.ackOverdue");
  const effects: SyncEffect[] = [];
  const lanes = state.lanes.map((lane, index) => {
    const woken = lane.heldUntilMs !== null && nowMs >= lane.heldUntilMs ? { ...lane, heldUntilMs: null } : lane;
    if (!woken.resumed && nowMs >= state.resumeDeadlineMs) return resumeAnyway(woken, index, nowMs, limits, effects);
    return resendDue(woken, nowMs) ? resent(woken, nowMs, limits) : woken;
  });
  return { state: { ...state, lanes }, effects };
}

/** Of a lane that waits, one batch is answered between two resends: a platform that was put back says so with one acknowledgement each time. */
function resent(lane: LaneState, nowMs: number, limits: SyncLimits): LaneState {
  const { idleAck, steppedBackAtMs } = lane;
  return { ...stepBack(lane, lane.ackedSeq, nowMs, limits), idleAck, steppedBackAtMs };
}

/** No answer to the birth, or one that is lower than what the platform had confirmed: it has been restored from a backup. */
function resumeAnyway(lane: LaneState, index: number, nowMs: number, limits: SyncLimits, effects: SyncEffect[]): LaneState {
  const heard = lane.idleAck?.upTo;
  if (heard === undefined) return { ...lane, resumed: true };
  const upTo = Math.max(heard, lane.forgottenSeq);
  effects.push({ type: "acknowledge", lane: index, upTo, refused: [] });
  return stepBack(lane, upTo, nowMs, limits);
}

function withLane(state: SyncState, index: number, change: (lane: LaneState) => LaneState): SyncState {
  const lane = state.lanes[index];
  return lane ? { ...state, lanes: state.lanes.with(index, change(lane)) } : state;
}

function isInFlight(state: SyncState, batchId: number): boolean {
  return state.lanes.some((lane) => lane.inFlight.some((batch) => batch.id === batchId));
}

function unchanged(state: SyncState): SyncStep {
  return { state, effects: [] };
}
