/** A module's life as a complete table: every state against every input, "nothing happens" included. */
import { describe, expect, test } from "vitest";
import { stepLife } from "#agent/core/scanner/life.ts";
import {
  ANSWER_MS,
  INITIAL_SCANNER,
  type LifeInput,
  MISSES_ALLOWED,
  NEXT_CODE_MS,
  type ScannerLife,
  type ScannerState,
  scannerWakeMs,
} from "#agent/core/scanner/state.ts";
import type { ErrorCode } from "#protocol/errors/registry.ts";
import { SCANNER_MODELS } from "#protocol/scanner/catalogue.ts";
import type { ScannerModel } from "#protocol/scanner/model.ts";

const NOW = 1_000_000;
const LATER = NOW + 3_000;
const LAST_MISS = MISSES_ALLOWED - 1;
const answering = (deadlineMs: number) => ({ at: "answering", deadlineMs }) as const;

const STATES = {
  opening: { at: "opening" },
  configuring: { at: "configuring", index: 0, misses: 0, exchange: answering(LATER) },
  configuringLast: { at: "configuring", index: 2, misses: 0, exchange: answering(LATER) },
  configuringDue: { at: "configuring", index: 1, misses: 0, exchange: answering(NOW) },
  configuringDueAgain: { at: "configuring", index: 1, misses: LAST_MISS, exchange: answering(NOW) },
  triggering: { at: "triggering", index: 0, misses: 0, exchange: answering(LATER) },
  triggeringDue: { at: "triggering", index: 0, misses: 0, exchange: answering(NOW) },
  triggeringDueAgain: { at: "triggering", index: 0, misses: LAST_MISS, exchange: answering(NOW) },
  reading: { at: "reading", triggerAtMs: LATER },
  readingDue: { at: "reading", triggerAtMs: NOW },
  recovering: { at: "recovering", openAtMs: LATER },
  recoveringDue: { at: "recovering", openAtMs: NOW },
  closed: { at: "closed" },
} as const satisfies Record<string, ScannerLife>;

const INPUTS = {
  opened: { type: "opened" },
  lost: { type: "lost", reason: "unplugged" },
  tick: { type: "tick" },
  done: { type: "answer", means: "done" },
  refused: { type: "answer", means: "refused" },
  text: { type: "code", readable: true },
  noise: { type: "code", readable: false },
  close: { type: "close" },
} as const satisfies Record<string, LifeInput>;

type StateName = keyof typeof STATES;
type InputName = keyof typeof INPUTS;

const LOST = "recovering: link.portMissing";
const STOP = "closed: stop close";
const SILENT = "recovering: close scanner.deaf";

/** State after the input, with the command's number and misses; then what is done. Whatever is not named changes nothing. */
const TABLE: Readonly<Record<StateName, Partial<Record<InputName, string>>>> = {
  opening: { opened: "configuring 0 0: mode", lost: LOST, close: "closed: close" },
  configuring: {
    lost: LOST,
    done: "configuring 1 0: tail",
    refused: "configuring 1 0: refused tail",
    text: "configuring 0 0:",
    close: STOP,
  },
  configuringLast: {
    lost: LOST,
    done: "triggering 0 0: trigger",
    refused: "triggering 0 0: refused trigger",
    text: "configuring 2 0:",
    close: STOP,
  },
  configuringDue: {
    lost: LOST,
    tick: "configuring 1 1: tail",
    done: "configuring 2 0: readTime",
    refused: "configuring 2 0: refused readTime",
    text: "configuring 1 0:",
    close: STOP,
  },
  configuringDueAgain: {
    lost: LOST,
    tick: SILENT,
    done: "configuring 2 0: readTime",
    refused: "configuring 2 0: refused readTime",
    text: "configuring 1 0:",
    close: STOP,
  },
  triggering: { lost: LOST, done: "reading: works", text: "triggering 0 0:", close: STOP },
  triggeringDue: { lost: LOST, tick: "triggering 0 1: trigger", done: "reading: works", text: "triggering 0 0:", close: STOP },
  triggeringDueAgain: { lost: LOST, tick: SILENT, done: "reading: works", text: "triggering 0 0:", close: STOP },
  reading: { lost: LOST, text: "reading:", noise: "reading:", close: STOP },
  readingDue: { lost: LOST, tick: "triggering 0 0: trigger", text: "reading:", noise: "reading:", close: STOP },
  recovering: { close: "closed: close" },
  recoveringDue: { tick: "opening: open", close: "closed: close" },
  closed: {},
};

function at(life: ScannerLife, change: Partial<ScannerState> = {}): ScannerState {
  return { ...INITIAL_SCANNER, life, ...change };
}

/** Steps and says what came of it, in the words of the table. */
function stepped(state: ScannerState, input: LifeInput, model: ScannerModel = SCANNER_MODELS.gm65) {
  const change = stepLife(state, input, model, NOW);
  const commands = [...model.configure, ...model.arm, ...(model.stop ? [model.stop] : [])];
  const done = change.effects.map((effect) => {
    if (effect.type === "write") return commands.find(({ bytes }) => bytes === effect.bytes)?.name ?? "wake";
    return effect.type === "health" ? (effect.code ?? "works") : effect.type;
  });
  const { life } = change.state;
  const name = "index" in life ? `${life.at} ${life.index} ${life.misses}` : life.at;
  return { state: change.state, said: [`${name}:`, ...done].join(" ") };
}

