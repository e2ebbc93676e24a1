/** What happens while nobody is heard: an e-stop between two exchanges, a line that is dead while a session ends. */
import { describe, expect, it } from "vitest";
import { Driving } from "#test/machine/driving.ts";
import { scanOf } from "#test/machine/fixtures.ts";

function energised(): Driving {
  const driving = new Driving();
  driving.pass(3_000);
  driving.step(scanOf());
  driving.pass(3_000);
  expect(driving.state.interlock.at).toBe("energised");
  return driving;
}

const causes = (driving: Driving) => driving.named("sessionEnded").map(({ payload }) => payload.cause);
const presses = (driving: Driving) => driving.named("eStop").map(({ payload }) => payload.pressed);

describe("an e-stop that nobody saw", () => {
  it.each([
    ["between two polls", 0],
    ["while the cable was out", 20_000],
  ])("%s is told, ends the session, and energises nothing", (_, outMs) => {
    const driving = energised();
    driving.cut = outMs > 0;
    driving.pass(outMs / 2);
    driving.far.open("eStop");
    driving.pass(outMs / 2);
    driving.cut = false;
    driving.pass(70_000);
    expect([causes(driving), presses(driving)]).toEqual([["eStop"], [true, false]]);
    expect(driving.named("leaseLost")).toEqual([]);
    expect([driving.state.interlock, driving.far.status.mirrorClosed]).toEqual([{ at: "locked" }, false]);
    driving.step(scanOf({ id: "next", sessionId: 42 }));
    driving.pass(3_000);
    expect(driving.state.interlock.at).toBe("energised");
  });

  it("and after which the chip lost power: its refusal ends the session", () => {
    const driving = energised();
    driving.cut = true;
    driving.pass(4_000);
    driving.far.boot();
    driving.far.barred = 41;
    driving.pass(4_000);
    driving.cut = false;
    driving.pass(70_000);
    expect(causes(driving)).toEqual(["contactorDidNotClose"]);
    expect([driving.state.interlock, driving.far.status.mirrorClosed]).toEqual([{ at: "locked" }, false]);
  });
});

describe("a line that is dead for less than the lease while a session ends", () => {
  it("cuts no arc: the session ends at arc-off", () => {
    const driving = energised();
    driving.far.welding = true;
    driving.pass(2_000);
    driving.step({ type: "lock" });
    driving.cut = true;
    driving.pass(5_000);
    driving.cut = false;
    driving.pass(5_000);
    expect([driving.state.interlock.at, driving.far.status.mirrorClosed, causes(driving)]).toEqual(["ending", true, []]);
    driving.far.welding = false;
    driving.pass(5_000);
    expect([driving.state.interlock.at, driving.far.status.mirrorClosed, causes(driving)]).toEqual(["locked", false, ["lockedByPlatform"]]);
  });
});
