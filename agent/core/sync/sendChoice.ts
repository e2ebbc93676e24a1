/** Which lane sends next: the legal lanes of every machine before any telemetry, the least burdened first, inside one window. */
import { hasUnsent, isBlocked } from "#agent/core/sync/laneSteps.ts";
import type { SyncEffect, SyncLimits, SyncState } from "#agent/core/sync/syncState.ts";
import type { Lane } from "#protocol/events/event.ts";

/** The next batch, or undefined when there is nothing to send or no room for it. One at a time: the next follows its `sent`. */
export function nextSend(state: SyncState, limits: SyncLimits): { state: SyncState; effect: SyncEffect } | undefined {
  if (state.link === "offline" || state.sending !== null) return undefined;
  const index = chooseLane(state, limits);
  const lane = index === undefined ? undefined : state.lanes[index];
  if (index === undefined || !lane) return undefined;
  const { sentSeq: afterSeq, everSentSeq } = lane;
  const effect: SyncEffect = {
    type: "send",
    lane: index,
    batchId: state.nextBatchId,
    afterSeq,
    limit: Math.min(limits.batchEvents, lane.lastSeq - afterSeq),
    reissue: afterSeq < everSentSeq,
  };
  return { state: { ...state, sending: index }, effect };
}

function chooseLane(state: SyncState, limits: SyncLimits): number | undefined {
  const used = state.lanes.reduce((sum, lane) => sum + lane.inFlight.length, 0);
  if (used >= limits.windowBatches) return undefined;
  const legal = leastBurdened(state, "legal");
  if (legal !== undefined) return legal;
  const legalWaits = state.lanes.some((lane) => lane.lane === "legal" && hasUnsent(lane) && !isBlocked(lane));
  return legalWaits || used >= limits.windowBatches - limits.legalReserve ? undefined : leastBurdened(state, "telemetry");
}

function leastBurdened(state: SyncState, wanted: Lane): number | undefined {
  let best: number | undefined;
  let bestInFlight = Number.POSITIVE_INFINITY;
  for (const [index, lane] of state.lanes.entries()) {
    const ready = lane.lane === wanted && lane.resumed && hasUnsent(lane) && !isBlocked(lane);
    if (ready && lane.inFlight.length < bestInFlight) {
      best = index;
      bestInFlight = lane.inFlight.length;
    }
  }
  return best;
}