describe.each(Object.keys(STATES) as StateName[])("%s", (stateName) => {
  test.each(Object.keys(INPUTS) as InputName[])("%s", (inputName) => {
    const before = at(STATES[stateName]);
    const { state, said } = stepped(before, INPUTS[inputName]);
    const expected = TABLE[stateName][inputName];
    if (expected === undefined) {
      expect(state).toEqual(before);
      expect(said).toMatch(/:$/);
    } else expect(said).toBe(expected);
  });
});

describe("times", () => {
  test("an answer is waited for, then a trigger lasts, and a code shortens it", () => {
    expect(scannerWakeMs(stepped(at(STATES.opening), INPUTS.opened).state, SCANNER_MODELS.gm65)).toBe(NOW + ANSWER_MS);
    expect(scannerWakeMs(stepped(at(STATES.triggering), INPUTS.done).state, SCANNER_MODELS.gm65)).toBe(NOW + 5_000);
    expect(scannerWakeMs(stepped(at(STATES.reading), INPUTS.text).state, SCANNER_MODELS.gm65)).toBe(NOW + NEXT_CODE_MS);
    expect(scannerWakeMs(stepped(at(STATES.readingDue), INPUTS.noise).state, SCANNER_MODELS.gm65)).toBe(NOW);
  });

  test("the deaf are opened ever more seldom, up to a minute; the missing every second", () => {
    const waits = [0, 1, 2, 4, 5, 6, 40].map((deafTimes) => {
      const wakeMs = scannerWakeMs(stepped(at(STATES.triggeringDueAgain, { deafTimes }), INPUTS.tick).state, SCANNER_MODELS.gm65);
      return (wakeMs ?? 0) - NOW;
    });
    expect(waits).toEqual([2_000, 4_000, 8_000, 32_000, 60_000, 60_000, 60_000]);
    expect(scannerWakeMs(stepped(at(STATES.reading, { deafTimes: 5 }), INPUTS.lost).state, SCANNER_MODELS.gm65)).toBe(NOW + 1_000);
    expect(stepped(at(STATES.triggering, { deafTimes: 5 }), INPUTS.done).state.deafTimes).toBe(0);
  });

  test("nothing is due when nothing can come of it", () => {
    expect(scannerWakeMs(at(STATES.opening), SCANNER_MODELS.gm65)).toBe(null);
    expect(scannerWakeMs(at(STATES.closed), SCANNER_MODELS.gm65)).toBe(null);
  });
});

describe("health", () => {
  test.each<[StateName, InputName, ErrorCode | null]>([
    ["triggering", "done", null],
    ["reading", "lost", "link.portMissing"],
    ["triggeringDueAgain", "tick", "scanner.deaf"],
  ])("%s, %s: is reported when it changes, and not again", (stateName, inputName, health) => {
    const word = health ?? "works";
    expect(stepped(at(STATES[stateName]), INPUTS[inputName]).said).toContain(word);
    expect(stepped(at(STATES[stateName], { health }), INPUTS[inputName]).said).not.toContain(word);
  });
});

describe("other models", () => {
  test("gm72 is woken, left 50 ms, and told", () => {
    const woken = stepped(at(STATES.opening), INPUTS.opened, SCANNER_MODELS.gm72);
    expect(woken.said).toBe("configuring 0 0: wake");
    expect(scannerWakeMs(woken.state, SCANNER_MODELS.gm65)).toBe(NOW + 50);
    const waking = at({ at: "configuring", index: 0, misses: 0, exchange: { at: "waking", sendAtMs: NOW } });
    expect(stepped(waking, INPUTS.tick, SCANNER_MODELS.gm72).said).toBe("configuring 0 0: mode");
    const early = at({ at: "configuring", index: 0, misses: 0, exchange: { at: "waking", sendAtMs: LATER } });
    expect(stepped(early, INPUTS.tick, SCANNER_MODELS.gm72).state).toEqual(early);
    expect(stepped(early, INPUTS.done, SCANNER_MODELS.gm72).state).toEqual(early);
  });

  test("n3680's trigger has no answer: the mode before it has", () => {
    expect(stepped(at(STATES.configuringLast), INPUTS.done, SCANNER_MODELS.n3680).said).toBe("triggering 0 0: mode");
    expect(stepped(at(STATES.triggering), INPUTS.done, SCANNER_MODELS.n3680).said).toBe("reading: start works");
  });

  test("a plain one reads at once and for ever", () => {
    const { state, said } = stepped(at(STATES.opening), INPUTS.opened, SCANNER_MODELS.plain);
    expect(said).toBe("reading: works");
    expect(scannerWakeMs(state, SCANNER_MODELS.gm65)).toBe(null);
    expect(stepped(state, INPUTS.text, SCANNER_MODELS.plain).state).toEqual(state);
    expect(stepped(state, INPUTS.close, SCANNER_MODELS.plain).said).toBe("closed: close");
  });
});
