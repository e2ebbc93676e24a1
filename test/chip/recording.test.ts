import { describe, expect, it } from "vitest";
import type { Window } from "#protocol/chip/window.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { OpenCircuit } from "#simulator/chip/plant/openCircuit.ts";
import { Player } from "#simulator/chip/plant/player.ts";
import { Random } from "#simulator/chip/plant/random.ts";
import { type Recording, RecordingParser } from "#simulator/chip/plant/recording.ts";
import { type Rig, rig, STICK } from "#test/chip/rig.ts";

const HEADER = "t_s,current_a,voltage_v\n";

function parse(text: string, pieceLength = text.length): Recording {
  const parser = new RecordingParser();
  for (let at = 0; at < text.length; at += pieceLength) parser.push(text.slice(at, at + pieceLength));
  return parser.finish();
}

/** Rows every `stepMs`, each the reading at its time; undefined leaves the row out. */
function rows(stepMs: number, lengthMs: number, at: (ms: number) => [amps: number, volts: number] | undefined): string {
  let text = HEADER;
  for (let ms = 0; ms < lengthMs; ms += stepMs) {
    const reading = at(ms);
    if (reading) text += `${(ms / 1000).toFixed(9)},${reading[0]},${reading[1]}\n`;
  }
  return text;
}

function played(text: string, speed = 1): { rig: Rig; player: Player } {
  const player = new Player(parse(text), new OpenCircuit(STICK, new Random(1)));
  const sensor = { rangeAmps: 600, rangeVolts: 200, ampsStep: 0.01, voltsStep: 0.01, ampsOffset: 0, voltsOffset: 0 };
  return { rig: rig({ speed, sensor }, STICK, player), player };
}

function runSeconds(r: Rig, seconds: number): void {
  for (let second = 0; second < seconds; second++) {
    r.order();
    r.run(1_000);
  }
}

const windows = (r: Rig): Window[] => r.chip.ring.read(0, 100_000).windows;
const sum = (list: readonly Window[], field: "arcMs" | "shortMs" | "shorts" | "strikes") =>
  list.reduce((total, window) => total + window[field] * window.run, 0);

describe("reading a recording", () => {
  it("takes columns by name, CRLF, blank lines, a byte order mark, and text in any pieces", () => {
    const text = "\uFEFFvoltage_v, t_s ,arc,current_a\r\n70,10.0,x,0\r\n\r\n24.5,10.1,x,-120.25\r\n24,10.2,x,1.5e2";
    for (const pieceLength of [1, 7, 1_000]) {
      const recording = parse(text, pieceLength);
      expect(recording).toMatchObject({ rows: 3, firstS: 10 });
      expect([...recording.amps]).toEqual([0, -120.25, 150]);
      expect([...recording.volts]).toEqual([70, 24.5, 24]);
      expect(recording.medianStepMs).toBeCloseTo(100, 6);
    }
  });

  it("leaves missing readings out, and of rows with one time takes the last", () => {
    const recording = parse(`${HEADER}0,1,2\n0.1,,3\n0.2,nan,3\n0.3,4,5\n0.3,6,7\n`);
    expect([...recording.atMs]).toEqual([0, 300]);
    expect([...recording.amps]).toEqual([1, 6]);
  });

  it.each([
    ["nothing", "", "no header"],
    ["no header", "0,1,2\n1,2,3\n", "line 1"],
    ["a column missing", "t_s,current_a\n0,1\n", "line 1"],
    ["a word for a number", `${HEADER}0,1,2\n1,x,2\n`, "line 3"],
    ["hexadecimal", `${HEADER}0,1,2\n1,0x10,2\n`, "line 3"],
    ["infinity", `${HEADER}0,1,2\n1,Infinity,2\n`, "line 3"],
    ["a cell missing", `${HEADER}0,1,2\n1,2\n`, "line 3"],
    ["no time", `${HEADER}0,1,2\n,1,2\n`, "line 3"],
    ["time going back", `${HEADER}0,1,2\n1,1,2\n0.5,1,2\n`, "line 4"],
    ["a reading out of this world", `${HEADER}0,1,2\n1,1e9,2\n`, "line 3"],
    ["a line without end", `${HEADER}${"1".repeat(600)}`, "line 2"],
    ["one row only", `${HEADER}0,1,2\n`, "fewer than two"],
  ])("refuses %s, naming the line", (_, text, named) => {
    expect(() => parse(text)).toThrow(CodedError);
    expect(() => parse(text)).toThrow(named);
    expect(() => parse(text)).toThrow("chip.badTrace");
  });
});

