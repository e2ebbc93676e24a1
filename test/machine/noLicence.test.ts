import { describe, expect, it } from "vitest";
import type { Driving } from "#test/machine/driving.ts";
import { grantScanOf, scanOf } from "#test/machine/fixtures.ts";
import { energisedUnder, guardScan, lockedUnder, permitUntil, policyOf, SPECIAL } from "#test/machine/ruled.ts";
import { GUARDIAN } from "#test/policy/fixtures.ts";

const RETIRED = { machineClass: "retired" } as const;
const closings = (driving: Driving, from: number) =>
  driving.taken.slice(from).filter(({ effects }) => effects.some((effect) => effect.type === "exchange" && effect.order.mode === "closed"));

describe("a licence that ends during an outage", () => {
  it("is not closed for again, whatever comes first afterwards: a reading or a tick", () => {
    const driving = energisedUnder({});
    driving.cut = true;
    driving.pass(3_000);
    driving.far.open("leaseLapsed");
    driving.rule(policyOf(RETIRED));
    driving.pass(10_000);
    const from = driving.taken.length;
    driving.cut = false;
    driving.pass(20_000);
    expect(closings(driving, from)).toEqual([]);
    expect([driving.state.interlock.at, driving.named("sessionEnded").map(({ payload }) => payload.cause)]).toEqual([
      "locked",
      ["machineRetired"],
    ]);
  });

  it("ends softly when the contactor never opened", () => {
    const driving = energisedUnder({});
    driving.cut = true;
    driving.pass(3_000);
    driving.rule(policyOf(RETIRED));
    driving.cut = false;
    driving.pass(4_000);
    expect([driving.far.status.mirrorClosed, driving.named("sessionEnded").map(({ payload }) => payload.cause)]).toEqual([
      false,
      ["machineRetired"],
    ]);
  });
});

describe("a list that is withdrawn while a start waits for its guardian", () => {
  it("lets nobody start, though a guardian whom the permit names comes", () => {
    const driving = lockedUnder({ ...SPECIAL, permits: permitUntil(90, { guardians: [GUARDIAN] }) });
    driving.step(scanOf());
    driving.step({ ...guardScan(), entry: null, listVersion: null, listIssuedMs: null });
    driving.pass(2_000);
    const codes = driving.named("scanDenied").map(({ payload }) => payload.code);
    expect([driving.state.interlock.at, codes]).toEqual(["locked", ["licence.guardianNeeded", "licence.noList"]]);
  });
});

describe("a chip that boots while a start waits for the button", () => {
  it("has counted no presses since, and that is no press", () => {
    const driving = lockedUnder({});
    driving.far.status = { ...driving.far.status, startPresses: 3 };
    driving.pass(1_000);
    driving.step(grantScanOf(7));
    driving.far.boot();
    driving.pass(5_000);
    expect([driving.state.interlock.at, driving.far.status.mirrorClosed]).toEqual(["awaitingStart", false]);
    driving.far.status = { ...driving.far.status, startPresses: 1 };
    driving.pass(2_000);
    expect(driving.state.interlock.at).toBe("energised");
  });
});
