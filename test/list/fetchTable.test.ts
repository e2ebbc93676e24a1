/** Fetching as a complete table: every step against every input, "nothing happens" included. */
import { describe, expect, test } from "vitest";
import {
  type FetchEffect,
  type FetchInput,
  type FetchNow,
  type FetchStep,
  type FileFetch,
  fetchWakeMs,
  initialFileFetch,
  type KeptFile,
} from "#agent/core/fileFetch/state.ts";
import { stepFileFetch } from "#agent/core/fileFetch/transition.ts";
import { FILE_KINDS, type FileKind } from "#protocol/events/messages.ts";

const NOW: FetchNow = { monoMs: 1_000_000, jitter: 0 };
const DEVICE = "3709832SDHJ00000001X";
const FILE = { kind: "base", device: DEVICE } as const;
const ANNOUNCED = { version: 8, size: 100_000, sha256: "a".repeat(64) };
const TARGET = { ...FILE, ...ANNOUNCED };
const DUE = NOW.monoMs;
const LATER = NOW.monoMs + 1;

const STEPS = {
  idle: { at: "idle" },
  waitingDue: { at: "waiting", retryAtMs: DUE },
  waiting: { at: "waiting", retryAtMs: LATER },
  asking: { at: "asking", file: FILE, id: "file-3", deadlineMs: LATER },
  askingDue: { at: "asking", file: FILE, id: "file-3", deadlineMs: DUE },
  preparing: { at: "preparing", target: TARGET },
  fetching: { at: "fetching", target: TARGET, offset: 65_536, id: "file-3", deadlineMs: LATER },
  fetchingDue: { at: "fetching", target: TARGET, offset: 65_536, id: "file-3", deadlineMs: DUE },
  activating: { at: "activating", target: TARGET },
} as const satisfies Record<string, FetchStep>;

const REFRESH = { type: "refresh", kinds: ["base"], device: DEVICE, spread: false } as const;
const LAST_PIECE = new Uint8Array(TARGET.size - 65_536);
const PIECE = { type: "chunk", id: "file-3", kind: "base", version: 8, offset: 65_536, data: LAST_PIECE } as const;
const INPUTS = {
  online: { type: "online" },
  offline: { type: "offline" },
  refresh: REFRESH,
  tick: { type: "tick" },
  newer: { type: "reply", id: "file-3", kind: "base", file: ANNOUNCED },
  none: { type: "reply", id: "file-3", kind: "base", file: null },
  late: { type: "reply", id: "file-2", kind: "base", file: ANNOUNCED },
  otherKind: { type: "reply", id: "file-3", kind: "overlay", file: ANNOUNCED },
  prepared: { type: "prepared", offset: 0 },
  complete: { type: "prepared", offset: TARGET.size },
  piece: PIECE,
  short: { ...PIECE, data: new Uint8Array(5) },
  latePiece: { ...PIECE, id: "file-2" },
  activated: { type: "activated", version: 8 },
  failed: { type: "failed", code: "list.badSignature" },
  lost: { type: "held", kind: "base", have: 0 },
} as const satisfies Record<string, FetchInput>;

type StepName = keyof typeof STEPS;
type InputName = keyof typeof INPUTS;

