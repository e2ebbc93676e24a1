/** Restarts and kills in every state that policies add: what the platform is told, and what the welder gets, does not depend on them. */
import { describe, expect, it } from "vitest";
import { Driving } from "#test/machine/driving.ts";
import { SETUP, scanOf } from "#test/machine/fixtures.ts";
import { energisedUnder, guardScan, lockedUnder, MINUTE_MS, permitUntil, policyOf, SPECIAL } from "#test/machine/ruled.ts";
import { GUARDIAN } from "#test/policy/fixtures.ts";

const causes = (driving: Driving) => driving.named("sessionEnded").map(({ payload }) => payload.cause);

describe("a restart", () => {
  it("while a start waits for its guardian, or a guardian for a start, forgets neither and gives neither more time", () => {
    for (const [first, second] of [
      [scanOf(), guardScan()],
      [guardScan(), scanOf()],
    ] as const) {
      const driving = lockedUnder(SPECIAL);
      driving.step(first);
      driving.pass(4 * MINUTE_MS);
      driving.restart();
      driving.pass(30_000);
      driving.step(second);
      driving.pass(1_000);
      expect(driving.state.interlock.at).toBe("energised");

      const late = lockedUnder(SPECIAL);
      late.step(first);
      late.pass(4 * MINUTE_MS);
      late.restart();
      late.pass(61_000);
      late.step(second);
      late.pass(1_000);
      expect(late.state.interlock.at).toBe("locked");
    }
  });

  it("before a session's end neither ends it nor warns twice; the end comes when it is due", () => {
    const driving = energisedUnder({ permits: permitUntil(8), idleRelockS: 3_600 });
    driving.pass(MINUTE_MS);
    driving.restart();
    driving.pass(MINUTE_MS);
    expect(driving.state.interlock.at).toBe("energised");
    driving.pass(2 * MINUTE_MS);
    driving.restart();
    driving.pass(3_000);
    expect(driving.named("sessionEndingSoon").map(({ payload }) => payload.cause)).toEqual(["permitEnded", "permitEnded"]);
    driving.pass(4 * MINUTE_MS);
    expect(causes(driving)).toEqual(["permitEnded"]);
  });

  it("at the very end waits for the chip's word: an arc that burns is not cut", () => {
    const driving = energisedUnder({ permits: permitUntil(4) });
    driving.far.welding = true;
    driving.pass(4 * MINUTE_MS - driving.nowMs - 500);
    driving.nowMs += 1_000;
    driving.restart();
    expect(driving.far.status.mirrorClosed).toBe(true);
    driving.pass(3_000);
    expect([driving.state.interlock.at, driving.far.status.mirrorClosed]).toEqual(["ending", true]);
    driving.far.welding = false;
    driving.pass(5_000);
    expect([causes(driving), driving.far.status.mirrorClosed]).toEqual([["permitEnded"], false]);
  });

  it("finds an extension that came meanwhile in force, and says so once", () => {
    const driving = energisedUnder({ permits: permitUntil(4) });
    driving.pass(3 * MINUTE_MS);
    driving.setup = { ...driving.setup, policy: policyOf({ permits: permitUntil(30) }) };
    driving.restart();
    driving.restart();
    driving.pass(3 * MINUTE_MS);
    expect([driving.state.interlock.at, driving.named("policyActivated").length]).toEqual(["energised", 2]);
  });

  it("without the policy that was in force starts nothing, whatever the installer's says; the session that runs goes on", () => {
    const driving = energisedUnder({});
    const lost = { ...SETUP.policy, version: 0, machineClass: "exempt" as const };
    driving.setup = { ...driving.setup, policy: lost };
    driving.restart();
    driving.pass(3_000);
    expect(driving.state.interlock.at).toBe("energised");
    driving.step({ type: "lock" });
    driving.pass(3_000);
    driving.step(scanOf({ id: "next", sessionId: 42 }));
    expect(driving.named("scanDenied").map(({ payload }) => payload.code)).toEqual(["licence.policyLost"]);
    driving.rule(policyOf());
    driving.step(scanOf({ id: "later", sessionId: 43 }));
    driving.pass(1_000);
    expect(driving.state.interlock.at).toBe("energised");
  });

  it("while the line is cut at the end changes nothing: the arc's machine opens with its lease, the session ends", () => {
    const driving = energisedUnder({ permits: permitUntil(2) });
    driving.cut = true;
    driving.pass(3 * MINUTE_MS);
    driving.far.open("leaseLapsed");
    driving.cut = false;
    driving.pass(5_000);
    expect([causes(driving), driving.state.interlock.at, driving.state.licence]).toEqual([["leaseLost"], "locked", null]);
  });
});

const TOLD: ReadonlySet<string> = new Set([
  "scanAllowed",
  "scanDenied",
  "sessionStarted",
  "sessionEnded",
  "sessionEndingSoon",
  "policyActivated",
  "arc",
]);
const FIRST = policyOf({ ...SPECIAL, permits: permitUntil(2, { guardians: [GUARDIAN] }), idleRelockS: 600 });
const EXTENDED = policyOf({ ...SPECIAL, permits: permitUntil(7, { guardians: [GUARDIAN] }), idleRelockS: 600 });

/** Guardian and welder in both orders, an extension while a rod burns, warnings, the permit's end. */
function play(death: { step: number; afterCommit: boolean } | null): Driving {
  const driving = new Driving(death);
  driving.rule(FIRST);
  driving.step({ type: "tick" });
  driving.pass(5_500);
  driving.ask(scanOf());
  driving.pass(3_000);
  driving.ask(guardScan());
  driving.pass(10_000);
  driving.far.welding = true;
  driving.pass(5_000);
  driving.rule(EXTENDED);
  driving.pass(3_000);
  driving.far.welding = false;
  driving.pass(12_000);
  driving.ask({ type: "lock" });
  driving.pass(10_000);
  driving.ask(guardScan());
  driving.pass(3_000);
  driving.ask(scanOf({ id: "second", sessionId: 43 }));
  driving.pass(6.5 * MINUTE_MS);
  return driving;
}

function told(driving: Driving): object[] {
  return driving.events
    .filter(({ name }) => TOLD.has(name))
    .map(({ name, session, payload }) => {
      const at = "handle" in payload ? payload.handle : null;
      const why = "cause" in payload ? payload.cause : "rule" in payload ? payload.rule : "code" in payload ? payload.code : null;
      return [name, session, at, why];
    });
}

/** Every other step in one run, the others in another. */
const STRIDE = 2;
const TURN = Number(process.env.ARCGATE_SEED ?? Math.floor(Math.random() * STRIDE));

describe("a kill between any two steps", () => {
  it("changes nothing that the platform is told of scans, guardians, warnings and ends", () => {
    const whole = play(null);
    const expected = told(whole);
    expect(whole.named("sessionEndingSoon").length).toBeGreaterThanOrEqual(2);
    expect(whole.named("sessionEnded").map(({ payload }) => payload.cause)).toEqual(["lockedByPlatform", "permitEnded"]);
    const interesting = whole.taken.findLastIndex(({ input }) => input.type === "scan") + 40;
    for (let step = TURN % STRIDE; step < Math.min(interesting, whole.taken.length); step += STRIDE) {
      for (const afterCommit of [false, true]) {
        const killed = play({ step, afterCommit });
        const name = `ARCGATE_SEED=${TURN}, killed ${afterCommit ? "after" : "before"} the commit of step ${step}: ${whole.taken[step]?.input.type}`;
        expect(told(killed), name).toEqual(expected);
      }
    }
  }, 120_000);
});
