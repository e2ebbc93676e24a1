import { describe, expect, it } from "vitest";
import type { MachineState } from "#agent/core/machine/state.ts";
import { initialMachine } from "#agent/core/machine/step.ts";
import { type Rest, restOf } from "#agent/core/update/rest.ts";
import { STATES } from "#test/interlock/fixtures.ts";

const LINKED = {
  ...initialMachine(),
  link: { at: "up", busy: true, misses: 0 },
  chip: { bootId: "1", uid: "2", windowMs: 100, sensorRangeAmps: 500 },
  nextSeq: 1_000,
} as const satisfies MachineState;

const STATUS = { nextSeq: 1_005 } as NonNullable<MachineState["status"]>;

function machine(interlock: keyof typeof STATES, change: Partial<MachineState> = {}): MachineState {
  return { ...LINKED, status: STATUS, interlock: STATES[interlock], ...change };
}

function arcEnded(agoMs: number, live: Partial<MachineState["meter"]["live"]> = {}): Pick<MachineState, "meter"> {
  const { meter } = initialMachine();
  return { meter: { ...meter, clockMs: 100_000, live: { ...meter.live, arcEdgeMs: 100_000 - agoMs, ...live } } };
}

describe("each state of the interlock, with nothing burning", () => {
  const wanted: Record<keyof typeof STATES, Rest> = {
    ...{ unlinked: "free", locked: "free", faulted: "free", energised: "energised" },
    ...{ awaitingStart: "busy", closing: "busy", opening: "busy" },
    ...{ ending: "busy", endingUnheard: "busy", endingOpened: "busy", outageClosed: "busy", outageOpen: "busy" },
  };
  it.each(Object.entries(wanted))("%s: %s", (name, rest) => {
    expect(restOf(machine(name as keyof typeof STATES))).toBe(rest);
  });
});

it.each<[string, Rest, Partial<MachineState>]>([
  ["an arc burns", "busy", arcEnded(0, { arcing: true })],
  ["an electrode sticks", "busy", arcEnded(9_000, { currentPresent: true })],
  ["an arc went out 2.9 s ago", "busy", arcEnded(2_900)],
  ["an arc went out 3 s ago", "energised", arcEnded(3_000)],
  ["windows are unread", "busy", { status: { ...STATUS, nextSeq: 1_020 } }],
  ["the chip missed an exchange", "busy", { link: { at: "up", busy: false, misses: 1 } }],
  ["the chip is being met", "busy", { link: { at: "adopting" } }],
  ["a fact waits for the journal", "busy", { drafts: [{ name: "enclosureOpened", session: null, agoMs: 0, payload: {} }] }],
  [
    "telemetry waits, whose windows the chip keeps",
    "energised",
    { drafts: [{ name: "platformReached", session: null, agoMs: 0, payload: { offlineMs: 1 } }] },
  ],
])("a session holds the contactor, and %s: %s", (_, rest, change) => {
  expect(restOf(machine("energised", change))).toBe(rest);
});

it("a locked machine whose chip does not answer keeps nobody waiting; one that has just ended a session does", () => {
  expect(restOf(machine("locked", { link: { at: "down", code: null }, status: null }))).toBe("free");
  expect(restOf(machine("locked", arcEnded(1_000)))).toBe("busy");
});
