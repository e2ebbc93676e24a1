import { describe, expect, it } from "vitest";
import type { MachineInput } from "#agent/core/machine/state.ts";
import type { Driving } from "#test/machine/driving.ts";
import { ENTRY, HANDLE, LIST_ISSUED_MS, OTHER_HANDLE, passFacts, START_UTC_MS, scanOf } from "#test/machine/fixtures.ts";
import { energisedUnder, lockedUnder, MINUTE_MS, permitUntil, policyOf } from "#test/machine/ruled.ts";

const HOUR_MS = 60 * MINUTE_MS;
const causes = (driving: Driving) => driving.named("sessionEnded").map(({ payload }) => payload.cause);
const warned = (driving: Driving) => driving.named("sessionEndingSoon").map(({ payload }) => [payload.cause, Math.round(payload.inS / 60)]);
const lastOrder = (driving: Driving) =>
  driving.taken.flatMap(({ effects }) => effects.flatMap((effect) => (effect.type === "exchange" ? [effect.order] : []))).at(-1);
/** Minutes of the test's clock; the machine does not fall idle meanwhile, for a rod burns at the end of each five. */
function passMinutes(driving: Driving, minutes: number): void {
  for (let left = minutes * MINUTE_MS; left > 0; left -= 5 * MINUTE_MS) {
    const ms = Math.min(left, 5 * MINUTE_MS);
    driving.pass(ms - 3_000);
    driving.far.welding = true;
    driving.pass(1_000);
    driving.far.welding = false;
    driving.pass(2_000);
  }
}
const recheck = (change: Partial<Extract<MachineInput, { type: "recheck" }>> = {}): MachineInput => ({
  type: "recheck",
  certificates: [{ handle: HANDLE, entry: ENTRY }],
  listIssuedMs: LIST_ISSUED_MS,
  remind: false,
  ...change,
});

describe("a permit's end", () => {
  it("is said 15 and 5 minutes before, on lamp, buzzer and record; the session then ends, and the next scan is refused", () => {
    const driving = energisedUnder({ permits: permitUntil(30) });
    passMinutes(driving, 14);
    expect([warned(driving), lastOrder(driving)?.lamp]).toEqual([[], "green"]);
    driving.pass(MINUTE_MS);
    expect(warned(driving)).toEqual([["permitEnded", 15]]);
    expect(driving.state.licence?.ending).toMatchObject({ cause: "permitEnded" });
    expect(
      driving.taken.flatMap(({ effects }) => effects).some((effect) => effect.type === "exchange" && effect.order.buzzer === "twice"),
    ).toBe(true);
    expect(lastOrder(driving)).toMatchObject({ lamp: "yellow", buzzer: "off" });
    passMinutes(driving, 10);
    expect(warned(driving)).toEqual([
      ["permitEnded", 15],
      ["permitEnded", 5],
    ]);
    expect(
      driving.taken.flatMap(({ effects }) => effects).some((effect) => effect.type === "exchange" && effect.order.buzzer === "long"),
    ).toBe(true);
    expect(lastOrder(driving)).toMatchObject({ lamp: "redBlink", buzzer: "off" });
    driving.pass(5 * MINUTE_MS);
    expect([causes(driving), driving.far.status.mirrorClosed]).toEqual([["permitEnded"], false]);
    driving.step(scanOf({ id: "next", sessionId: 42 }));
    expect(driving.named("scanDenied").map(({ payload }) => payload.code)).toEqual(["licence.permitOver"]);
    expect(driving.state.licence).toBeNull();
  });

  it("lets the arc that runs end in its own time, 30 s at most", () => {
    for (const [weldsMs, endsByMs] of [
      [10_000, 14_000],
      [120_000, 30_000],
    ] as const) {
      const driving = energisedUnder({ permits: permitUntil(4) });
      driving.pass(4 * MINUTE_MS - driving.nowMs - 1_000);
      driving.far.welding = true;
      driving.pass(2_000);
      expect([driving.state.interlock.at, driving.far.status.mirrorClosed]).toEqual(["ending", true]);
      driving.pass(Math.min(weldsMs, endsByMs) - 3_000);
      expect(driving.far.status.mirrorClosed).toBe(true);
      if (weldsMs < endsByMs) driving.far.welding = false;
      driving.pass(7_000);
      expect([causes(driving), driving.far.status.mirrorClosed]).toEqual([["permitEnded"], false]);
    }
  });

  it("is moved by an extension in a new policy while the session runs, which is warned of anew", () => {
    const driving = energisedUnder({ permits: permitUntil(20) });
    passMinutes(driving, 16);
    expect(warned(driving)).toEqual([
      ["permitEnded", 15],
      ["permitEnded", 5],
    ]);
    driving.rule(policyOf({ permits: permitUntil(60) }));
    expect(driving.state.licence).toMatchObject({ ending: { cause: "permitEnded" }, told: null });
    passMinutes(driving, 28);
    expect([driving.state.interlock.at, causes(driving)]).toEqual(["energised", []]);
    passMinutes(driving, 20);
    expect(warned(driving).slice(2)).toEqual([
      ["permitEnded", 15],
      ["permitEnded", 5],
    ]);
    expect(causes(driving)).toEqual(["permitEnded"]);
    expect(driving.named("policyActivated")).toHaveLength(2);
  });

  it("is not missed when the next permit follows without a gap", () => {
    const first = permitUntil(20);
    const list = [...first.list, { ...permitUntil(90).list[0], fromMs: START_UTC_MS + 20 * MINUTE_MS, id: "DH-2" }] as typeof first.list;
    const driving = energisedUnder({ permits: { ...first, list } });
    passMinutes(driving, 40);
    expect([driving.state.interlock.at, warned(driving)]).toEqual(["energised", []]);
  });
});

