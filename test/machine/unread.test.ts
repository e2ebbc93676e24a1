import { describe, expect, it } from "vitest";
import type { Driving } from "#test/machine/driving.ts";
import { OTHER_HANDLE, passFacts, scanOf } from "#test/machine/fixtures.ts";
import { energisedUnder } from "#test/machine/ruled.ts";

const ended = (driving: Driving) => driving.named("sessionEnded").map(({ payload }) => [payload.cause, payload.arcs]);
const recordedMs = (driving: Driving) => driving.named("arc").reduce((sum, { payload }) => sum + payload.arcMs, 0);

/** An arc burns, and the agent is killed: another process has begun, and has not heard the machine yet. */
function restartedInMidArc(): Driving {
  const driving = energisedUnder({});
  driving.far.welding = true;
  driving.pass(2_000);
  driving.cut = true;
  driving.pass(2_000);
  driving.restart();
  return driving;
}

describe("a new process that has not read the machine's windows yet", () => {
  it("and hears of a lock cuts no arc: it burns out, and the session closes with all of it", () => {
    const driving = restartedInMidArc();
    driving.step({ type: "lock" });
    driving.cut = false;
    driving.pass(2_000);
    expect([driving.far.status.mirrorClosed, ended(driving)]).toEqual([true, []]);
    driving.far.welding = false;
    driving.pass(4_000);
    expect([driving.far.status.openedBy, ended(driving), driving.state.interlock.at]).toEqual([
      "arcOff",
      [["lockedByPlatform", 1]],
      "locked",
    ]);
    expect(recordedMs(driving)).toBe(driving.far.arcMs);
  });

  it("and had just ordered the contactor to close again does the same, for it may have", () => {
    const driving = energisedUnder({});
    driving.pass(2_000);
    driving.far.open("leaseLapsed");
    for (let tries = 0; driving.state.interlock.at !== "closing" && tries < 60; tries++) driving.pass(100);
    driving.restart();
    driving.cut = true;
    driving.far.welding = true;
    driving.pass(2_000);
    driving.restart();
    driving.step({ type: "lock" });
    driving.pass(3_000);
    driving.cut = false;
    driving.pass(2_000);
    expect([driving.far.status.mirrorClosed, ended(driving)]).toEqual([true, []]);
    driving.far.welding = false;
    driving.pass(4_000);
    expect([driving.far.status.openedBy, ended(driving)]).toEqual(["arcOff", [["lockedByPlatform", 1]]]);
    expect(driving.named("contactorOpened").map(({ payload }) => payload.by)).toEqual(["leaseLapsed", "arcOff"]);
  });

  it("closes no session, and hands none over, before it has", () => {
    const driving = restartedInMidArc();
    driving.far.open("leaseLapsed");
    driving.far.welding = false;
    driving.step({ type: "lock" });
    driving.far.unread = 40;
    driving.cut = false;
    driving.pass(2_000);
    driving.step(scanOf({ id: "next", sessionId: 42, pass: passFacts({ handle: OTHER_HANDLE }) }));
    expect([ended(driving), driving.named("scanDenied").map(({ payload }) => payload.code)]).toEqual([[], ["licence.machineUnreachable"]]);
    driving.far.unread = 0;
    driving.pass(2_000);
    expect([ended(driving), driving.state.interlock.at]).toEqual([[["lockedByPlatform", 1]], "locked"]);
    expect(recordedMs(driving)).toBe(driving.far.arcMs);
  });

  it("and is opening the contactor waits for them, too", () => {
    const driving = energisedUnder({});
    driving.far.welding = true;
    driving.step({ type: "lock" });
    driving.pass(29_000);
    driving.far.unread = 10;
    driving.pass(3_000);
    expect([driving.far.status.mirrorClosed, driving.state.interlock.at, ended(driving)]).toEqual([false, "opening", []]);
    driving.far.unread = 0;
    driving.pass(1_000);
    expect([driving.state.interlock.at, ended(driving)]).toEqual(["locked", [["lockedByPlatform", 1]]]);
    expect(recordedMs(driving)).toBe(driving.far.arcMs);
  });
});
