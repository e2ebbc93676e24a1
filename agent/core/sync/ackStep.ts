/** What an acknowledgement means for its lane. */
import { advance, countIdleAck, stepBack } from "#agent/core/sync/laneSteps.ts";
import type { LaneState, SyncEffect, SyncInput, SyncLimits, SyncState, SyncStep } from "#agent/core/sync/syncState.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";

type AckInput = Extract<SyncInput, { type: "ack" }>;

/** The same acknowledgement without progress, so often: the platform misses what we have sent. */
const IDLE_ACKS_MEAN_GAP = 2;

export function takeAck(state: SyncState, ack: AckInput, limits: SyncLimits): SyncStep {
  const lane = state.lanes[ack.lane];
  if (!lane || state.link === "offline") return { state, effects: [] };
  const fault = faultOf(lane, ack);
  if (fault) return { state, effects: [{ type: "report", lane: ack.lane, ...fault }] };

  const upTo = Math.max(ack.upTo, lane.forgottenSeq);
  const after = ackedLane(lane, upTo, ack.nowMs, limits);
  const lanes = state.lanes.with(ack.lane, after);
  const effects: SyncEffect[] = [{ type: "linkProven" }];
  if (upTo > ack.upTo && lane.idleAck === null)
    effects.push({ type: "report", lane: ack.lane, code: "sync.platformBehind", detail: `${ack.upTo}` });
  if (after.ackedSeq !== lane.ackedSeq || ack.refused.length > 0) {
    effects.push({ type: "acknowledge", lane: ack.lane, upTo: after.ackedSeq, refused: ack.refused });
  }
  const inFlight = lanes.some((each) => each.inFlight.length > 0);
  return { state: { ...state, lanes, unansweredSinceMs: inFlight ? ack.nowMs : null }, effects };
}

function faultOf(lane: LaneState, { upTo, refused }: AckInput): { code: ErrorCode; detail: string } | undefined {
  if (upTo > lane.lastSeq) return { code: "sync.ackBeyond", detail: `${upTo} of ${lane.lastSeq}` };
  const odd = refused.find(({ seq }) => seq < 1 || seq > upTo);
  return odd && { code: "sync.badAck", detail: `refused ${odd.seq}, up to ${upTo}` };
}

function ackedLane(lane: LaneState, upTo: number, nowMs: number, limits: SyncLimits): LaneState {
  if (upTo > lane.ackedSeq || (!lane.resumed && upTo === lane.ackedSeq)) return advance(lane, upTo, nowMs, limits);
  const counted = countIdleAck(lane, upTo, limits);
  if (!lane.resumed) return counted;
  if (upTo === lane.ackedSeq && (lane.recovering || lane.inFlight.length === 0)) return lane;
  const gap = (counted.idleAck?.count ?? 0) >= IDLE_ACKS_MEAN_GAP;
  return gap && nowMs >= lane.steppedBackAtMs + limits.stepBackGapMs ? stepBack(lane, upTo, nowMs, limits) : counted;
}
