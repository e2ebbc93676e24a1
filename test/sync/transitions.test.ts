/** The outbox: every state × every input, "nothing happens" included. */
import { describe, expect, it } from "vitest";
import { initialSync, type SyncInput, type SyncState } from "#agent/core/sync/syncState.ts";
import { ack, flowing, legalLane, play } from "#test/sync/planning.ts";

/** One legal lane; batches of 100. */
const STATES = {
  offline: initialSync([legalLane(250, 50)]),
  waiting: play(initialSync([legalLane(250, 50)]), [{ type: "online", nowMs: 0 }]).state,
  idle: flowing([legalLane(50, 50, 20)]),
  /** 51-150 (batch 1) and 151-250 (batch 2) in flight. */
  flowing: flowing([legalLane(250, 50, 20)]),
  /** The same, stepped back at 5,000: 51-150 (batch 3) in flight alone. */
  recovering: play(flowing([legalLane(250, 50, 20)]), [{ type: "tick", nowMs: 5_000 }]).state,
  /** 51-150 could not be read at 0. */
  held: play(flowing([legalLane(50, 50, 20)]), [{ type: "unreadable", lane: 0, nowMs: 0 }, appendedTo(250)]).state,
} as const satisfies Record<string, SyncState>;

const T = 5_500;

const INPUTS = {
  online: { type: "online", nowMs: T },
  offline: { type: "offline" },
  appended: { type: "appended", lane: 0, lastSeq: 300, nowMs: T },
  sentUnasked: { type: "sent", lane: 0, batchId: 77, upTo: 250, nowMs: T },
  unreadable: { type: "unreadable", lane: 0, nowMs: T },
  publishFailed: { type: "publishFailed", batchId: 3 },
  publishFailedOld: { type: "publishFailed", batchId: 99 },
  ackAgain: ack(50, T),
  ackProgress: ack(150, T),
  ackBack: ack(30, T),
  ackBeyond: ack(301, T),
  ackOddRefusal: { type: "ack", lane: 0, upTo: 50, refused: [{ seq: 51, code: "x" }], nowMs: T },
  ackRefusal: { type: "ack", lane: 0, upTo: 150, refused: [{ seq: 149, code: "x" }], nowMs: T },
  forgotten: { type: "forgotten", lane: 0, upTo: 40 },
  tickEarly: { type: "tick", nowMs: 4_000 },
  tickLate: { type: "tick", nowMs: 15_000 },
  tickOverdue: { type: "tick", nowMs: 90_000 },
} as const satisfies Record<string, SyncInput>;

type Row = Record<keyof typeof INPUTS, readonly string[]>;
const nothing: readonly string[] = [];
const heard = ["linkProven"];
const unreadable = ["report sync.unreadableRows"];
const beyond = ["report sync.ackBeyond"];
const odd = ["report sync.badAck"];

const TABLE: Record<keyof typeof STATES, Row> = {
  offline: {
    online: nothing,
    offline: ["connectLater"],
    appended: nothing,
    sentUnasked: nothing,
    unreadable,
    publishFailed: nothing,
    publishFailedOld: nothing,
    ackAgain: nothing,
    ackProgress: nothing,
    ackBack: nothing,
    ackBeyond: nothing,
    ackOddRefusal: nothing,
    ackRefusal: nothing,
    forgotten: nothing,
    tickEarly: nothing,
    tickLate: nothing,
    tickOverdue: nothing,
  },
  waiting: {
    online: nothing,
    offline: ["connectLater"],
    appended: nothing,
    sentUnasked: nothing,
    unreadable,
    publishFailed: nothing,
    publishFailedOld: nothing,
    ackAgain: [...heard, "send 0: 51-150 again", "send 0: 151-250 again"],
    ackProgress: [...heard, "acknowledge 0: 150", "send 0: 151-250 again"],
    ackBack: heard,
    ackBeyond: beyond,
    ackOddRefusal: odd,
    ackRefusal: [...heard, "acknowledge 0: 150 without 149", "send 0: 151-250 again"],
    forgotten: nothing,
    tickEarly: nothing,
    tickLate: ["send 0: 51-150 again", "send 0: 151-250 again"],
    tickOverdue: ["send 0: 51-150 again", "send 0: 151-250 again"],
  },
  idle: {
    online: nothing,
    offline: ["connectLater"],
    appended: ["send 0: 51-150", "send 0: 151-250", "send 0: 251-300"],
    sentUnasked: nothing,
    unreadable,
    publishFailed: nothing,
    publishFailedOld: nothing,
    ackAgain: heard,
    ackProgress: beyond,
    ackBack: heard,
    ackBeyond: beyond,
    ackOddRefusal: odd,
    ackRefusal: beyond,
    forgotten: nothing,
    tickEarly: nothing,
    tickLate: nothing,
    tickOverdue: nothing,
  },
  flowing: {
    online: nothing,
    offline: ["connectLater"],
    appended: ["send 0: 251-300"],
    sentUnasked: nothing,
    unreadable,
    publishFailed: nothing,
    publishFailedOld: nothing,
    ackAgain: heard,
    ackProgress: [...heard, "acknowledge 0: 150"],
    ackBack: heard,
    ackBeyond: beyond,
    ackOddRefusal: odd,
    ackRefusal: [...heard, "acknowledge 0: 150 without 149"],
    forgotten: nothing,
    tickEarly: nothing,
    tickLate: ["send 0: 51-150 again"],
    tickOverdue: ["drop sync.ackOverdue", "connectLater"],
  },
  recovering: {
    online: nothing,
    offline: ["connectLater"],
    appended: nothing,
    sentUnasked: nothing,
    unreadable,
    publishFailed: ["drop sync.publishFailed", "connectLater"],
    publishFailedOld: nothing,
    ackAgain: heard,
    ackProgress: [...heard, "acknowledge 0: 150", "send 0: 151-250 again"],
    ackBack: heard,
    ackBeyond: beyond,
    ackOddRefusal: odd,
    ackRefusal: [...heard, "acknowledge 0: 150 without 149", "send 0: 151-250 again"],
    forgotten: nothing,
    tickEarly: nothing,
    tickLate: ["send 0: 51-150 again"],
    tickOverdue: ["drop sync.ackOverdue", "connectLater"],
  },
  held: {
    online: nothing,
    offline: ["connectLater"],
    appended: nothing,
    sentUnasked: nothing,
    unreadable,
    publishFailed: nothing,
    publishFailedOld: nothing,
    ackAgain: heard,
    ackProgress: [...heard, "acknowledge 0: 150"],
    ackBack: heard,
    ackBeyond: beyond,
    ackOddRefusal: odd,
    ackRefusal: [...heard, "acknowledge 0: 150 without 149"],
    forgotten: nothing,
    tickEarly: nothing,
    tickLate: nothing,
    tickOverdue: ["send 0: 51-150", "send 0: 151-250"],
  },
};

describe("outbox transitions", () => {
  const cases = Object.entries(STATES).flatMap(([stateName, state]) =>
    Object.entries(INPUTS).map(([inputName, input]) => ({ stateName, inputName, state, input })),
  );

  it.each(cases)("$stateName × $inputName", ({ stateName, inputName, state, input }) => {
    const row: Readonly<Record<string, readonly string[]>> = TABLE[stateName as keyof typeof STATES];
    expect(play(state, [input]).effects).toEqual(row[inputName]);
  });
});

function appendedTo(lastSeq: number): SyncInput {
  return { type: "appended", lane: 0, lastSeq, nowMs: 0 };
}
