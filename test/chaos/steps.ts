/** What may happen in a sequence, drawn from a seed. Plain data, so that a failure prints all of it. */
import type { Policy } from "#protocol/policy/policy.ts";
import { AWAY, BEGIN_MS, type Draw, drawCertificate, drawPolicy, GOOD, HANDLES, HERE, HOUR_MS, pick } from "#test/chaos/cast.ts";
import type { Certificate } from "#test/chaos/facts.ts";

/** How a response is come by: honestly, or as the attack table has it. */
export type Trick = "honest" | "replay" | "stale" | "otherMachine" | "forged";
export type GrantTrick = "honest" | "spent" | "otherMachine" | "late" | "early" | "otherWork";

export interface Wishes {
  handle: string;
  purpose: "start" | "guard";
  maxSessionS: number;
  checklistVersion: number;
  place: { latE5: number; lonE5: number } | null;
  /** When the credential was issued, against the list: younger than any, or not; null: with the first. */
  young: boolean;
  categories: number;
  journalFull: boolean;
}

export type Step =
  | { do: "ask" }
  | { do: "respond"; way: "page" | "scanner"; trick: Trick; wishes: Wishes }
  | { do: "grant"; trick: GrantTrick; wishes: Wishes }
  | { do: "press" | "lock" | "powerCut" | "saveDisk" | "refill" }
  | { do: "policy"; policy: Policy }
  | { do: "list"; handle: string; certificate: Certificate | null }
  | { do: "pass"; seconds: number }
  | { do: "weld" | "eStop" | "enclosure" | "fault" | "cable"; on: boolean }
  /** E-stop or enclosure switch open and close with the cable out, and perhaps the power goes and comes. */
  | { do: "unseen"; what: "eStop" | "enclosure"; afterS: number; boots: boolean }
  | { do: "swap"; left: { starts: number; boots: number; hours: number } }
  | { do: "restart" | "rollback"; downS: number }
  | { do: "clock"; lagMs: number; boundMs: number | null };

function drawWishes(draw: Draw): Wishes {
  const odd = draw() < 0.15;
  return {
    ...{ handle: pick(draw, HANDLES), purpose: draw() < 0.2 ? "guard" : "start", maxSessionS: draw() < 0.85 ? 86_400 : 60 },
    ...{ checklistVersion: odd ? 1 : 2, place: draw() < 0.1 ? AWAY : draw() < 0.8 ? HERE : null },
    ...{ young: draw() < 0.5, categories: draw() < 0.9 ? GOOD.categories : 6, journalFull: draw() < 0.03 },
  };
}

const TRICKS: readonly Trick[] = ["honest", "honest", "honest", "honest", "honest", "honest", "replay", "stale", "otherMachine", "forged"];
const GRANTS: readonly GrantTrick[] = [
  "honest",
  "honest",
  "honest",
  "honest",
  "honest",
  "spent",
  "otherMachine",
  "late",
  "early",
  "otherWork",
];

/** Weights: what happens more often is listed with more. */
const MAKERS: readonly (readonly [number, (draw: Draw, at: number) => Step])[] = [
  [24, (draw) => ({ do: "respond", way: draw() < 0.5 ? "page" : "scanner", trick: pick(draw, TRICKS), wishes: drawWishes(draw) })],
  [10, (draw) => ({ do: "grant", trick: pick(draw, GRANTS), wishes: drawWishes(draw) })],
  [10, () => ({ do: "press" })],
  [4, () => ({ do: "ask" })],
  [16, (draw) => ({ do: "pass", seconds: pick(draw, [1, 2, 3, 5, 8, 12, 20, 35, 70]) })],
  [1, (draw) => ({ do: "pass", seconds: pick(draw, [130, 200, 320, 640]) })],
  [8, (draw) => ({ do: "weld", on: draw() < 0.6 })],
  [3, (draw, at) => ({ do: "policy", policy: drawPolicy(draw, BEGIN_MS + at * 10_000, at + 2, false) })],
  [4, (draw) => ({ do: "list", handle: pick(draw, HANDLES), certificate: drawCertificate(draw) })],
  [2, () => ({ do: "lock" })],
  [3, (draw) => ({ do: "eStop", on: draw() < 0.3 })],
  [1, (draw) => ({ do: "enclosure", on: draw() < 0.3 })],
  [2, (draw) => ({ do: "fault", on: draw() < 0.3 })],
  [5, (draw) => ({ do: "cable", on: draw() < 0.6 })],
  [2, () => ({ do: "powerCut" })],
  [1, (draw) => ({ do: "unseen", what: pick(draw, ["eStop", "enclosure"]), afterS: pick(draw, [0, 3, 12]), boots: draw() < 0.7 })],
  [
    1,
    (draw) => ({
      do: "swap",
      left: { starts: Math.floor(draw() * 4), boots: 2 + Math.floor(draw() * 20), hours: pick(draw, [0, 1, 336]) },
    }),
  ],
  [4, (draw) => ({ do: "restart", downS: pick(draw, [0, 1, 2, 2, 15, 70]) })],
  [2, () => ({ do: "saveDisk" })],
  [1, (draw) => ({ do: "rollback", downS: pick(draw, [0, 1, 2, 30, 70]) })],
  [3, (draw) => ({ do: "clock", lagMs: pick(draw, [0, 0, 1_000, HOUR_MS]), boundMs: pick(draw, [null, 0, 1_000, 24 * HOUR_MS]) })],
  [1, () => ({ do: "refill" })],
];
const WEIGHT = MAKERS.reduce((sum, [weight]) => sum + weight, 0);

function drawStep(draw: Draw, at: number): Step {
  let left = draw() * WEIGHT;
  for (const [weight, make] of MAKERS) {
    left -= weight;
    if (left < 0) return make(draw, at);
  }
  return { do: "ask" };
}

export interface Sequence {
  policy: Policy;
  people: [string, Certificate | null][];
  steps: Step[];
}

const STEPS_LEAST = 50;

export function drawSequence(draw: Draw): Sequence {
  const policy = drawPolicy(draw, BEGIN_MS, 1, true);
  const people = HANDLES.map((handle): [string, Certificate | null] => [handle, draw() < 0.6 ? GOOD : drawCertificate(draw)]);
  const steps = Array.from({ length: STEPS_LEAST + Math.floor(draw() * 11) }, (_, at) => drawStep(draw, at));
  return { policy, people, steps };
}
