import { describe, expect, it } from "vitest";
import type { LinkOrder } from "#agent/core/link.ts";
import type { MachineEffect, MachineInput } from "#agent/core/machine/state.ts";
import { machineStep, resumeMachine, tickIntervalMs } from "#agent/core/machine/step.ts";
import { Driving } from "#test/machine/driving.ts";
import { ENTRY, grantScanOf, nowAt, OTHER_HANDLE, passFacts, SETUP, scanOf } from "#test/machine/fixtures.ts";

function locked(): Driving {
  const driving = new Driving();
  driving.step({ type: "tick" });
  driving.pass(3_000);
  return driving;
}

function energised(): Driving {
  const driving = locked();
  driving.step(scanOf());
  driving.pass(1_000);
  expect(driving.state.interlock.at).toBe("energised");
  return driving;
}

function kinds(effects: readonly MachineEffect[]): string[] {
  return effects.map(({ type }) => type);
}

function orderIn(effects: readonly MachineEffect[]): { order: LinkOrder; priority: string } | undefined {
  return effects.find((effect) => effect.type === "exchange");
}

describe("a scan", () => {
  it("that is allowed is committed first; the answer and the urgent order to close are of the same step", () => {
    const effects = locked().step(scanOf());
    expect(kinds(effects)).toEqual(["commit", "answer", "exchange"]);
    expect(effects[0]).toMatchObject({ drafts: [{ name: "scanAllowed" }, { name: "sessionStarted", session: 41 }] });
    expect(effects[1]).toMatchObject({ id: "scan-1", session: 41, decision: { allow: true, rule: "listed" } });
    expect(orderIn(effects)).toMatchObject({ order: { mode: "closed", session: 41, leaseMs: 8_000 }, priority: "urgent" });
  });

  it.each([
    [{ pass: null, entry: null }, "licence.badCredential"],
    [{ pass: null, refusal: "pass.replayed" }, "pass.replayed"],
    [{ entry: null }, "licence.unknownCertificate"],
    [{ listVersion: null, listIssuedMs: null }, "licence.noList"],
    [{ entry: { ...ENTRY, expiryDay: ENTRY.notBeforeDay + 1 } }, "licence.expired"],
    [{ entry: { ...ENTRY, reviewDay: ENTRY.notBeforeDay + 1 } }, "licence.reviewOverdue"],
    [{ entry: { ...ENTRY, categories: 4 } }, "licence.wrongCategory"],
    [{ entry: { ...ENTRY, suspended: true } }, "licence.suspended"],
    [{ journalFull: true }, "licence.journalFull"],
  ] as const)("that is refused (%o) is a legal event, a red lamp and no session: %s", (wanted, code) => {
    const driving = locked();
    const effects = driving.step(scanOf(wanted));
    expect(effects[0]).toMatchObject({ type: "commit" });
    expect(driving.named("scanDenied").map(({ payload }) => payload.code)).toEqual([code]);
    expect(effects[1]).toMatchObject({ type: "answer", session: null, decision: { allow: false, code } });
    expect(driving.state.interlock).toEqual({ at: "locked" });
    expect(orderIn(driving.step({ type: "tick" }))).toMatchObject({ order: { mode: "open", lamp: "redBlink", buzzer: "twice" } });
    driving.pass(4_000);
    expect(orderIn(driving.step({ type: "tick" }))).toMatchObject({ order: { lamp: "yellow", buzzer: "off" } });
  });

  it("finds the machine unreachable before it was met, and faulted under an e-stop", () => {
    const unmet = new Driving();
    unmet.step(scanOf());
    expect(unmet.named("scanDenied")[0]?.payload.code).toBe("licence.machineUnreachable");
    const stopped = locked();
    stopped.far.status = { ...stopped.far.status, eStop: true };
    stopped.pass(1_000);
    stopped.step(scanOf());
    expect(stopped.named("scanDenied")[0]?.payload.code).toBe("licence.machineFaulted");
  });

  it("by the same welder again changes nothing; by another it hands over, but never under an arc", () => {
    const driving = energised();
    expect(driving.step(scanOf({ id: "again", sessionId: 42 }))[1]).toMatchObject({ decision: { rule: "alreadyRunning" }, session: 41 });
    driving.far.welding = true;
    driving.pass(2_000);
    driving.step(scanOf({ pass: passFacts({ handle: OTHER_HANDLE }), sessionId: 43 }));
    expect(driving.named("scanDenied").map(({ payload }) => payload.code)).toEqual(["licence.machineBusy"]);
    driving.far.welding = false;
    driving.pass(2_000);
    driving.step(scanOf({ pass: passFacts({ handle: OTHER_HANDLE }), sessionId: 44 }));
    expect(driving.named("sessionEnded").map(({ payload }) => payload.cause)).toEqual(["handover"]);
    expect(driving.state.interlock).toMatchObject({ session: { id: 44, handle: OTHER_HANDLE } });
    expect(driving.far.status.mirrorClosed).toBe(true);
  });

  it("from afar closes only when the button is pressed after it", () => {
    const driving = locked();
    driving.step(grantScanOf(1));
    driving.pass(2_000);
    expect([driving.state.interlock.at, driving.far.status.mirrorClosed]).toEqual(["awaitingStart", false]);
    driving.far.status = { ...driving.far.status, startPresses: 1 };
    driving.pass(2_000);
    expect([driving.state.interlock.at, driving.far.status.mirrorClosed]).toEqual(["energised", true]);
  });
});

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

