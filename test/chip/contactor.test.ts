import { describe, expect, it } from "vitest";
import {
  type ContactorEvent,
  type ContactorState,
  contactorDeadline,
  contactorNext,
  powerUpContactor,
} from "#simulator/chip/machine/contactor.ts";

const NOW = 100_000;
const order = (mode: "open" | "closed" | "closedUntilArcOff" | "stayClosed", session = 7): ContactorEvent => ({
  type: "order",
  order: { mode, session, leaseMs: 8_000, sessionRemainingS: 600 },
  isUnpaid: false,
});

const open = powerUpContactor();
const closed = contactorNext(open, order("closed"), NOW - 1_000).state;
const ending = contactorNext(closed, order("closedUntilArcOff"), NOW - 500).state;
const eStopped = contactorNext(closed, { type: "eStop", on: true }, NOW).state;
const released = contactorNext(eStopped, { type: "eStop", on: false }, NOW).state;
const faulted = contactorNext(closed, { type: "fault", fault: "weldedContact" }, NOW).state;
const STATES = { open, closed, ending, eStopped, released, faulted };

type Row = [state: keyof typeof STATES, event: ContactorEvent, afterMs: number, expected: Partial<ContactorState>, result?: string];

const TABLE: readonly Row[] = [
  ["open", order("open"), 0, { commandedClosed: false, openedBy: "powerUp" }, "accepted"],
  ["open", order("closed"), 0, { commandedClosed: true, session: 7, leaseUntilMs: NOW + 8_000, sessionUntilMs: NOW + 600_000 }, "accepted"],
  ["open", order("stayClosed"), 0, { commandedClosed: false, leaseUntilMs: null }, "accepted"],
  ["open", order("closedUntilArcOff"), 0, { commandedClosed: false, leaseUntilMs: null }, "accepted"],
  ["open", { type: "tick" }, 10 ** 9, { commandedClosed: false, openedBy: "powerUp" }],
  ["open", { type: "arcOff" }, 0, { commandedClosed: false, openedBy: "powerUp" }],
  ["open", { type: "eStop", on: true }, 0, { eStop: true, commandedClosed: false, openedBy: "powerUp", barredSession: null }],
  ["open", { type: "enclosure", on: true }, 0, { enclosureOpen: true, openedBy: "powerUp" }],
  ["open", { type: "fault", fault: "currentWhileOpen" }, 0, { fault: "currentWhileOpen", openedBy: "powerUp" }],
  ["open", { type: "clearFault" }, 0, { fault: "none" }],
  ["closed", order("open"), 0, { commandedClosed: false, openedBy: "command", leaseUntilMs: null, barredSession: null }, "accepted"],
  ["closed", order("closed"), 0, { commandedClosed: true, leaseUntilMs: NOW + 8_000, sessionUntilMs: NOW + 599_000 }, "accepted"],
  ["closed", order("stayClosed"), 0, { commandedClosed: true, leaseUntilMs: NOW + 8_000 }, "accepted"],
  ["closed", order("closed", 8), 0, { commandedClosed: true, session: 8, sessionUntilMs: NOW + 600_000 }, "accepted"],
  ["closed", order("closed", 8), 0, { commandedClosed: true, session: 8, leaseUntilMs: NOW + 8_000 }, "accepted"],
  ["closed", order("stayClosed", 8), 0, { commandedClosed: true, session: 7 }, "refused"],
  ["closed", order("closedUntilArcOff", 8), 0, { commandedClosed: true, session: 7 }, "refused"],
  ["closed", order("closedUntilArcOff"), 0, { commandedClosed: true, arcOffUntilMs: NOW + 30_000 }, "accepted"],
  ["closed", { type: "tick" }, 6_999, { commandedClosed: true }],
  ["closed", { type: "tick" }, 7_000, { commandedClosed: false, openedBy: "leaseLapsed", barredSession: null }],
  ["closed", { type: "tick" }, 599_000, { commandedClosed: false, openedBy: "sessionLimit", barredSession: 7 }],
  ["closed", { type: "arcOff" }, 0, { commandedClosed: true }],
  ["closed", { type: "eStop", on: true }, 0, { commandedClosed: false, openedBy: "eStop", barredSession: 7 }],
  ["closed", { type: "eStop", on: false }, 0, { commandedClosed: true }],
  ["closed", { type: "enclosure", on: true }, 0, { commandedClosed: false, openedBy: "enclosure", barredSession: 7 }],
  ["closed", { type: "fault", fault: "sensorMissing" }, 0, { commandedClosed: false, openedBy: "fault", fault: "sensorMissing" }],
  ["closed", { type: "clearFault" }, 0, { commandedClosed: true }],
  ["ending", order("open"), 0, { commandedClosed: false, openedBy: "command" }, "accepted"],
  ["ending", order("closedUntilArcOff"), 0, { commandedClosed: true, leaseUntilMs: NOW + 8_000, arcOffUntilMs: NOW + 29_500 }, "accepted"],
  ["ending", order("closed"), 0, { commandedClosed: true, arcOffUntilMs: null }, "accepted"],
  ["ending", { type: "arcOff" }, 0, { commandedClosed: false, openedBy: "arcOff" }],
  ["ending", { type: "tick" }, 7_500, { commandedClosed: false, openedBy: "leaseLapsed" }],
  ["ending", { type: "eStop", on: true }, 0, { commandedClosed: false, openedBy: "eStop" }],
  ["eStopped", order("closed"), 0, { commandedClosed: false }, "refused"],
  ["eStopped", order("closed", 8), 0, { commandedClosed: false }, "refused"],
  ["eStopped", order("open"), 0, { commandedClosed: false, openedBy: "eStop" }, "accepted"],
  ["eStopped", { type: "eStop", on: false }, 0, { eStop: false, commandedClosed: false, openedBy: "eStop" }],
  ["released", order("closed"), 0, { commandedClosed: false }, "refused"],
  ["released", order("stayClosed"), 0, { commandedClosed: false }, "refused"],
  ["released", order("closed", 8), 0, { commandedClosed: true, session: 8 }, "accepted"],
  ["faulted", order("closed", 8), 0, { commandedClosed: false }, "refused"],
  ["faulted", order("open"), 0, { fault: "weldedContact" }, "accepted"],
  ["faulted", { type: "fault", fault: "currentWhileOpen" }, 0, { fault: "weldedContact" }],
  ["faulted", { type: "clearFault" }, 0, { fault: "none", commandedClosed: false }],
];

