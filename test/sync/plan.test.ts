import { describe, expect, it } from "vitest";
import { fullJitter } from "#agent/core/sync/retry.ts";
import { wakeAtMs } from "#agent/core/sync/syncPlan.ts";
import { initialSync, SYNC_LIMITS } from "#agent/core/sync/syncState.ts";
import { ack, flowing, legalLane, play, telemetryLane } from "#test/sync/planning.ts";

describe("waiting times", () => {
  const first = (random: () => number, maxMs?: number): number[] => {
    const times = fullJitter(random, maxMs);
    return Array.from({ length: 12 }, () => times.next().value);
  };

  it("are spread between nothing and a cap that doubles up to 300 s", () => {
    expect(first(() => 0)).toEqual(Array(12).fill(0));
    const caps = first(() => 0.999_999_9).map((ms) => Math.round(ms / 1000));
    expect(caps).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
    expect(first(() => 0.5).slice(0, 3)).toEqual([500, 1000, 2000]);
    expect(first(() => 0.5, 1_500).slice(0, 3)).toEqual([500, 750, 750]);
  });
});

describe("many events", () => {
  const inFlight = (lastSeq: number) => flowing([legalLane(lastSeq)], SYNC_LIMITS);
  const appended = (lastSeq: number) => ({ type: "appended", lane: 0, lastSeq, nowMs: 20 }) as const;

  it("go in batches of 500, and the window holds no more events than with small ones", () => {
    const state = inFlight(9_000);
    expect(state.lanes[0]?.inFlight.map(({ upTo }) => upTo)).toEqual([500, 1000, 1500, 2000]);
    expect(play(state, [ack(500)], SYNC_LIMITS).effects).toEqual(["linkProven", "acknowledge 0: 500", "send 0: 2001-2500 again"]);
  });

  it("are gathered while others are on their way", () => {
    const { state, effects } = play(inFlight(100), [appended(101), appended(599)], SYNC_LIMITS);
    expect(effects).toEqual([]);
    expect(play(state, [appended(600)], SYNC_LIMITS).effects).toEqual(["send 0: 101-600"]);
    expect(play(state, [ack(100)], SYNC_LIMITS).effects).toEqual(["linkProven", "acknowledge 0: 100", "send 0: 101-599"]);
  });

  it("do not keep single ones waiting", () => {
    expect(play(inFlight(99), [appended(100), appended(101)], SYNC_LIMITS).effects).toEqual(["send 0: 100-100"]);
    expect(play(inFlight(3), [appended(4), appended(5)], SYNC_LIMITS).effects).toEqual(["send 0: 4-4", "send 0: 5-5"]);
  });

  it("go in small batches again while nothing is acknowledged", () => {
    expect(play(inFlight(900), [{ type: "tick", nowMs: 5_000 }], SYNC_LIMITS).effects).toEqual(["send 0: 1-100 again"]);
  });

  it("of telemetry leave the legal events their room", () => {
    const state = flowing([legalLane(0), telemetryLane(9_000)], SYNC_LIMITS);
    expect(state.lanes[1]?.inFlight.map(({ upTo }) => upTo)).toEqual([500, 1000, 1500, 1600]);
    expect(play(state, [appended(700)], SYNC_LIMITS).effects).toEqual(["send 0: 1-400"]);
  });
});

describe("window", () => {
  it("is 20 batches over all lanes and slides with the platform's acknowledgements", () => {
    const full = flowing([legalLane(5_000)]);
    expect(full.lanes[0]?.inFlight).toHaveLength(20);
    expect(play(full, [ack(250)]).effects).toEqual([
      "linkProven",
      "acknowledge 0: 250",
      "send 0: 2001-2100 again",
      "send 0: 2101-2200 again",
    ]);
  });

  it("sends every machine's legal lane before any telemetry, in turn, and keeps room for legal events", () => {
    const state = flowing([legalLane(200), telemetryLane(9_000), legalLane(300), telemetryLane(9_000)]);
    const inFlight = state.lanes.map((lane) => lane.inFlight.map(({ id }) => id));
    expect(inFlight.map((batches) => batches.length)).toEqual([2, 11, 3, 0]);
    const legal = [...(inFlight[0] ?? []), ...(inFlight[2] ?? [])];
    const telemetry = [...(inFlight[1] ?? []), ...(inFlight[3] ?? [])];
    expect(Math.max(...legal)).toBeLessThan(Math.min(...telemetry));
    const shared = play(state, [ack(500, 10, 1)]).effects.filter((effect) => effect.startsWith("send"));
    expect(shared.map((effect) => effect.slice(0, 6))).toEqual(Array(5).fill("send 3"));
    const urgent = play(state, [{ type: "appended", lane: 2, lastSeq: 301, nowMs: 20 }]);
    expect(urgent.effects).toEqual(["send 2: 301-301"]);
  });

  it("holds telemetry back until the legal lanes have been answered", () => {
    const state = play(initialSync([legalLane(10), telemetryLane(10)]), [{ type: "online", nowMs: 0 }, ack(0, 5, 1)]).state;
    expect(state.lanes.map((lane) => lane.inFlight.length)).toEqual([0, 0]);
    expect(play(state, [ack(0, 6, 0)]).effects).toEqual(["linkProven", "send 0: 1-10 again", "send 1: 1-10 again"]);
  });

  it("lets telemetry pass a legal lane that the platform does not move", () => {
    const stuck = play(flowing([legalLane(300), telemetryLane(0)]), [{ type: "tick", nowMs: 5_000 }]).state;
    expect(play(stuck, [{ type: "appended", lane: 1, lastSeq: 5, nowMs: 5_001 }]).effects).toEqual(["send 1: 1-5"]);
  });

  it("takes a batch that had to be cut short for what it is", () => {
    const state = initialSync([legalLane(100)]);
    const step = play(state, [{ type: "online", nowMs: 0 }]).state;
    const asked = play({ ...step, sending: 0 }, [ack(0), { type: "sent", lane: 0, batchId: 1, upTo: 40, nowMs: 10 }]);
    expect(asked.effects).toEqual(["linkProven", "send 0: 41-100 again"]);
  });
});

