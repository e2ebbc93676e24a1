import { describe, expect, it } from "vitest";
import type { Driving } from "#test/machine/driving.ts";
import { ENTRY, HANDLE, OTHER_HANDLE, passFacts, scanOf } from "#test/machine/fixtures.ts";
import { guardScan, lockedUnder, MINUTE_MS, permitUntil, policyOf, SPECIAL } from "#test/machine/ruled.ts";
import { GUARDIAN } from "#test/policy/fixtures.ts";

const at = (driving: Driving) => driving.state.interlock.at;
const denials = (driving: Driving) => driving.named("scanDenied").map(({ payload }) => payload.code);
const allowed = (driving: Driving) => driving.named("scanAllowed").map(({ payload }) => [payload.rule, payload.guardian]);
const GUARDED = [
  ["guardian", null],
  ["listed", GUARDIAN],
];

describe("in a special period", () => {
  it("a welder alone is told whom the start waits for; the guardian's scan then starts it", () => {
    const driving = lockedUnder(SPECIAL);
    const effects = driving.step(scanOf());
    expect(effects.find(({ type }) => type === "answer")).toMatchObject({ decision: { code: "licence.guardianNeeded", waitsFor: [] } });
    expect([at(driving), driving.state.waiting?.handle]).toEqual(["locked", HANDLE]);
    driving.pass(1_000);
    expect(driving.taken.at(-2)?.effects).toMatchObject([{ order: { mode: "open", lamp: "blueBlink", buzzer: "off" } }]);
    const answer = driving.step(guardScan()).find(({ type }) => type === "answer");
    expect(answer).toMatchObject({ id: "guard", session: 41, decision: { allow: true, rule: "guardian" } });
    driving.pass(1_000);
    expect([at(driving), allowed(driving)]).toEqual(["energised", GUARDED]);
    expect(driving.state.interlock).toMatchObject({ session: { id: 41, handle: HANDLE } });
    expect(driving.named("specialPeriodHotWork").map(({ payload }) => payload)).toEqual([{ handle: HANDLE, period: "春节" }]);
  });

  it("a guardian may scan first; one scan serves one start, and only within five minutes", () => {
    const driving = lockedUnder(SPECIAL);
    driving.step(guardScan());
    expect(at(driving)).toBe("locked");
    driving.pass(4.9 * MINUTE_MS);
    driving.step(scanOf());
    driving.pass(1_000);
    expect([at(driving), allowed(driving)]).toEqual(["energised", GUARDED]);
    driving.step({ type: "lock" });
    driving.pass(3_000);
    driving.step(scanOf({ id: "again", sessionId: 42 }));
    expect(denials(driving)).toEqual(["licence.guardianNeeded"]);
    driving.step({ ...guardScan() });
    driving.pass(1_000);
    expect(at(driving)).toBe("energised");

    const late = lockedUnder(SPECIAL);
    late.step(guardScan());
    late.pass(5 * MINUTE_MS);
    late.step(scanOf());
    late.pass(5 * MINUTE_MS);
    late.step(guardScan());
    expect([at(late), denials(late)]).toEqual(["locked", ["licence.guardianNeeded"]]);
  });

  it("the next welder's start, though the first one's session goes over without opening, needs a guardian of its own", () => {
    const driving = lockedUnder(SPECIAL);
    driving.step(guardScan());
    driving.step(scanOf());
    driving.pass(1_000);
    const next = scanOf({ id: "next", pass: passFacts({ handle: OTHER_HANDLE }), sessionId: 42 });
    driving.step(next);
    expect(denials(driving)).toEqual(["licence.guardianNeeded"]);
    driving.step(guardScan());
    driving.pass(1_000);
    expect(driving.state.interlock).toMatchObject({ at: "energised", session: { id: 42, handle: OTHER_HANDLE } });
    expect(driving.named("sessionEnded").map(({ payload }) => payload.cause)).toEqual(["handover"]);
  });

  it("is not got round by the welder's own second scan, or by somebody whom the permit does not name", () => {
    const driving = lockedUnder({ ...SPECIAL, permits: permitUntil(90, { guardians: [GUARDIAN] }) });
    driving.step(scanOf());
    driving.step(guardScan({ handle: HANDLE }));
    driving.step(guardScan({ handle: OTHER_HANDLE }));
    expect([at(driving), denials(driving)]).toEqual([
      "locked",
      ["licence.guardianNeeded", "licence.guardianIsWelder", "licence.notAGuardian"],
    ]);
    expect(driving.named("scanDenied")[1]?.payload).toMatchObject({ purpose: "guard", way: "page" });
    driving.step({ ...guardScan(), entry: null });
    driving.pass(1_000);
    expect(at(driving)).toBe("energised");
  });

  it("one whom a newer policy needs no more does not end the welder's wait, nor lengthen it", () => {
    for (const [minutes, reached] of [
      [4.9, "energised"],
      [5.1, "locked"],
    ] as const) {
      const driving = lockedUnder(SPECIAL);
      driving.step(scanOf());
      driving.rule(policyOf({ ...SPECIAL, permits: permitUntil(90, { guardians: [GUARDIAN] }) }));
      driving.pass(2 * MINUTE_MS);
      driving.step(guardScan({ handle: OTHER_HANDLE }));
      expect([at(driving), denials(driving)]).toEqual(["locked", ["licence.guardianNeeded", "licence.guardianNeeded"]]);
      driving.pass((minutes - 2) * MINUTE_MS);
      driving.step(guardScan());
      driving.pass(1_000);
      expect(at(driving)).toBe(reached);
    }
  });

  it("names the list by which the waiting start was decided at last, not that of the welder's scan", () => {
    const driving = lockedUnder(SPECIAL);
    driving.step(scanOf({ listVersion: 5, overlayVersion: 3 }));
    driving.step({ ...guardScan(), listVersion: 6, overlayVersion: 4 });
    driving.pass(1_000);
    const lists = [...driving.named("scanDenied"), ...driving.named("scanAllowed")].map(({ payload }) => payload);
    expect(lists.map(({ listVersion, overlayVersion }) => [listVersion, overlayVersion])).toEqual([
      [5, 3],
      [6, 4],
      [6, 4],
    ]);
  });

  it("a guardian's scan does not outlive the session before, nor the chip's boot", () => {
    const driving = lockedUnder(SPECIAL);
    driving.step(guardScan());
    driving.step(scanOf());
    driving.pass(1_000);
    driving.step(guardScan());
    expect(driving.state.guardScan).not.toBeNull();
    driving.step({ type: "lock" });
    driving.pass(3_000);
    expect(driving.state.guardScan).toBeNull();
    driving.step(guardScan());
    driving.step({ type: "policy", policy: driving.setup.policy });
    driving.far.boot();
    driving.pass(3_000);
    expect(driving.state.guardScan).toBeNull();
  });

  it("a guardian's scan does not outlive a start that nobody confirmed", () => {
    const driving = lockedUnder(SPECIAL);
    driving.step(guardScan({ way: "grant" }));
    driving.step(scanOf());
    expect(driving.state.interlock.at).toBe("awaitingStart");
    driving.step(guardScan());
    expect(driving.state.guardScan).not.toBeNull();
    driving.pass(31_000);
    expect([driving.state.interlock.at, driving.state.guardScan]).toEqual(["locked", null]);
  });

  it("whoever scanned from afar must press the start button, welder or guardian", () => {
    for (const [first, second] of [
      [scanOf({ pass: passFacts({ way: "grant" }) }), guardScan()],
      [scanOf(), guardScan({ way: "grant" })],
      [guardScan({ way: "grant" }), scanOf()],
    ] as const) {
      const driving = lockedUnder(SPECIAL);
      driving.step(first);
      driving.step(second);
      driving.pass(2_000);
      expect([at(driving), driving.far.status.mirrorClosed]).toEqual(["awaitingStart", false]);
      driving.far.status = { ...driving.far.status, startPresses: 1 };
      driving.pass(2_000);
      expect(at(driving)).toBe("energised");
    }
  });

  it("a welder who is struck off while the start waits does not start", () => {
    const driving = lockedUnder(SPECIAL);
    driving.step(scanOf());
    const struck = { handle: HANDLE, entry: { ...ENTRY, suspended: true } };
    expect(driving.state.recentHandles).toContain(HANDLE);
    driving.step({ type: "recheck", certificates: [struck], listIssuedMs: 0, remind: false });
    driving.step(guardScan());
    expect([at(driving), denials(driving)]).toEqual(["locked", ["licence.guardianNeeded", "licence.suspended"]]);
  });

  it("a policy that ends the period lets the next scan in alone", () => {
    const driving = lockedUnder(SPECIAL);
    driving.step(scanOf());
    driving.rule(policyOf());
    driving.step(scanOf({ id: "again" }));
    driving.pass(1_000);
    expect([at(driving), driving.state.waiting]).toEqual(["energised", null]);
  });
});

describe("without a licence to ask for", () => {
  it("what is no pass starts nothing from afar: somebody must press the button", () => {
    for (const machineClass of ["exempt", "monitored"] as const) {
      const driving = lockedUnder({ machineClass });
      driving.step(scanOf({ pass: null, refusal: "pass.badSignature", entry: null }));
      driving.pass(2_000);
      expect([at(driving), driving.far.status.mirrorClosed]).toEqual(["awaitingStart", false]);
      driving.far.status = { ...driving.far.status, startPresses: 1 };
      driving.pass(2_000);
      expect(at(driving)).toBe("energised");
      const handle = "0".repeat(32);
      expect(driving.named("sessionStarted")[0]?.payload.handle).toBe(handle);
      expect(driving.named("wouldBeRefused").map(({ payload }) => payload)).toEqual(
        machineClass === "monitored" ? [{ handle, code: "pass.badSignature" }] : [],
      );
      driving.rule(policyOf());
      driving.pass(4_000);
      expect(driving.named("sessionEnded").map(({ payload }) => payload.cause)).toEqual(["certificateRevoked"]);
    }
  });
});