describe("playing a recording", () => {
  const arcFrom1To6 = (ms: number): [number, number] => (ms >= 1_000 && ms < 6_000 ? [120, 24] : [0, 70]);

  it("begins when power first comes, and says when that was", () => {
    const { rig: r, player } = played(`${HEADER}5,100,24\n6,100,24\n7,0,70\n8,0,70`);
    r.run(2_530);
    expect(player.startedAtMs).toBeNull();
    expect(r.chip.truth().currentArcMs).toBe(0);
    runSeconds(r, 5);
    expect(player.startedAtMs).toBe(2_530);
    expect(player.zeroAtMs).toBe(2_530 - 5_000);
    expect(player.done).toBe(true);
    expect(r.chip.truth()).toMatchObject({ arcs: 1, arcMs: 2_000 });
  });

  it.each([
    ["9 rows a second", 1000 / 9],
    ["42 rows a second", 1000 / 42],
    ["1000 rows a second", 1],
  ])("%s: the windows hold what the rows say", (_, stepMs) => {
    const text = rows(stepMs, 8_000, arcFrom1To6);
    const { rig: r } = played(text);
    runSeconds(r, 9);
    const recording = parse(text);
    let expected = 0;
    for (let row = 0; row < recording.rows - 1; row++) {
      if ((recording.amps[row] ?? 0) > 15) expected += (recording.atMs[row + 1] ?? 0) - (recording.atMs[row] ?? 0);
    }
    expect(sum(windows(r), "arcMs")).toBeCloseTo(expected, 3);
    expect(r.chip.truth()).toMatchObject({ arcs: 1, arcMs: Math.round(expected), strikes: 1 });
    const burning = windows(r).filter(({ arcMs }) => arcMs >= 99.99);
    for (const window of burning) {
      expect(window.currentMeanAmps).toBeCloseTo(120, 9);
      expect(window.voltagePeakVolts).toBeCloseTo(24, 9);
    }
  });

  it("is neither louder nor finer than its rows: no noise of our own", () => {
    const { rig: r } = played(rows(1, 3_000, () => [120.013, 24.006]));
    runSeconds(r, 2);
    const inside = windows(r).slice(2, 15);
    expect(new Set(inside.map(({ currentMeanAmps }) => currentMeanAmps.toFixed(6)))).toEqual(new Set(["120.010000"]));
  });

  it("holds short holes, and is blind in long ones after one median step", () => {
    const hole = (from: number, to: number) => (ms: number) => (ms > from && ms < to ? undefined : ([120, 24] as [number, number]));
    const short = played(rows(20, 4_000, hole(1_000, 1_240)));
    runSeconds(short.rig, 3);
    expect(windows(short.rig).every(({ invalid }) => !invalid)).toBe(true);
    const long = played(rows(20, 6_000, hole(1_000, 3_000)));
    runSeconds(long.rig, 5);
    const blind = windows(long.rig).filter(({ invalid }) => invalid);
    // One record for the whole hole: 1.1 s to 3.0 s.
    expect(blind).toMatchObject([{ seq: 11, run: 19, arcMs: 0, currentMeanAmps: 0 }]);
    expect(windows(long.rig).find(({ seq }) => seq === 10)?.arcMs).toBeCloseTo(20, 6);
    expect(long.rig.chip.truth()).toMatchObject({ arcs: 1, arcMs: 1_020, arcing: true, currentArcMs: 2_000 });
  });

  it("at 9 rows a second three steps are no hole yet", () => {
    const step = 1000 / 9;
    let row = 0;
    const { rig: r } = played(rows(step, 4_000, () => (++row % 9 < 7 ? [120, 24] : undefined)));
    runSeconds(r, 3);
    expect(windows(r).every(({ invalid }) => !invalid)).toBe(true);
  });

  it("goes on without current while the contactor is open", () => {
    const { rig: r, player } = played(rows(10, 20_000, () => [120, 24]));
    runSeconds(r, 2);
    r.order({ mode: "open" });
    r.run(3_000);
    runSeconds(r, 2);
    expect(player.done).toBe(false);
    const open = windows(r).filter(({ closed }) => !closed);
    expect(open.reduce((total, { run }) => total + run, 0)).toBe(30);
    expect(open.every(({ currentPeakAmps, arcMs }) => currentPeakAmps === 0 && arcMs === 0)).toBe(true);
    expect(r.chip.truth()).toMatchObject({ arcs: 1, arcMs: 2_000, currentArcMs: 2_000 });
  });

  it("is an open circuit after its end", () => {
    const { rig: r, player } = played(rows(10, 1_000, () => [120, 24]));
    runSeconds(r, 3);
    expect(player.done).toBe(true);
    expect(r.chip.ampsNow).toBe(0);
    expect(r.chip.voltsNow).toBeGreaterThan(55);
  });

  it("a bypass plays at once, and the current is a fault", () => {
    const { rig: r } = played(rows(10, 3_000, () => [120, 24]));
    r.chip.contact.bypassed = true;
    r.run(2_000);
    expect(r.chip.contactor.fault).toBe("currentWhileOpen");
    expect(r.chip.truth().currentArcMs).toBe(2_000);
  });

  it("an hour at 60 times the speed is an hour", () => {
    const { rig: r, player } = played(
      rows(1000 / 9, 3_600_000, (ms) => (ms % 60_000 < 30_000 ? [120, 24] : [0, 70])),
      60,
    );
    runSeconds(r, 62);
    expect(player.done).toBe(true);
    expect(r.chip.truth()).toMatchObject({ arcs: 60 });
    expect(Math.abs(r.chip.truth().arcMs - 1_800_000)).toBeLessThan(60 * 112);
    expect(r.chip.ring.lostWindows).toBe(0);
  });
});
