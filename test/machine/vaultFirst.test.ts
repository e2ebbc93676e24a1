import { describe, expect, it } from "vitest";
import type { MachineInput } from "#agent/core/machine/state.ts";
import { Driving } from "#test/machine/driving.ts";
import { SETUP, scanOf } from "#test/machine/fixtures.ts";

const BUDGET = { poweredHours: 336, boots: 120, starts: 200 };
const READ: MachineInput = { type: "vault", budget: BUDGET, policyFloor: 0 };

function locked(keepsVault: boolean): Driving {
  const driving = new Driving();
  driving.setup = { ...SETUP, keepsVault };
  driving.step({ type: "tick" });
  driving.pass(2_000);
  return driving;
}

function denials(driving: Driving): string[] {
  return driving.named("scanDenied").map(({ payload }) => payload.code);
}

describe("a machine whose chip keeps a vault", () => {
  it("starts for nobody before the vault was read, and then does", () => {
    const driving = locked(true);
    driving.step(scanOf());
    expect([driving.state.interlock.at, denials(driving)]).toEqual(["locked", ["licence.machineUnreachable"]]);
    driving.step(READ);
    driving.step(scanOf({ id: "scan-2" }));
    driving.pass(1_000);
    expect(driving.state.interlock.at).toBe("energised");
  });

  it("does not believe what a checkpoint says of it: another disk may have been put in", () => {
    const driving = locked(true);
    driving.step(READ);
    driving.step({ type: "note", draft: { name: "eStop", session: null, agoMs: 0, payload: { pressed: false } } });
    driving.restart();
    driving.pass(2_000);
    expect(driving.state.budget).toEqual(BUDGET);
    driving.step(scanOf());
    expect([driving.state.interlock.at, denials(driving)]).toEqual(["locked", ["licence.machineUnreachable"]]);
  });

  it("goes on with the session that runs, whatever is read", () => {
    const driving = locked(true);
    driving.step(READ);
    driving.step(scanOf());
    driving.pass(1_000);
    driving.restart();
    driving.pass(5_000);
    expect([driving.state.interlock.at, driving.far.status.mirrorClosed]).toEqual(["energised", true]);
  });
});

it("a machine without a vault waits for none", () => {
  const driving = locked(false);
  driving.step(scanOf());
  driving.pass(1_000);
  expect(driving.state.interlock.at).toBe("energised");
});
