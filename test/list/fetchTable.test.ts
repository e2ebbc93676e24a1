/** Fetching as a complete table: every step against every input, "nothing happens" included. */
import { describe, expect, test } from "vitest";
import {
  type FetchInput,
  type FetchNow,
  type FetchStep,
  fetchWakeMs,
  initialListFetch,
  type ListFetch,
} from "#agent/core/listFetch/state.ts";
import { stepListFetch } from "#agent/core/listFetch/transition.ts";

const NOW: FetchNow = { monoMs: 1_000_000, jitter: 0 };
const TARGET = { version: 8, size: 100_000, sha256: "a".repeat(64) };
const DUE = NOW.monoMs;
const LATER = NOW.monoMs + 1;

const STEPS = {
  idle: { at: "idle" },
  waitingDue: { at: "waiting", retryAtMs: DUE },
  waiting: { at: "waiting", retryAtMs: LATER },
  asking: { at: "asking", id: "list-3", deadlineMs: LATER },
  askingDue: { at: "asking", id: "list-3", deadlineMs: DUE },
  preparing: { at: "preparing", target: TARGET },
  fetching: { at: "fetching", target: TARGET, offset: 65_536, id: "list-3", deadlineMs: LATER },
  fetchingDue: { at: "fetching", target: TARGET, offset: 65_536, id: "list-3", deadlineMs: DUE },
  activating: { at: "activating", target: TARGET },
} as const satisfies Record<string, FetchStep>;

const LAST_PIECE = new Uint8Array(TARGET.size - 65_536);
const INPUTS = {
  online: { type: "online" },
  offline: { type: "offline" },
  refresh: { type: "refresh" },
  tick: { type: "tick" },
  newer: { type: "reply", id: "list-3", list: TARGET },
  none: { type: "reply", id: "list-3", list: null },
  late: { type: "reply", id: "list-2", list: TARGET },
  prepared: { type: "prepared", offset: 0 },
  complete: { type: "prepared", offset: TARGET.size },
  piece: { type: "chunk", id: "list-3", version: 8, offset: 65_536, data: LAST_PIECE },
  short: { type: "chunk", id: "list-3", version: 8, offset: 65_536, data: new Uint8Array(5) },
  latePiece: { type: "chunk", id: "list-2", version: 8, offset: 65_536, data: LAST_PIECE },
  activated: { type: "activated", version: 8 },
  failed: { type: "failed", code: "list.badSignature" },
} as const satisfies Record<string, FetchInput>;

type StepName = keyof typeof STEPS;
type InputName = keyof typeof INPUTS;

/** What comes of an input: the step after it, and the effects. Whatever is not named changes nothing. */
const TABLE: Readonly<Record<StepName, Partial<Record<InputName, string>>>> = {
  idle: { online: "asking: send", refresh: "asking: send" },
  waitingDue: { online: "asking: send", refresh: "asking: send", tick: "asking: send" },
  waiting: { online: "asking: send", refresh: "asking: send" },
  asking: { offline: "waiting:", newer: "preparing: prepare", none: "idle:" },
  askingDue: { offline: "waiting:", tick: "waiting:", newer: "preparing: prepare", none: "idle:" },
  preparing: { prepared: "fetching: send", complete: "activating: activate", failed: "waiting: discard refused" },
  fetching: { offline: "waiting:", piece: "activating: write activate", short: "waiting:", failed: "waiting: discard refused" },
  fetchingDue: {
    offline: "waiting:",
    tick: "waiting:",
    piece: "activating: write activate",
    short: "waiting:",
    failed: "waiting: discard refused",
  },
  activating: { activated: "idle:", failed: "waiting: discard refused" },
};

function at(step: FetchStep, change: Partial<ListFetch> = {}): ListFetch {
  return { ...initialListFetch(7), online: true, requests: 3, step, ...change };
}

describe.each(Object.keys(STEPS) as StepName[])("%s", (stepName) => {
  test.each(Object.keys(INPUTS) as InputName[])("%s", (inputName) => {
    const before = at(STEPS[stepName]);
    const { fetch, effects } = stepListFetch(before, INPUTS[inputName], NOW);
    const expected = TABLE[stepName][inputName];
    if (expected === undefined) {
      expect(effects).toEqual([]);
      expect(fetch).toEqual({ ...before, online: inputName !== "offline" });
    } else {
      expect(`${fetch.step.at}: ${effects.map(({ type }) => type).join(" ")}`.trim()).toBe(expected);
    }
  });
});

