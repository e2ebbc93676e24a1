/** Machines under policies: what the tests of sessions and guardians begin with. */
import type { Policy } from "#protocol/policy/policy.ts";
import { Driving } from "#test/machine/driving.ts";
import { passFacts, SETUP, START_UTC_MS, scanOf } from "#test/machine/fixtures.ts";
import { GUARDIAN, PERMIT } from "#test/policy/fixtures.ts";

export const MINUTE_MS = 60_000;

let version = SETUP.policy.version;
/** A newer policy than any before. */
export function policyOf(change: Partial<Policy> = {}): Policy {
  version += 1;
  return { ...SETUP.policy, sessionMaximumS: 43_200, version, ...change };
}

/** A permit in force from before the test's beginning until so many minutes after it. */
export function permitUntil(minutes: number, change: Partial<typeof PERMIT> = {}): Policy["permits"] {
  const permit = { ...PERMIT, fromMs: START_UTC_MS - MINUTE_MS, untilMs: START_UTC_MS + minutes * MINUTE_MS, ...change };
  return { required: true, guardiansScan: false, list: [permit] };
}

/** A period that needs a guardian, all through the test. */
export const SPECIAL: Partial<Policy> = {
  specialPeriods: [{ fromMs: START_UTC_MS - MINUTE_MS, untilMs: START_UTC_MS + 10_000 * MINUTE_MS, reason: "春节" }],
};

export function lockedUnder(change: Partial<Policy>): Driving {
  const driving = new Driving();
  driving.rule(policyOf(change));
  driving.step({ type: "tick" });
  driving.pass(3_000);
  return driving;
}

export function energisedUnder(change: Partial<Policy>): Driving {
  const driving = lockedUnder(change);
  driving.step(scanOf());
  driving.pass(1_000);
  if (driving.state.interlock.at !== "energised") throw new Error(JSON.stringify(driving.named("scanDenied")));
  return driving;
}

export const guardScan = (change: Parameters<typeof passFacts>[0] = {}) =>
  scanOf({ id: "guard", pass: passFacts({ handle: GUARDIAN, purpose: "guard", ...change }), sessionId: 90 });
