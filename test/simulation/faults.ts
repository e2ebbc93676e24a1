/** What goes wrong in a run, drawn from its seed before it begins. Plain data, so that a violation prints all of it. */
import type { BrokerMode, Weather } from "#test/simulation/broker.ts";
import type { LineState } from "#test/simulation/line.ts";
import type { EffectKind } from "#test/simulation/process.ts";

export type Fault =
  /** The process ends between two effects, or at once; another begins so much later. */
  | { do: "kill"; at: { kind: EffectKind; when: "before" | "after"; skip: number } | null; downMs: number }
  | { do: "line"; state: LineState; forMs: number }
  | { do: "chipPower"; forMs: number }
  | { do: "eStop"; forMs: number }
  | { do: "broker"; mode: BrokerMode; cut: boolean; forMs: number }
  | { do: "weather"; weather: Weather; forMs: number }
  | { do: "platformAway"; forMs: number }
  | { do: "platformRestored" }
  | { do: "backup" }
  | { do: "maintain" }
  | { do: "lock" }
  | { do: "diskFull"; forMs: number }
  /** So many commits throw, and leave nothing. */
  | { do: "commitsLost"; count: number }
  /** The disk lets the journal down for good: the process must go. */
  | { do: "diskFails" }
  | { do: "wallClock"; byMs: number };

export type Planned = Fault & { atMs: number };

export interface Plan {
  faults: Planned[];
  /** When the last fault is over. */
  endsMs: number;
  idleRelockS: number;
  sessionMaximumS: number;
  retentionMs: number;
}

type Draw = () => number;

const pick = <T>(draw: Draw, from: readonly T[]): T => from[Math.floor(draw() * from.length)] as T;
const between = (draw: Draw, least: number, most: number): number => Math.floor(least + draw() * (most - least));
const chance = (draw: Draw, share: number): number => (draw() < share ? draw() : 0);

function drawKill(draw: Draw): Fault {
  const kind = pick(draw, ["commit", "commit", "exchange", "publish"] as const);
  const at = draw() < 0.75 ? { kind, when: pick(draw, ["before", "after"] as const), skip: between(draw, 0, 4) } : null;
  const downMs = draw() < 0.7 ? between(draw, 500, 4_000) : draw() < 0.7 ? between(draw, 4_000, 20_000) : between(draw, 20_000, 80_000);
  return { do: "kill", at, downMs };
}

function drawLine(draw: Draw): Fault {
  if (draw() < 0.5)
    return { do: "line", state: { lostRequest: 1, lostAnswer: 0, garbled: 0 }, forMs: between(draw, 500, draw() < 0.6 ? 4_500 : 40_000) };
  const state = { lostRequest: chance(draw, 0.5) / 2, lostAnswer: chance(draw, 0.7) / 2, garbled: chance(draw, 0.5) / 3 };
  return { do: "line", state, forMs: between(draw, 1_000, 20_000) };
}

function drawWeather(draw: Draw): Fault {
  const weather = { lost: chance(draw, 0.7) / 2, doubled: chance(draw, 0.6) / 2, delayMaxMs: pick(draw, [20, 200, 2_000, 8_000]) };
  return { do: "weather", weather, forMs: between(draw, 5_000, 60_000) };
}

const MAKERS: readonly (readonly [weight: number, make: (draw: Draw) => Fault])[] = [
  [8, drawKill],
  [5, drawLine],
  [5, drawWeather],
  [4, (draw) => ({ do: "broker", mode: pick(draw, ["down", "dark", "liar"]), cut: draw() < 0.6, forMs: between(draw, 500, 40_000) })],
  [1, () => ({ do: "broker", mode: "up", cut: true, forMs: 1 })],
  [2, (draw) => ({ do: "chipPower", forMs: between(draw, 200, 6_000) })],
  [1, (draw) => ({ do: "eStop", forMs: between(draw, 300, 5_000) })],
  [2, (draw) => ({ do: "platformAway", forMs: between(draw, 1_000, 30_000) })],
  [2, () => ({ do: "platformRestored" })],
  [2, () => ({ do: "backup" })],
  [1, () => ({ do: "maintain" })],
  [2, () => ({ do: "lock" })],
  [3, (draw) => ({ do: "diskFull", forMs: between(draw, 500, 30_000) })],
  [2, (draw) => ({ do: "commitsLost", count: between(draw, 1, 4) })],
  [1, () => ({ do: "diskFails" })],
  [1, (draw) => ({ do: "wallClock", byMs: between(draw, -86_400_000, 86_400_000) })],
];
const WEIGHT = MAKERS.reduce((sum, [weight]) => sum + weight, 0);

function drawFault(draw: Draw): Fault {
  let left = draw() * WEIGHT;
  for (const [weight, make] of MAKERS) {
    left -= weight;
    if (left < 0) return make(draw);
  }
  return { do: "backup" };
}

export function drawPlan(draw: Draw): Plan {
  const spanMs = between(draw, 20_000, 80_000);
  const count = between(draw, 3, 11);
  const faults = Array.from({ length: count }, () => ({ ...drawFault(draw), atMs: between(draw, 1_000, spanMs) }));
  faults.sort((left, right) => left.atMs - right.atMs);
  const endsMs = faults.reduce((latest, fault) => Math.max(latest, fault.atMs + lastsMs(fault)), spanMs);
  return {
    ...{ faults, endsMs, idleRelockS: pick(draw, [15, 30, 600]), sessionMaximumS: pick(draw, [40, 3_600, 3_600]) },
    retentionMs: pick(draw, [0, 10_000, 604_800_000]),
  };
}

function lastsMs(fault: Fault): number {
  if ("forMs" in fault) return fault.forMs;
  return fault.do === "kill" ? fault.downMs + 2_000 : fault.do === "diskFails" ? 4_000 : 0;
}
