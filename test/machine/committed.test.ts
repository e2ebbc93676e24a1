import { describe, expect, it } from "vitest";
import { energised, kinds } from "#test/machine/driven.ts";
import { ENTRY, OTHER_HANDLE, passFacts, scanOf } from "#test/machine/fixtures.ts";

describe("what is committed", () => {
  it("comes before every other effect of its step", () => {
    const driving = energised();
    driving.far.welding = true;
    driving.pass(25_000);
    driving.step({ type: "lock" });
    driving.far.welding = false;
    driving.pass(20_000);
    const withCommit = driving.taken.filter(({ effects }) => effects.some(({ type }) => type === "commit"));
    expect(withCommit.length).toBeGreaterThan(4);
    for (const { effects } of withCommit) expect(kinds(effects).lastIndexOf("commit")).toBe(0);
  });

  it("telemetry goes within 10 s of the window clock, and idle time seldom", () => {
    const driving = energised();
    driving.far.welding = true;
    driving.pass(61_000);
    for (const { state } of driving.taken) expect((state.nextSeq - state.durableBelow) * 100).toBeLessThanOrEqual(10_000);
    const windows = driving.named("windows");
    expect(windows.length).toBeGreaterThanOrEqual(5);
    expect(windows.flatMap(({ payload }) => payload.runs).reduce((sum, run) => sum + run, 0)).toBeGreaterThanOrEqual(500);
    driving.far.welding = false;
    driving.pass(20_000);
    const commits = () => driving.taken.filter(({ effects }) => effects.some(({ type }) => type === "commit")).length;
    const before = commits();
    driving.pass(240_000);
    expect(commits() - before).toBeLessThanOrEqual(1);
  });

  it("a window's columns carry every row once, in order", () => {
    const driving = energised();
    driving.far.welding = true;
    driving.pass(33_000);
    driving.far.welding = false;
    driving.pass(15_000);
    const seqs = driving.named("windows").flatMap(({ payload }) => payload.amps.map((_, index) => payload.firstSeq + index));
    expect(seqs).toHaveLength(330);
    expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
  });

  it("the beginning of an end outlives a kill: a lock is not forgotten", () => {
    for (const welding of [true, false]) {
      const driving = energised();
      driving.far.welding = welding;
      driving.pass(2_000);
      driving.step({ type: "lock" });
      driving.restart();
      driving.far.welding = false;
      driving.pass(10_000);
      expect([driving.state.interlock.at, driving.far.status.mirrorClosed]).toEqual(["locked", false]);
      expect(driving.named("sessionEnded").map(({ payload }) => payload.cause)).toEqual(["lockedByPlatform"]);
    }
  });
});

describe("windows that are read again after a kill", () => {
  it("are not counted twice", () => {
    const driving = energised();
    driving.far.welding = true;
    driving.pass(14_500);
    driving.restart();
    driving.pass(4_300);
    driving.restart();
    driving.far.welding = false;
    driving.pass(15_000);
    expect(driving.named("arc").map(({ payload }) => payload.arcMs)).toEqual([18_800]);
    expect(driving.named("windowsLost")).toEqual([]);
  });
});

describe("after a kill in which somebody welded", () => {
  it("nobody else starts before those windows were read: they are not put down to the next welder", () => {
    const driving = energised();
    driving.far.welding = true;
    for (let ms = 0; ms < 3_000; ms += 100) driving.far.pass();
    driving.far.welding = false;
    driving.far.unread = 30;
    driving.restart();
    driving.pass(200);
    const other = { entry: ENTRY, pass: passFacts({ handle: OTHER_HANDLE }), sessionId: 42 };
    driving.step(scanOf({ id: "early", ...other }));
    expect(driving.named("scanDenied").map(({ payload }) => payload.code)).toEqual(["licence.machineUnreachable"]);
    driving.far.unread = 0;
    driving.pass(2_000);
    driving.step(scanOf({ id: "late", ...other }));
    driving.pass(2_000);
    expect(driving.named("sessionStarted").map(({ session }) => session)).toEqual([41, 42]);
    expect(driving.named("arc").map(({ session, payload }) => [session, payload.arcMs])).toEqual([[41, 3_000]]);
  });
});
