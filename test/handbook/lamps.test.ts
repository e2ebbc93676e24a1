import { expect, it } from "vitest";
import { orderOf } from "#agent/core/interlock/order.ts";
import { FIRST_WARNING_S, indicatorOf, LAST_WARNING_S } from "#agent/core/machine/indicator.ts";
import type { MachineState } from "#agent/core/machine/state.ts";
import { initialMachine } from "#agent/core/machine/step.ts";
import { SIGNS } from "#scripts/handbook/lampTable.ts";
import { NOW, STATES } from "#test/interlock/fixtures.ts";
import { HANDLE, nowAt, scanOf } from "#test/machine/fixtures.ts";

const MACHINE = initialMachine();
const LATER_MONO_MS = NOW.monoMs + 1_000;

const energisedUntil = (inS: number): Partial<MachineState> => ({
  interlock: STATES.energised,
  warnedUntilMonoMs: LATER_MONO_MS,
  licence: {
    ...{ session: 7, handle: HANDLE, credential: null, entry: null, listIssuedMs: null },
    ...{ ending: { cause: "sessionLimit", inS }, told: null },
  },
});

/** What is shown over a state. */
const OVER: Readonly<Record<string, Partial<MachineState>>> = {
  refused: { interlock: STATES.locked, refusedUntilMonoMs: LATER_MONO_MS },
  waiting: { interlock: STATES.locked, waiting: { scan: scanOf(), handle: HANDLE, guardians: [], atChipMs: 0 } },
  firstWarning: energisedUntil(FIRST_WARNING_S),
  lastWarning: energisedUntil(LAST_WARNING_S),
};

it("the guide's lamps and sounds are those that the agent orders, each of them and no other", () => {
  const ordered = [
    ...Object.values(STATES).map((state) => ({ when: state.at, ...shown({ ...MACHINE, interlock: state }) })),
    ...Object.entries(OVER).map(([when, over]) => ({ when, ...shown({ ...MACHINE, ...over }) })),
  ];
  const lines = new Set(ordered.map(({ when, lamp, buzzer }) => `${when} ${lamp} ${buzzer}`));
  expect(SIGNS.map(({ when, lamp, buzzer }) => `${when} ${lamp} ${buzzer}`).sort()).toEqual([...lines].sort());
});

function shown(state: MachineState) {
  const { lamp, buzzer } = { ...orderOf(state.interlock, NOW), ...indicatorOf(state, nowAt(NOW.monoMs)) };
  return { lamp, buzzer };
}