describe("gaps", () => {
  it("steps back when the same acknowledgement comes twice, and sends one batch until the platform moves on", () => {
    const state = flowing([legalLane(1_000)]);
    const gap = play(state, [ack(300, 2_000), ack(300, 2_001), ack(300, 2_002)]);
    expect(gap.effects).toEqual(["linkProven", "acknowledge 0: 300", "linkProven", "linkProven", "send 0: 301-400 again"]);
    expect(play(gap.state, Array(17).fill(ack(300, 2_003))).effects).toEqual(Array(17).fill("linkProven"));
    const moved = play(gap.state, [ack(400, 2_100)]);
    expect(moved.effects.filter((effect) => effect.startsWith("send"))).toHaveLength(6);
  });

  it("does not step back for one late acknowledgement", () => {
    const state = flowing([legalLane(1_000)]);
    expect(play(state, [ack(500), ack(300), ack(600), ack(400)]).effects.filter((effect) => effect.startsWith("send"))).toEqual([]);
  });

  it("goes back with a platform that was restored from a backup, below its own cursor, not below what was deleted", () => {
    const restored = play(flowing([legalLane(900, 600, 200)]), [ack(450, 2_000), ack(450, 2_001)]);
    expect(restored.effects).toContain("acknowledge 0: 450");
    expect(restored.effects.at(-1)).toBe("send 0: 451-550 again");
    const lost = play(flowing([legalLane(900, 600, 200)]), [ack(100, 2_000), ack(100, 2_001)]);
    expect(lost.effects).toContain("report sync.platformBehind");
    expect(lost.effects.at(-1)).toBe("send 0: 201-300 again");
  });

  it("goes back with it over a quiet lane too, where each resend is answered once", () => {
    const answered = play(flowing([legalLane(700, 600)]), [ack(450, 20)]);
    const resent = play(answered.state, [{ type: "tick", nowMs: 5_000 }]);
    expect(resent.effects).toEqual(["send 0: 601-700 again"]);
    expect(play(resent.state, [ack(450, 5_020)]).effects).toEqual(["linkProven", "acknowledge 0: 450", "send 0: 451-550 again"]);
  });

  it("learns of the restored platform at the birth too, when its answer is no late one", () => {
    const online = play(initialSync([legalLane(900, 600)]), [{ type: "online", nowMs: 0 }, ack(450, 10)]);
    expect(online.effects).toEqual(["linkProven"]);
    expect(play(online.state, [ack(700, 20)]).effects.slice(0, 2)).toEqual(["linkProven", "acknowledge 0: 700"]);
    expect(play(online.state, [{ type: "tick", nowMs: 5_000 }]).effects).toEqual(["acknowledge 0: 450", "send 0: 451-550 again"]);
  });

  it("asks again more and more seldom while a lane is silent", () => {
    const state = flowing([legalLane(100), legalLane(0)]);
    const wakes: (number | null)[] = [];
    let current = state;
    for (let round = 0; round < 6; round++) {
      const nowMs = wakeAtMs(current) ?? 0;
      wakes.push(nowMs);
      current = play(current, [ack(0, nowMs, 1), { type: "tick", nowMs }]).state;
    }
    expect(wakes).toEqual([5_000, 15_000, 35_000, 75_000, 135_000, 195_000]);
  });
});

describe("wake-ups", () => {
  it("has none offline or idle, and one whenever something is awaited", () => {
    expect(wakeAtMs(initialSync([legalLane(9)]))).toBeNull();
    expect(wakeAtMs(flowing([legalLane(9, 9)]))).toBeNull();
    expect(wakeAtMs(play(initialSync([legalLane(9)]), [{ type: "online", nowMs: 70 }]).state)).toBe(5_070);
    expect(wakeAtMs(flowing([legalLane(9)]))).toBe(5_000);
  });
});