describe("a policy that arrives while somebody works", () => {
  it.each([
    ["retires the machine", { machineClass: "retired" }, "machineRetired"],
    ["binds it to another", { binding: { to: "welders", handles: [OTHER_HANDLE] } }, "bindingEnded"],
    ["takes the permit away", { permits: { required: true, guardiansScan: false, list: [] } }, "permitEnded"],
    ["asks for another category", { category: "2.2" }, "certificateRevoked"],
    ["finds the list too old", { offline: { listAgeMaximumH: 24, credentialNewerThanList: "deny" } }, "listStale"],
  ] as const)("and %s ends the session softly", (_, change, cause) => {
    const driving = energisedUnder({});
    driving.far.welding = true;
    driving.pass(2_000);
    driving.rule(policyOf(change as Parameters<typeof policyOf>[0]));
    expect(driving.state.interlock).toMatchObject({ at: "ending", cause });
    expect(driving.far.status.mirrorClosed).toBe(true);
    driving.far.welding = false;
    driving.pass(5_000);
    expect([causes(driving), driving.far.status.mirrorClosed]).toEqual([[cause], false]);
  });

  it("shortens the session, warned, and does not lengthen it; idleness follows", () => {
    const driving = energisedUnder({ sessionMaximumS: 7_200 });
    driving.rule(policyOf({ sessionMaximumS: 1_200, idleRelockS: 180 }));
    expect(driving.state.interlock).toMatchObject({ session: { limitS: 1_200, idleRelockS: 180 } });
    driving.rule(policyOf({ sessionMaximumS: 14_400, idleRelockS: 900 }));
    expect(driving.state.interlock).toMatchObject({ session: { limitS: 1_200, idleRelockS: 900 } });
    passMinutes(driving, 21);
    expect([warned(driving), causes(driving)]).toEqual([
      [
        ["sessionLimit", 15],
        ["sessionLimit", 5],
      ],
      ["sessionLimit"],
    ]);
  });

  it("that says the same leaves everything as it is; a class without licences ends nothing", () => {
    const driving = energisedUnder({ permits: permitUntil(20) });
    driving.rule(policyOf({ machineClass: "monitored", permits: permitUntil(1) }));
    passMinutes(driving, 30);
    expect([driving.state.interlock.at, warned(driving)]).toEqual(["energised", []]);
  });
});

