import { describe, expect, it } from "vitest";
import { resumeMachine } from "#agent/core/machine/step.ts";
import { energised, kinds } from "#test/machine/driven.ts";
import { passFacts, scanOf } from "#test/machine/fixtures.ts";

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

  it("and that has not heard of a handover counts on for the one before, of which it is said", () => {
    const driving = energised();
    driving.far.welding = true;
    driving.pass(5_000);
    driving.far.welding = false;
    driving.pass(3_000);
    driving.cut = true;
    const next = passFacts({ handle: "ee".repeat(16) });
    driving.step(scanOf({ id: "next", sessionId: 42, pass: next }));
    driving.restart();
    driving.far.welding = true;
    driving.pass(4_000);
    driving.far.welding = false;
    driving.far.boot();
    driving.cut = false;
    driving.pass(3_000);
    const recorded = driving.named("arc").map(({ session, payload }) => ({ session, arcMs: payload.arcMs }));
    expect(recorded.map(({ session }) => session)).toEqual([41]);
    const [unaccounted, ...more] = driving.named("unaccounted");
    expect([unaccounted?.session, more]).toEqual([41, []]);
    expect((recorded[0]?.arcMs ?? 0) + (unaccounted?.payload.arcMs ?? 0)).toBe(driving.far.arcMs);
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
