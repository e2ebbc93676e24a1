/** Which lane sends next: the legal lanes of every machine before any telemetry, the least burdened first, inside one window. */
import { hasUnsent, isBlocked, isGathering, windowShare } from "#agent/core/sync/laneSteps.ts";
import type { LaneState, SyncEffect, SyncLimits, SyncState } from "#agent/core/sync/syncState.ts";
import type { Lane } from "#protocol/events/event.ts";

/** The next batch, or undefined when there is nothing to send or no room for it. One at a time: the next follows its `sent`. */
export function nextSend(state: SyncState, limits: SyncLimits): { state: SyncState; effect: SyncEffect } | undefined {
  if (state.link === "offline" || state.sending !== null) return undefined;
  const used = state.lanes.reduce((sum, lane) => sum + windowShare(lane, limits), 0);
  const index = chooseLane(state, used, limits);
  const lane = index === undefined ? undefined : state.lanes[index];
  if (index === undefined || !lane) return undefined;
  const { sentSeq: afterSeq, everSentSeq } = lane;
  const room = (roomFor(lane.lane, limits) - used) * limits.batchEvents;
  const effect: SyncEffect = {
    type: "send",
    lane: index,
    batchId: state.nextBatchId,
    afterSeq,
    limit: Math.min(lane.recovering ? limits.batchEvents : limits.bulkEvents, room, lane.lastSeq - afterSeq),
    reissue: afterSeq < everSentSeq,
  };
  return { state: { ...state, sending: index }, effect };
}

function chooseLane(state: SyncState, used: number, limits: SyncLimits): number | undefined {
  if (used >= roomFor("legal", limits)) return undefined;
  const legal = leastBurdened(state, "legal", limits);
  if (legal !== undefined) return legal;
  const legalWaits = state.lanes.some((lane) => lane.lane === "legal" && hasNext(lane, limits));
  return legalWaits || used >= roomFor("telemetry", limits) ? undefined : leastBurdened(state, "telemetry", limits);
}

/** The window, as far as it is open to a lane. */
function roomFor(lane: Lane, limits: SyncLimits): number {
  return lane === "legal" ? limits.windowBatches : limits.windowBatches - limits.legalReserve;
}

function hasNext(lane: LaneState, limits: SyncLimits): boolean {
  return hasUnsent(lane) && !isBlocked(lane) && !isGathering(lane, limits);
}

function leastBurdened(state: SyncState, wanted: Lane, limits: SyncLimits): number | undefined {
  let best: number | undefined;
  let bestInFlight = Number.POSITIVE_INFINITY;
  for (const [index, lane] of state.lanes.entries()) {
    const ready = lane.lane === wanted && lane.resumed && hasNext(lane, limits);
    if (ready && lane.inFlight.length < bestInFlight) {
      best = index;
      bestInFlight = lane.inFlight.length;
    }
  }
  return best;
}
