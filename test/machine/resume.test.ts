import { describe, expect, it } from "vitest";
import type { MachineInput } from "#agent/core/machine/state.ts";
import { seededRandom } from "#test/list/fixtures.ts";
import { Driving } from "#test/machine/driving.ts";
import { scanOf } from "#test/machine/fixtures.ts";

/** What happens to the machine, and when; times are whole seconds and a half, between two ticks. */
interface Act {
  atMs: number;
  do: (driving: Driving) => MachineInput | undefined;
}

const SECONDS = 120;
const TOLD: ReadonlySet<string> = new Set(["scanAllowed", "scanDenied", "sessionStarted", "sessionEnded", "arc", "eStop"]);
const SEEDS = [1, 2, 3];
/** Each script dies at every third step of its own; which third is another one from run to run. */
const STRIDE = 3;
const TURN = Number(process.env.ARCGATE_SEED ?? Math.floor(Math.random() * STRIDE));

/** Scans, rods, faults, locks and short cuts of the cable in a random order, far enough apart for a contactor that closes 2.5 s later. */
function script(seed: number): Act[] {
  const random = seededRandom(seed);
  const acts: Act[] = [scanAct(3_500, 100)];
  for (let atMs = 8_500, count = 1; atMs < (SECONDS - 12) * 1000; atMs += 7_000 + Math.floor(random() * 4) * 1000, count++) {
    acts.push(...oneOf(random(), atMs, 100 + count));
  }
  return acts;
}

function oneOf(chance: number, atMs: number, session: number): Act[] {
  if (chance < 0.5) return [weldAct(atMs, true), weldAct(atMs + 2_300, false)];
  if (chance < 0.65) return [scanAct(atMs, session)];
  if (chance < 0.8) return [{ atMs, do: () => ({ type: "lock" }) }, scanAct(atMs + 3_000, session)];
  if (chance < 0.9) return [eStopAct(atMs, true), eStopAct(atMs + 1_500, false), scanAct(atMs + 3_000, session)];
  return [cutAct(atMs, true), cutAct(atMs + 2_500, false)];
}

const scanAct = (atMs: number, session: number): Act => ({ atMs, do: () => scanOf({ id: `scan-${session}`, sessionId: session }) });
const weldAct = (atMs: number, on: boolean): Act => ({
  atMs,
  do: ({ far }) => {
    far.welding = on;
    return undefined;
  },
});
const cutAct = (atMs: number, on: boolean): Act => ({
  atMs,
  do: (driving) => {
    driving.cut = on;
    return undefined;
  },
});
const eStopAct = (atMs: number, on: boolean): Act => ({
  atMs,
  do: ({ far }) => {
    if (on) far.open("eStop");
    far.status = { ...far.status, eStop: on };
    return undefined;
  },
});

/** Plays the script; the agent dies at the step of that number (once), before or after its commit. */
function play(seed: number, death: { step: number; afterCommit: boolean } | null): Driving {
  const driving = new Driving(death);
  const acts = script(seed).toSorted((left, right) => left.atMs - right.atMs);
  driving.step({ type: "tick" });
  for (let atMs = 100; atMs <= SECONDS * 1000; atMs += 100) {
    driving.pass(100);
    for (const act of acts.filter((candidate) => candidate.atMs === atMs)) {
      const input = act.do(driving);
      if (input) driving.ask(input);
    }
  }
  return driving;
}

/** What must not depend on a kill: who worked and how it ended, every arc, every window. Not when it was said, and not what is said of links. */
function facts(driving: Driving): { told: object[]; arcs: number; windows: (number | undefined)[][] } {
  const told: object[] = driving.events
    .filter(({ name }) => TOLD.has(name))
    .map(({ name, session, payload }) => {
      // A contactor that closes later has been closed for less time.
      return { name, session, payload: { ...payload, durationMs: 0, noLoadMs: 0 } };
    });
  const windows = driving
    .named("windows")
    .flatMap(({ payload }) => payload.amps.map((amps, index) => [payload.firstSeq + index, amps, payload.arcMs[index]]));
  return { told, arcs: driving.named("arc").length, windows };
}

describe("a kill between any two steps", () => {
  it.each(SEEDS)("changes nothing that the platform is told of sessions, arcs and windows (seed %i)", (seed) => {
    const first = (TURN + seed) % STRIDE;
    const whole = play(seed, null);
    const expected = facts(whole);
    expect(expected.arcs).toBeGreaterThan(2);
    expect(expected.windows.length).toBeGreaterThan(40);
    for (let step = first; step < whole.taken.length; step += STRIDE) {
      for (const afterCommit of [false, true]) {
        const killed = play(seed, { step, afterCommit });
        const name = `ARCGATE_SEED=${TURN}, seed ${seed}, killed ${afterCommit ? "after" : "before"} the commit of step ${step}: ${whole.taken[step]?.input.type}`;
        expect(facts(killed), name).toEqual(expected);
        expect(killed.far.status.mirrorClosed, name).toBe(whole.far.status.mirrorClosed);
      }
    }
  });

  it.each(SEEDS)("never confirms a window to the chip that is not durable (seed %i)", (seed) => {
    const { taken } = play(seed, null);
    let durableBelow = 0;
    for (const { effects, state } of taken) {
      if (effects.some(({ type }) => type === "commit")) durableBelow = state.nextSeq;
      for (const effect of effects) {
        if (effect.type === "exchange") expect(effect.order.confirmedBelow).toBeLessThanOrEqual(durableBelow);
      }
    }
    expect(durableBelow).toBeGreaterThan(500);
  });
});