/** What comes of an input: the step after it, and the effects. Whatever is not named sends nothing and stays where it is. */
const TABLE: Readonly<Record<StepName, Partial<Record<InputName, string>>>> = {
  idle: { online: "asking: send", refresh: "asking: send", lost: "asking: send" },
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

const WAITING_STEPS: readonly StepName[] = ["waitingDue", "waiting"];

function at(step: FetchStep, change: Partial<KeptFile> = {}, rest: Partial<FileFetch> = {}): FileFetch {
  const [file] = initialFileFetch([{ ...FILE, have: 7 }]).files;
  return { ...initialFileFetch([]), files: file ? [{ ...file, ...change }] : [], online: true, requests: 3, step, ...rest };
}

/** While it waits, the file is wanted. */
const before = (name: StepName) => at(STEPS[name], { wanted: WAITING_STEPS.includes(name) });
const types = (effects: readonly FetchEffect[]) => effects.map(({ type }) => type);

describe.each(Object.keys(STEPS) as StepName[])("%s", (stepName) => {
  test.each(Object.keys(INPUTS) as InputName[])("%s", (inputName) => {
    const { fetch, effects } = stepFileFetch(before(stepName), INPUTS[inputName], NOW);
    const expected = TABLE[stepName][inputName] ?? `${STEPS[stepName].at}:`;
    expect(`${fetch.step.at}: ${types(effects).join(" ")}`.trim()).toBe(expected);
    expect(fetch.online).toBe(inputName !== "offline");
  });
});

describe("offline", () => {
  test.each(["refresh", "tick"] as const)("%s asks nobody", (name) => {
    const { fetch, effects } = stepFileFetch(at(STEPS.waitingDue, {}, { online: false }), INPUTS[name], NOW);
    expect([fetch.step, effects, fetchWakeMs(fetch)]).toEqual([STEPS.waitingDue, [], undefined]);
  });

  test("what was prepared waits for the connection", () => {
    const { fetch, effects } = stepFileFetch(at(STEPS.preparing, {}, { online: false }), INPUTS.prepared, NOW);
    expect([fetch.step.at, effects]).toEqual(["waiting", []]);
    expect(types(stepFileFetch(fetch, INPUTS.online, NOW).effects)).toEqual(["send"]);
  });
});

describe("what is announced", () => {
  const refusal = (change: Partial<typeof ANNOUNCED>) => {
    const { fetch, effects } = stepFileFetch(at(STEPS.asking), { ...INPUTS.newer, file: { ...ANNOUNCED, ...change } }, NOW);
    return [fetch.step.at, effects[0]?.type === "refused" ? effects[0].code : undefined];
  };

  test("an older file is refused, the same is left alone", () => {
    expect(refusal({ version: 6 })).toEqual(["idle", "list.rollback"]);
    expect(refusal({ version: 7 })).toEqual(["idle", undefined]);
  });

  test("a file of impossible size is refused before a byte of it is fetched", () => {
    expect(refusal({ size: 64 * 1024 * 1024 + 1 })).toEqual(["idle", "list.tooLarge"]);
    expect(refusal({ size: 255 })).toEqual(["idle", "list.truncated"]);
  });

  test("a file that failed twice is left alone until somebody asks", () => {
    const failed = stepFileFetch(at(STEPS.activating, { failed: { sha256: TARGET.sha256, times: 1 } }), INPUTS.failed, NOW).fetch;
    expect([failed.step.at, failed.files[0]?.failed?.times]).toEqual(["idle", 2]);
    const asked = stepFileFetch({ ...failed, step: STEPS.asking }, INPUTS.newer, NOW);
    expect([asked.fetch.step.at, asked.effects]).toEqual(["idle", []]);
    const refreshed = stepFileFetch(failed, REFRESH, NOW).fetch;
    expect(stepFileFetch({ ...refreshed, step: STEPS.asking }, INPUTS.newer, NOW).fetch.step.at).toBe("preparing");
    const another = { ...INPUTS.newer, file: { ...ANNOUNCED, sha256: "b".repeat(64) } };
    expect(stepFileFetch({ ...failed, step: STEPS.asking }, another, NOW).fetch.step.at).toBe("preparing");
  });
});

describe("several kinds", () => {
  const all = (rest: Partial<FileFetch> = {}): FileFetch => {
    const files = [...FILE_KINDS].reverse().map((kind) => ({ kind, device: DEVICE, have: 0 }));
    return { ...initialFileFetch(files), online: true, ...rest };
  };
  const sent = (effects: readonly FetchEffect[]) =>
    effects.flatMap((effect) => (effect.type === "send" && "kind" in effect.request ? [effect.request.kind] : []));

  test("are asked for one after the other, the small ones first", () => {
    const order: FileKind[] = [];
    let { fetch, effects } = stepFileFetch(all(), { type: "online" }, NOW);
    for (let round = 0; round < 10 && fetch.step.at === "asking"; round += 1) {
      order.push(...sent(effects));
      ({ fetch, effects } = stepFileFetch(fetch, { type: "reply", id: fetch.step.id, kind: fetch.step.file.kind, file: null }, NOW));
    }
    expect([order, fetch.step.at]).toEqual([["keyset", "policy", "overlay", "base"], "idle"]);
  });

  test("one that is never answered does not keep the others waiting", () => {
    let { fetch } = stepFileFetch(all(), { type: "online" }, NOW);
    fetch = stepFileFetch(fetch, { type: "tick" }, { ...NOW, monoMs: NOW.monoMs + 20_000 }).fetch;
    const next = stepFileFetch(fetch, { type: "tick" }, { ...NOW, monoMs: NOW.monoMs + 40_000 });
    expect(sent(next.effects)).toEqual(["policy"]);
  });

  test("an overlay goes ahead of a base that is on its way, and the base goes on where it was", () => {
    const fetching = all({ step: STEPS.fetching });
    const refreshed = stepFileFetch(fetching, { ...REFRESH, kinds: ["overlay"], spread: true }, NOW).fetch;
    const longer = { ...STEPS.fetching, target: { ...TARGET, size: 300_000 } };
    const piece = { ...PIECE, data: new Uint8Array(65_536) };
    const { fetch, effects } = stepFileFetch({ ...refreshed, step: longer }, piece, NOW);
    expect([types(effects), sent(effects)]).toEqual([["write", "send"], ["overlay"]]);
    const id = fetch.step.at === "asking" ? fetch.step.id : "";
    expect(sent(stepFileFetch(fetch, { type: "reply", id, kind: "overlay", file: null }, NOW).effects)).toEqual(["base"]);
  });

  test("the platform's word is followed within five seconds, and asks only for what it names", () => {
    const { fetch, effects } = stepFileFetch(all(), { ...REFRESH, kinds: ["overlay"], spread: true }, { ...NOW, jitter: 1 });
    expect([effects, fetchWakeMs(fetch)]).toEqual([[], NOW.monoMs + 5_000]);
    expect(sent(stepFileFetch(fetch, { type: "tick" }, { ...NOW, monoMs: NOW.monoMs + 5_000 }).effects)).toEqual(["overlay"]);
  });

  test("another machine's policy is not asked for, and a kind that is not kept is nothing", () => {
    const { fetch, effects } = stepFileFetch(all(), { ...REFRESH, kinds: ["policy"], device: "370983ZARCG000000021" }, NOW);
    expect([effects, fetch.step.at]).toEqual([[], "idle"]);
  });

  test("a base without its overlay stays on the disk, and the overlay is asked for first", () => {
    const { fetch, effects } = stepFileFetch(all({ step: STEPS.activating }), { type: "failed", code: "list.noOverlay" }, NOW);
    expect(types(effects)).toEqual(["refused"]);
    expect(sent(stepFileFetch(fetch, { type: "tick" }, { ...NOW, monoMs: NOW.monoMs + 5_000 }).effects)).toEqual(["overlay"]);
  });
});

test("requests name what is wanted, and never use an id twice", () => {
  const asked = stepFileFetch(at(STEPS.idle), REFRESH, NOW);
  expect(asked.effects).toEqual([{ type: "send", device: DEVICE, request: { v: 1, id: "file-4", want: "file", kind: "base", have: 7 } }]);
  const resumed = stepFileFetch({ ...asked.fetch, step: STEPS.preparing }, { type: "prepared", offset: 65_536 }, NOW);
  const request = { v: 1, id: "file-5", want: "fileChunk", kind: "base", version: 8, offset: 65_536, length: 34_464 };
  expect(resumed.effects).toEqual([{ type: "send", device: DEVICE, request }]);
});

test("waits double up to five minutes, and half of each is random", () => {
  const waits = (jitter: number) => {
    let fetch = at(STEPS.askingDue);
    return Array.from({ length: 10 }, () => {
      fetch = stepFileFetch(fetch, INPUTS.tick, { ...NOW, jitter }).fetch;
      const wake = fetchWakeMs(fetch) ?? 0;
      fetch = { ...fetch, step: STEPS.askingDue };
      return wake - NOW.monoMs;
    });
  };
  expect(waits(1)).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000, 300_000]);
  expect(waits(0)[3]).toBe(20_000);
});