describe("offline", () => {
  test.each(["refresh", "tick"] as const)("%s asks nobody", (name) => {
    const before = at(STEPS.waitingDue, { online: false });
    expect(stepListFetch(before, INPUTS[name], NOW)).toEqual({ fetch: before, effects: [] });
    expect(fetchWakeMs(before)).toBeUndefined();
  });

  test("what was prepared waits for the connection", () => {
    const { fetch, effects } = stepListFetch(at(STEPS.preparing, { online: false }), INPUTS.prepared, NOW);
    expect([fetch.step.at, effects]).toEqual(["waiting", []]);
    expect(stepListFetch(fetch, INPUTS.online, NOW).effects.map(({ type }) => type)).toEqual(["send"]);
  });
});

describe("what is announced", () => {
  const refusal = (list: typeof TARGET) => {
    const { fetch, effects } = stepListFetch(at(STEPS.asking), { type: "reply", id: "list-3", list }, NOW);
    return [fetch.step.at, effects[0]?.type === "refused" ? effects[0].code : undefined];
  };

  test("an older list is refused, the same is left alone", () => {
    expect(refusal({ ...TARGET, version: 6 })).toEqual(["idle", "list.rollback"]);
    expect(refusal({ ...TARGET, version: 7 })).toEqual(["idle", undefined]);
  });

  test("a list of impossible size is refused before a byte of it is fetched", () => {
    expect(refusal({ ...TARGET, size: 64 * 1024 * 1024 + 1 })).toEqual(["idle", "list.tooLarge"]);
    expect(refusal({ ...TARGET, size: 255 })).toEqual(["idle", "list.truncated"]);
  });

  test("a list that failed twice is left alone until the calendar asks", () => {
    const failing = at(STEPS.activating, { failed: { sha256: TARGET.sha256, times: 1 } });
    const failed = stepListFetch(failing, INPUTS.failed, NOW).fetch;
    expect([failed.step.at, failed.failed?.times]).toEqual(["idle", 2]);
    const asked = stepListFetch({ ...failed, step: STEPS.asking }, INPUTS.newer, NOW);
    expect([asked.fetch.step.at, asked.effects]).toEqual(["idle", []]);
    const refreshed = stepListFetch(failed, INPUTS.refresh, NOW).fetch;
    expect(stepListFetch({ ...refreshed, step: STEPS.asking }, INPUTS.newer, NOW).fetch.step.at).toBe("preparing");
    const another = { ...INPUTS.newer, list: { ...TARGET, sha256: "b".repeat(64) } };
    expect(stepListFetch({ ...failed, step: STEPS.asking }, another, NOW).fetch.step.at).toBe("preparing");
  });
});

test("requests name what is wanted, and never use an id twice", () => {
  const asked = stepListFetch(at(STEPS.idle), INPUTS.refresh, NOW);
  expect(asked.effects).toEqual([{ type: "send", request: { v: 1, id: "list-4", want: "list", have: 7 } }]);
  const resumed = stepListFetch({ ...asked.fetch, step: STEPS.preparing }, { type: "prepared", offset: 65_536 }, NOW);
  expect(resumed.effects).toEqual([
    { type: "send", request: { v: 1, id: "list-5", want: "listChunk", version: 8, offset: 65_536, length: 34_464 } },
  ]);
});

test("waits double up to five minutes, and half of each is random", () => {
  const waits = (jitter: number) => {
    let fetch = at(STEPS.askingDue);
    return Array.from({ length: 10 }, () => {
      fetch = { ...stepListFetch(fetch, INPUTS.tick, { ...NOW, jitter }).fetch };
      const wake = fetchWakeMs(fetch) ?? 0;
      fetch = { ...fetch, step: STEPS.askingDue };
      return wake - NOW.monoMs;
    });
  };
  expect(waits(1)).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000, 300_000]);
  expect(waits(0)[3]).toBe(20_000);
});