describe("the contactor's rules", () => {
  it.each(TABLE)("%s: %j after %d ms", (from, event, afterMs, expected, result) => {
    const step = contactorNext(STATES[from], event, NOW + afterMs);
    expect(step.state).toMatchObject(expected);
    expect(step.result).toBe(result);
  });

  it("opens 30 s after a soft end was asked for, however often the lease is renewed", () => {
    let state = ending;
    for (let atMs = NOW; atMs < NOW + 29_000; atMs += 1_000) state = contactorNext(state, order("closedUntilArcOff"), atMs).state;
    expect(contactorNext(state, { type: "tick" }, NOW + 29_499).state.commandedClosed).toBe(true);
    expect(contactorNext(state, { type: "tick" }, NOW + 29_500).state).toMatchObject({ commandedClosed: false, openedBy: "arcOff" });
  });

  it("opens at the session's limit, however long the renewals ask", () => {
    let state = closed;
    for (let atMs = NOW; atMs < NOW + 599_000; atMs += 1_000) state = contactorNext(state, order("closed"), atMs).state;
    expect(contactorNext(state, { type: "tick" }, NOW + 599_000).state).toMatchObject({ openedBy: "sessionLimit", barredSession: 7 });
  });

  it("names its next deadline", () => {
    expect(contactorDeadline(open)).toBeNull();
    expect(contactorDeadline(closed)).toBe(NOW + 7_000);
  });

  it.each([
    ["no session", { session: 0 }],
    ["no lease", { leaseMs: 0 }],
    ["no time", { sessionRemainingS: 0 }],
  ])("refuses a value without meaning: %s", (_, change) => {
    const asked = { mode: "closed" as const, session: 7, leaseMs: 8_000, sessionRemainingS: 600, ...change };
    const step = contactorNext(open, { type: "order", order: asked, isUnpaid: false }, NOW);
    expect(step.result).toBe("badValue");
    expect(step.state.commandedClosed).toBe(false);
  });
});
