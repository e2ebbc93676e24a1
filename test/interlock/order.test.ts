import { describe, expect, it } from "vitest";
import { orderOf, withoutClosing } from "#agent/core/interlock/order.ts";
import { NOW, SESSION, STATES } from "#test/interlock/fixtures.ts";

describe("the order to the chip", () => {
  it("closes nothing while its decision is not on record, and keeps closed what is", () => {
    const sent = (name: keyof typeof STATES) => ({ ...orderOf(STATES[name], NOW), readFrom: 7, confirmedBelow: 5 });
    const closing = sent("closing");
    expect(withoutClosing(closing)).toEqual({ ...closing, mode: "stayClosed" });
    for (const name of ["energised", "ending", "outageClosed", "locked"] as const) {
      expect(withoutClosing(sent(name))).toEqual(sent(name));
    }
  });

  it("shows the welder by the lamp what to do", () => {
    const lamps = Object.fromEntries(Object.entries(STATES).map(([name, state]) => [name, orderOf(state, NOW).lamp]));
    expect(lamps).toEqual({
      unlinked: "off",
      locked: "yellow",
      awaitingStart: "blueBlink",
      closing: "green",
      energised: "green",
      ending: "redBlink",
      endingUnheard: "redBlink",
      endingOpened: "redBlink",
      outageClosed: "green",
      outageOpen: "green",
      opening: "yellow",
      faulted: "red",
    });
  });

  it("is, without a lease, that nothing be closed; it names the session that waits or ends", () => {
    const open = { mode: "open", leaseMs: 0, sessionRemainingS: 0, buzzer: "off" };
    expect(orderOf(STATES.locked, NOW)).toEqual({ ...open, session: 0, lamp: "yellow" });
    expect(orderOf(STATES.awaitingStart, NOW)).toEqual({ ...open, session: SESSION.id, lamp: "blueBlink" });
    expect(orderOf(STATES.opening, NOW)).toEqual({ ...open, session: SESSION.id, lamp: "yellow" });
  });

  it.each([
    ["at its beginning", 3_600, 0, 3_660],
    ["in its first second", 3_600, 999, 3_660],
    ["after a second", 3_600, 1_000, 3_659],
    ["at its end: the soft end's minute is left", 3_600, 3_600_000, 60],
    ["long after its end", 3_600, 9_999_000, 60],
    ["before its beginning, when the chip's clock has begun anew", 3_600, -5_000, 3_660],
    ["as far as the register goes", 86_400, 0, 65_535],
  ])("carries what is left of the session, and a minute: %s", (_, limitS, usedMs, sessionRemainingS) => {
    const state = { ...STATES.energised, session: { ...SESSION, limitS } };
    const order = orderOf(state, { ...NOW, chipMs: SESSION.startedChipMs + usedMs });
    expect(order).toEqual({ mode: "stayClosed", session: SESSION.id, leaseMs: 8_000, sessionRemainingS, lamp: "green", buzzer: "off" });
  });
});
