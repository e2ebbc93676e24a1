import { describe, expect, it } from "vitest";
import {
  candidate,
  confirmed,
  INSTALLED,
  kept,
  launched,
  newestTried,
  type Pointer,
  parsePointer,
  refused,
  switched,
  takenBack,
  told,
} from "#agent/core/update/pointer.ts";

const SURE: Pointer = { at: "confirmed", running: "1.0.0", failed: null };
const ON_TRIAL: Pointer = { at: "onProbation", running: "1.1.0", previous: "1.0.0", attempts: 0, answered: ["A"], failed: null };
const THIRD: Pointer = { ...ON_TRIAL, attempts: 3 };
const TAKEN_BACK: Pointer = { at: "confirmed", running: "1.0.0", failed: { version: "1.1.0", code: "update.notStarted", told: false } };

describe.each<[string, Pointer, Record<"launch" | "switch" | "confirm" | "refuse" | "tell", Pointer>]>([
  [
    "confirmed",
    SURE,
    {
      launch: SURE,
      switch: { ...ON_TRIAL, running: "2.0.0" },
      confirm: SURE,
      refuse: { ...SURE, failed: { version: "2.0.0", code: "update.badContent", told: true } },
      tell: SURE,
    },
  ],
  [
    "on probation",
    ON_TRIAL,
    {
      launch: { ...ON_TRIAL, attempts: 1 },
      switch: ON_TRIAL,
      confirm: { at: "confirmed", running: "1.1.0", failed: null },
      refuse: { ...ON_TRIAL, failed: { version: "2.0.0", code: "update.badContent", told: true } },
      tell: ON_TRIAL,
    },
  ],
  [
    "three times in vain",
    THIRD,
    {
      launch: TAKEN_BACK,
      switch: THIRD,
      confirm: { at: "confirmed", running: "1.1.0", failed: null },
      refuse: { ...THIRD, failed: { version: "2.0.0", code: "update.badContent", told: true } },
      tell: THIRD,
    },
  ],
  [
    "taken back",
    TAKEN_BACK,
    {
      launch: TAKEN_BACK,
      switch: { ...ON_TRIAL, running: "2.0.0", failed: TAKEN_BACK.failed },
      confirm: TAKEN_BACK,
      refuse: { ...SURE, failed: { version: "2.0.0", code: "update.badContent", told: true } },
      tell: { ...SURE, failed: { version: "1.1.0", code: "update.notStarted", told: true } },
    },
  ],
])("%s", (_, pointer, after) => {
  it("launch, switch, confirm, refuse, tell", () => {
    expect(launched(pointer, "0.9.0")).toEqual(after.launch);
    expect(switched(pointer, "2.0.0", ["A"])).toEqual(after.switch);
    expect(confirmed(pointer)).toEqual(after.confirm);
    expect(refused(pointer, "2.0.0", "update.badContent")).toEqual(after.refuse);
    expect(told(pointer)).toEqual(after.tell);
  });

  it("is read as it was written", () => {
    for (const each of [pointer, ...Object.values(after)]) expect(parsePointer(JSON.stringify(each))).toEqual(each);
  });
});

it("three starts are made, and the fourth is the release before again", () => {
  let pointer = switched(SURE, "1.1.0", []);
  const runs = [1, 2, 3, 4, 5].map(() => {
    pointer = launched(pointer, "0.9.0");
    return pointer.running;
  });
  expect(runs).toEqual(["1.1.0", "1.1.0", "1.1.0", "1.0.0", "1.0.0"]);
});

it("a program installed by hand since takes the place of a release that is no newer", () => {
  for (const installed of ["1.1.0", "2.0.0"]) {
    expect(launched(ON_TRIAL, installed)).toEqual(INSTALLED);
    expect(launched({ ...SURE, running: "1.1.0" }, installed)).toEqual(INSTALLED);
  }
});

it("what cannot be started at all gives way at once, to the installed program in the end", () => {
  expect(takenBack(ON_TRIAL)).toEqual(TAKEN_BACK);
  expect(takenBack(SURE)).toEqual({ ...INSTALLED, failed: { version: "1.0.0", code: "update.notStarted", told: false } });
  expect(takenBack(INSTALLED)).toEqual(INSTALLED);
});

describe("what is switched to", () => {
  const installed = "1.0.0";
  it.each<[string, Pointer, string[], string | null]>([
    ["nothing staged", INSTALLED, [], null],
    ["the installed version again", INSTALLED, ["1.0.0"], null],
    ["an older one", INSTALLED, ["0.9.9"], null],
    ["the newest of several", INSTALLED, ["1.0.1", "1.10.0", "1.9.0"], "1.10.0"],
    ["nothing above what runs", { ...SURE, running: "1.2.0" }, ["1.1.0", "1.2.0"], null],
    ["not what failed, nor what is older than that", TAKEN_BACK, ["1.0.5", "1.1.0"], null],
    ["what is newer than what failed", TAKEN_BACK, ["1.1.0", "1.1.1"], "1.1.1"],
  ])("%s", (_, pointer, staged, wanted) => {
    expect(candidate(pointer, staged, installed)).toBe(wanted);
  });

  it("an installation newer than the release that runs counts", () => {
    expect(newestTried(SURE, "3.0.0")).toBe("3.0.0");
    expect(newestTried(TAKEN_BACK, "0.1.0")).toBe("1.1.0");
  });

  it("what is kept: what runs, what it may fall back to, what comes next", () => {
    expect(kept(ON_TRIAL, ["0.9.0", "1.0.0", "1.1.0", "1.2.0", "1.3.0"], installed)).toEqual(["1.1.0", "1.0.0", "1.3.0"]);
    expect(kept(TAKEN_BACK, ["1.0.0", "1.1.0"], installed)).toEqual(["1.0.0"]);
    expect(kept(INSTALLED, ["0.1.0"], installed)).toEqual([]);
  });
});

it.each<[string, unknown]>([
  ["no JSON", undefined],
  ["no object", 7],
  ["null", null],
  ["another state", { ...SURE, at: "elsewhere" }],
  ["no version", { ...SURE, running: "../1.0.0" }],
  ["a failure without a code", { ...SURE, failed: { version: "1.0.0", told: true } }],
  ["probation of the installed program", { ...ON_TRIAL, running: null }],
  ["attempts that are no number", { ...ON_TRIAL, attempts: "1" }],
  ["answers that are no texts", { ...ON_TRIAL, answered: [1] }],
])("a pointer with %s is none", (_, value) => {
  expect(parsePointer(JSON.stringify(value) ?? "{")).toBeNull();
});
