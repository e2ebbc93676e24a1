import { nextSync } from "#agent/core/sync/syncPlan.ts";
import {
  initialSync,
  type LaneStart,
  SYNC_LIMITS,
  type SyncEffect,
  type SyncInput,
  type SyncLimits,
  type SyncState,
} from "#agent/core/sync/syncState.ts";

/** Batches of one size, so that a table shows which events go and when; how they are gathered has tests of its own. */
const EVEN_BATCHES: SyncLimits = { ...SYNC_LIMITS, bulkEvents: SYNC_LIMITS.batchEvents, gatherFromEvents: Number.POSITIVE_INFINITY };

/** Gives the inputs one after another; each `send` is answered at once, as a driver does. Returns the effects, in words. */
export function play(
  start: SyncState,
  inputs: readonly SyncInput[],
  limits: SyncLimits = EVEN_BATCHES,
): { state: SyncState; effects: string[] } {
  let state = start;
  const effects: string[] = [];
  const waiting = [...inputs];
  for (let input = waiting.shift(); input; input = waiting.shift()) {
    const nowMs = "nowMs" in input ? input.nowMs : 0;
    const step = nextSync(state, input, limits);
    state = step.state;
    for (const effect of step.effects) {
      effects.push(inWords(effect));
      if (effect.type !== "send") continue;
      const { lane, batchId, afterSeq, limit } = effect;
      waiting.unshift({ type: "sent", lane, batchId, upTo: afterSeq + limit, nowMs });
    }
  }
  return { state, effects };
}

function inWords(effect: SyncEffect): string {
  switch (effect.type) {
    case "send":
      return `send ${effect.lane}: ${effect.afterSeq + 1}-${effect.afterSeq + effect.limit}${effect.reissue ? " again" : ""}`;
    case "acknowledge":
      return `acknowledge ${effect.lane}: ${effect.upTo}${effect.refused.map(({ seq }) => ` without ${seq}`).join("")}`;
    case "dropLink":
      return `drop ${effect.code}`;
    case "report":
      return `report ${effect.code}`;
    default:
      return effect.type;
  }
}

export function legalLane(lastSeq: number, ackedSeq = 0, forgottenSeq = 0): LaneStart {
  return { lane: "legal", lastSeq, ackedSeq, forgottenSeq };
}

export function telemetryLane(lastSeq: number, ackedSeq = 0, forgottenSeq = 0): LaneStart {
  return { lane: "telemetry", lastSeq, ackedSeq, forgottenSeq };
}

export function ack(upTo: number, nowMs = 10, lane = 0): SyncInput {
  return { type: "ack", lane, upTo, refused: [], nowMs };
}

/** Online with the platform's first answers taken. */
export function flowing(lanes: readonly LaneStart[], limits: SyncLimits = EVEN_BATCHES): SyncState {
  const answers = lanes.map((lane, index) => ack(lane.ackedSeq, 0, index));
  return play(initialSync(lanes), [{ type: "online", nowMs: 0 }, ...answers], limits).state;
}