describe("a chip that boots", () => {
  it("has what its totals know beyond the meter said as unaccounted; the session's used time stays used", () => {
    const driving = energised();
    driving.far.welding = true;
    driving.pass(20_000);
    driving.cut = true;
    driving.pass(5_000);
    driving.far.boot();
    driving.far.welding = false;
    driving.cut = false;
    driving.pass(3_000);
    const [unaccounted] = driving.named("unaccounted");
    const recordedMs = driving.named("arc").reduce((sum, { payload }) => sum + payload.arcMs, 0);
    expect(unaccounted).toMatchObject({ session: 41, payload: { reason: "chipBooted" } });
    expect(recordedMs + (unaccounted?.payload.arcMs ?? 0)).toBe(driving.far.arcMs);
    expect(driving.named("chipAdopted").map(({ payload }) => payload.bootId)).toEqual(["boot-1", "boot-2"]);
    driving.pass(5_000);
    const { interlock } = driving.state;
    expect(interlock).toMatchObject({ at: "energised", session: { id: 41 } });
    const startedChipMs = interlock.at === "energised" ? interlock.session.startedChipMs : 0;
    expect(startedChipMs).toBeLessThanOrEqual(-20_000);
    expect(driving.named("scanAllowed")).toHaveLength(1);
  });

  it("and boots again has nothing said twice", () => {
    const driving = energised();
    driving.far.welding = true;
    driving.pass(20_000);
    driving.cut = true;
    driving.pass(5_000);
    driving.far.welding = false;
    driving.far.boot();
    driving.cut = false;
    driving.pass(3_000);
    driving.far.boot();
    driving.restart();
    driving.pass(3_000);
    expect(driving.named("chipAdopted")).toHaveLength(3);
    expect(driving.named("unaccounted")).toHaveLength(1);
  });

  it("before its windows were read hides how long its contactor has been open: nothing closes again", () => {
    for (const [unreadMs, at] of [
      [0, "energised"],
      [30_000, "locked"],
    ] as const) {
      const driving = energised();
      driving.pass(10_000);
      driving.far.open("leaseLapsed");
      for (let ms = 0; ms < unreadMs; ms += 100) driving.far.pass();
      const { adoption } = driving.far;
      driving.far.boot();
      driving.state = resumeMachine(driving.state, driving.nowMs);
      driving.step({ type: "adopted", adoption });
      driving.pass(6_000);
      expect(driving.state.interlock.at).toBe(at);
    }
  });

  it("says nothing of the kind when the meter had everything", () => {
    const driving = energised();
    driving.far.welding = true;
    driving.pass(5_000);
    driving.far.welding = false;
    driving.pass(5_000);
    driving.far.boot();
    driving.pass(3_000);
    expect(driving.named("unaccounted")).toEqual([]);
    expect(driving.named("arc").map(({ payload }) => payload.arcMs)).toEqual([5_000]);
  });
});

describe("a chip that does not answer", () => {
  it("is silent after two misses, lost once and found once", () => {
    const driving = energised();
    driving.cut = true;
    driving.pass(1_000);
    expect([driving.state.interlock.at, driving.named("chipLost").length]).toEqual(["energised", 0]);
    driving.pass(1_000);
    expect([driving.state.interlock.at, driving.named("chipLost").length]).toEqual(["outage", 1]);
    driving.pass(5_000);
    driving.cut = false;
    driving.pass(3_000);
    expect([driving.state.interlock.at, driving.named("chipLost").length, driving.named("chipFound").length]).toEqual(["energised", 1, 1]);
    expect(driving.named("chipFound")[0]?.payload.silentMs).toBeGreaterThanOrEqual(5_000);
  });

  it("ends its session after a minute", () => {
    const driving = energised();
    driving.cut = true;
    driving.pass(70_000);
    expect(driving.named("sessionEnded").map(({ payload }) => payload.cause)).toEqual(["leaseLost"]);
    driving.far.open("leaseLapsed");
    driving.cut = false;
    driving.pass(5_000);
    expect([driving.state.interlock.at, driving.far.status.mirrorClosed]).toEqual(["locked", false]);
  });

  it.each(["link.rebooted", "link.badMac", "link.foreignDevice", "link.badAnswer"] as const)("after %s it is met anew", (code) => {
    const driving = energised();
    driving.step({ type: "linkFailed", code });
    expect(driving.state.link).toEqual({ at: "down", code });
    expect(kinds(driving.step({ type: "tick" }))).toContain("adopt");
  });
});

it("asks more often while something moves", () => {
  const driving = locked();
  expect(tickIntervalMs(driving.state)).toBe(1_000);
  const closing = machineStep(driving.state, scanOf(), SETUP, nowAt(driving.nowMs)).state;
  expect([closing.interlock.at, tickIntervalMs(closing)]).toEqual(["closing", 100]);
});

it("a state is plain JSON, and an order is asked for only while no other is under way", () => {
  const driving = energised();
  expect(JSON.parse(JSON.stringify(driving.state))).toEqual(driving.state);
  expect(resumeMachine(driving.state, 5)).toMatchObject({ link: { at: "down" }, interlock: { at: "outage" } });
  const tick: MachineInput = { type: "tick" };
  const busy = machineStep(driving.state, tick, SETUP, nowAt(driving.nowMs)).state;
  expect(busy.link).toMatchObject({ at: "up", busy: true });
  expect(kinds(machineStep(busy, tick, SETUP, nowAt(driving.nowMs)).effects)).toEqual([]);
});
