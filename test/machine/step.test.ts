import { expect, it } from "vitest";
import type { MachineInput } from "#agent/core/machine/state.ts";
import { machineStep, resumeMachine, tickIntervalMs } from "#agent/core/machine/step.ts";
import { energised, kinds, locked } from "#test/machine/driven.ts";
import { nowAt, SETUP, scanOf } from "#test/machine/fixtures.ts";

it("asks more often while something moves", () => {
  const driving = locked();
  expect(tickIntervalMs(driving.state)).toBe(1_000);
  const closing = machineStep(driving.state, scanOf(), SETUP, nowAt(driving.nowMs)).state;
  expect([closing.interlock.at, tickIntervalMs(closing)]).toEqual(["closing", 100]);
});

it("a state is plain JSON, and an order is asked for only while no other is under way", () => {
  const driving = energised();
  expect(JSON.parse(JSON.stringify(driving.state))).toEqual(driving.state);
  expect(resumeMachine(driving.state, 5)).toMatchObject({ link: { at: "down" }, interlock: { at: "outage" } });
  const tick: MachineInput = { type: "tick" };
  const busy = machineStep(driving.state, tick, SETUP, nowAt(driving.nowMs)).state;
  expect(busy.link).toMatchObject({ at: "up", busy: true });
  expect(kinds(machineStep(busy, tick, SETUP, nowAt(driving.nowMs)).effects)).toEqual([]);
});