describe("a certificate", () => {
  it("that leaves the list or is suspended ends its session softly", () => {
    for (const entry of [null, { ...ENTRY, suspended: true }]) {
      const driving = energisedUnder({});
      driving.step(recheck({ certificates: [{ handle: HANDLE, entry }], listIssuedMs: START_UTC_MS }));
      driving.pass(3_000);
      expect(causes(driving)).toEqual(["certificateRevoked"]);
    }
  });

  it("that leaves the list during an outage is not closed again, though the next process finds no list at all", () => {
    const driving = energisedUnder({});
    driving.cut = true;
    driving.pass(3_000);
    driving.step(recheck({ certificates: [{ handle: HANDLE, entry: null }], listIssuedMs: START_UTC_MS }));
    driving.restart();
    driving.cut = false;
    driving.pass(5_000);
    expect([causes(driving), driving.state.interlock.at]).toEqual([["certificateRevoked"], "locked"]);
  });

  it("that a new list confirms goes on, as does one of another welder's that is revoked", () => {
    const driving = energisedUnder({});
    driving.step(recheck({ listIssuedMs: START_UTC_MS }));
    driving.step(recheck({ certificates: [{ handle: OTHER_HANDLE, entry: null }] }));
    driving.pass(3_000);
    expect([driving.state.interlock.at, driving.state.licence?.listIssuedMs]).toEqual(["energised", START_UTC_MS]);
  });

  it("that ends while its welder works is warned of, by the end of the interval that the rule names", () => {
    const lastDay = Math.floor((START_UTC_MS + 8 * HOUR_MS) / (24 * HOUR_MS));
    // Ends 16 hours after the test begins, by the earliest end; the latest is a year ahead.
    const entry = { ...ENTRY, expiryDay: lastDay };
    const driving = lockedUnder({});
    driving.step(scanOf({ entry }));
    driving.pass(1_000);
    expect(driving.state.licence?.ending).toMatchObject({ cause: "sessionLimit" });
    driving.rule(policyOf({ expiryRule: "latest" }));
    driving.pass(3_000);
    expect(causes(driving)).toEqual(["certificateExpired"]);
  });

  it("younger than the list is let start once, over restarts, until a list knows it", () => {
    const credential = { ...passFacts().credential, issuedMs: LIST_ISSUED_MS + 1 } as NonNullable<
      ReturnType<typeof passFacts>["credential"]
    >;
    const young = (sessionId: number) => scanOf({ id: `young-${sessionId}`, entry: null, pass: passFacts({ credential }), sessionId });
    const driving = lockedUnder({});
    driving.step(young(50));
    driving.pass(2_000);
    expect(driving.named("scanAllowed")[0]?.payload).toMatchObject({ rule: "allowedOnce" });
    expect(driving.named("credentialNewerThanList")).toHaveLength(1);
    driving.restart();
    driving.step(recheck({ certificates: [{ handle: HANDLE, entry: null }] }));
    driving.pass(3_000);
    expect(driving.state.interlock).toMatchObject({ at: "energised", session: { id: 50 } });
    driving.step({ type: "lock" });
    driving.pass(3_000);
    driving.step(young(51));
    driving.restart();
    driving.pass(3_000);
    driving.step(young(52));
    expect(driving.named("scanDenied").map(({ payload }) => payload.code)).toEqual(["licence.usedOnce", "licence.usedOnce"]);
    driving.step({ ...young(53), listIssuedMs: LIST_ISSUED_MS + 2 });
    expect(driving.named("scanDenied").at(-1)?.payload.code).toBe("licence.unknownCertificate");
  });

  it("renewed after the list ends with the list's entry, and then starts once by itself", () => {
    const credential = { ...ENTRY, issuedMs: LIST_ISSUED_MS + 1 };
    const untilYesterday = { ...ENTRY, expiryDay: Math.floor((START_UTC_MS + 8 * 3_600_000) / 86_400_000) - 1 };
    const renewed = (sessionId: number, entry: typeof ENTRY) =>
      scanOf({ id: `renewed-${sessionId}`, entry, pass: passFacts({ credential }), sessionId });
    const driving = lockedUnder({});
    driving.step(renewed(60, ENTRY));
    driving.pass(2_000);
    expect(driving.named("credentialNewerThanList")).toHaveLength(0);
    driving.step(recheck({ certificates: [{ handle: HANDLE, entry: untilYesterday }] }));
    driving.pass(3_000);
    expect(driving.named("sessionEnded").map(({ payload }) => payload.cause)).toEqual(["certificateExpired"]);
    driving.step(renewed(61, untilYesterday));
    driving.pass(2_000);
    expect(driving.state.interlock).toMatchObject({ at: "energised", session: { id: 61 } });
    driving.step(recheck({ certificates: [{ handle: HANDLE, entry: { ...untilYesterday, suspended: true } }] }));
    driving.pass(3_000);
    expect(driving.named("sessionEnded").map(({ payload }) => payload.cause)).toEqual(["certificateExpired", "certificateRevoked"]);
    expect(driving.named("scanAllowed").map(({ payload }) => payload.rule)).toEqual(["listed", "allowedOnce"]);
  });

  it("younger than the list starts nothing while 64 such are remembered; a newer list makes room", () => {
    const driving = lockedUnder({});
    const usedOnce = Array.from({ length: 64 }, (_, at) => ({ handle: at.toString(16).padStart(32, "0"), issuedMs: LIST_ISSUED_MS + 1 }));
    driving.state = { ...driving.state, usedOnce };
    const young = (listIssuedMs: number) => {
      const credential = { ...ENTRY, issuedMs: START_UTC_MS };
      return scanOf({ id: `${listIssuedMs}`, entry: null, pass: passFacts({ credential }), listIssuedMs });
    };
    driving.step(young(LIST_ISSUED_MS));
    expect(driving.named("scanDenied").map(({ payload }) => payload.code)).toEqual(["licence.usedOnce"]);
    driving.step(young(LIST_ISSUED_MS + 1));
    expect(driving.named("scanAllowed").map(({ payload }) => payload.rule)).toEqual(["allowedOnce"]);
    expect(driving.state.usedOnce).toEqual([{ handle: HANDLE, issuedMs: START_UTC_MS }]);
  });
});
