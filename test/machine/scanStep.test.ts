import { describe, expect, it } from "vitest";
import { energised, kinds, locked, orderIn } from "#test/machine/driven.ts";
import { Driving } from "#test/machine/driving.ts";
import { ENTRY, grantScanOf, OTHER_HANDLE, passFacts, scanOf } from "#test/machine/fixtures.ts";

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
