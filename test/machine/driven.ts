/** Where most tests of a machine's steps begin, and what they look for in a step's effects. */
import { expect } from "vitest";
import type { LinkOrder } from "#agent/core/link.ts";
import type { MachineEffect } from "#agent/core/machine/state.ts";
import { Driving } from "#test/machine/driving.ts";
import { scanOf } from "#test/machine/fixtures.ts";

export function locked(): Driving {
  const driving = new Driving();
  driving.step({ type: "tick" });
  driving.pass(3_000);
  return driving;
}

export function energised(): Driving {
  const driving = locked();
  driving.step(scanOf());
  driving.pass(1_000);
  expect(driving.state.interlock.at).toBe("energised");
  return driving;
}

export function kinds(effects: readonly MachineEffect[]): string[] {
  return effects.map(({ type }) => type);
}

export function orderIn(effects: readonly MachineEffect[]): { order: LinkOrder; priority: string } | undefined {
  return effects.find((effect) => effect.type === "exchange");
}
