/** Each rule by hand-made windows: met once, met again only after it was over, and not met by what is like it and honest. */
import { describe, expect, test } from "vitest";
import { initialDetection, restartDetection } from "#agent/core/detection/detection.ts";
import { look, windowsOf } from "#test/detection/script.ts";
import { reasonOf } from "#test/detection/workshop.ts";
import { SETTINGS } from "#test/metering/arcsOf.ts";

function told(script: string): string {
  return look(windowsOf(script))
    .findings.map(({ found }) => reasonOf(found))
    .join(" ");
}

const LEARNED = "5×(10 arc, 5 noLoad)";
const CLOSINGS = "5×(5 open, 20 noLoad)";
const RUNS_DOWN = "60V, 45V, 34V, 26V, 19V, 14V, 10V, 7V, 5V, 4V, 3V, 2V";

describe("what is told", () => {
  test.each([
    ["current while open", "5 open, 50 leak", "currentWhileOpen"],
    ["… again only after a minute without", "5 open, 9 leak, 500 open, 9 leak", "currentWhileOpen"],
    ["… and then it is", "5 open, 9 leak, 600 open, 9 leak", "currentWhileOpen currentWhileOpen"],
    ["a strike's touches add up", "5 open, 3 leak, 3 open, 4 leak", "currentWhileOpen"],
    ["half a second is not enough", "5 open, 5 leak, 600 open", ""],
    ["nor a spike now and then", "5 open, 50×(1 leak, 9 open)", ""],
    ["nor a sensor's offset", "2000 offset", ""],
    ["nor what flowed until the contactor opened", "10 arc, 1 leak, 50 open", ""],
    ["voltage while open", "10 arc, 600 open, 9 supplied", "voltageWhileOpen"],
    ["a VRD's voltage too", "10 arc, 600 open, 9 suppliedVrd", "voltageWhileOpen"],
    ["what came before the minute was over, at its end", "10 arc, 609 supplied", "voltageWhileOpen"],
    ["a charge within the minute is none", "10 arc, 590 supplied, 100 open", ""],
    ["nor is an offset", "10 arc, 2000 offset", ""],
    ["sensor pulled", "20 arc, 50 pulled", "sensorMissing"],
    ["a loose plug for half a second", "20 arc, 5 pulled, 20 arc", ""],
    ["sensor reversed, until it is right once", "5 noLoad, 30 backwards, 700 noLoad, 30 backwards", "reversedSensor"],
    ["… and then again", "30 backwards, 5 arc, 30 backwards", "reversedSensor reversedSensor"],
    ["a second of it is not enough", "5 noLoad, 10 backwards, 5 noLoad", ""],
    ["a restless arc's voltage and no current", "30 noLoad, 3×(restless)", "voltageWithoutCurrent"],
    ["the arc's current goes, its voltage stays", "30 noLoad, 20 arc, 10 arcWithoutAmps", "voltageWithoutCurrent"],
    ["… out of a window that holds the last of the current", "30 noLoad, 20 arc, 1 tail, 10 arcWithoutAmps", "voltageWithoutCurrent"],
    ["… out of one with a droplet in it", "30 noLoad, 20 arc, 1 droplet, 10 arcWithoutAmps", "voltageWithoutCurrent"],
    ["… however steady it is", "30 noLoad, 20 arc, 1 tail, 1 steady", "voltageWithoutCurrent"],
    ["an arc goes out within a window, and its voltage with it", "30 noLoad, 20 arc, 1 tail, 2 noLoad, 9 steady", ""],
    ["a VRD stands still after an arc", "30 vrd, 20 arc, 1 tail, 600 vrd", ""],
    ["voltage of which no level is known", "9×(restless)", ""],
    ["open-circuit voltage comes out of an arc", "30 noLoad, 20 arc, 50 noLoad, 20 arc, 50 noLoad", ""],
    ["current without any voltage", "10 arc, 20 ampsWithoutVolts", "voltageStaysZero"],
    ["a stuck electrode", "10 arc, 100 stuck, 20 noLoad", ""],
    ["both channels fall to zero", `${LEARNED}, 10 arc, 20 nothing`, "bothFellToZero"],
    ["… out of open-circuit voltage too", `${LEARNED}, 20 nothing`, "bothFellToZero"],
    ["… once in a thousand energised hours", `${LEARNED}, 20 nothing, 20 hour, ${LEARNED}, 20 nothing`, "bothFellToZero"],
    ["a machine with a trigger shows nothing between arcs", "9×(10 arc, 20 nothing)", ""],
    ["a charge that runs down is no bridge", `${LEARNED}, ${RUNS_DOWN}, 30 nothing`, ""],
    ["no voltage after closing", `${CLOSINGS}, 5 open, 20 nothing`, "noLoadVoltageMissing"],
    ["a slow starter is not judged", "9×(5 open, 10 nothing, 20 noLoad)", ""],
    ["holes are nothing", "20 arc, 900 hole, 5 open, 5 hole", ""],
    ["24 hours energised", "24 hour", "energisedTooLong"],
    ["… and again after each further 24", "20 hour, 5990 open, 28 hour", "energisedTooLong energisedTooLong"],
    ["… but for ten minutes' pause", "23 hour, 6000 open, 23 hour", ""],
  ])("%s", (_, script, wanted) => {
    expect(told(script)).toBe(wanted);
  });

  test("the third time that current goes past the sensor is the province's own warning", () => {
    const third = "voltageWithoutCurrent currentBypassesSensor";
    expect(told("3×(610 noLoad, restless, restless)")).toBe(`voltageWithoutCurrent voltageWithoutCurrent ${third}`);
  });

  test("after a thousand energised hours it may be told again", () => {
    expect(
      told(`${LEARNED}, 20 nothing, 1000 hour, ${LEARNED}, 20 nothing`)
        .split(" ")
        .filter((name) => name === "bothFellToZero"),
    ).toHaveLength(2);
  });

  test("an AC machine has no wrong way round", () => {
    const { findings } = look(windowsOf("5 noLoad, 30 backwards"), { settings: { ...SETTINGS, alternating: true } });
    expect(findings).toEqual([]);
  });

  test("a boot of the chip ends the 24 hours, and makes nobody wait less for a charge to go", () => {
    const before = look(windowsOf("23 hour, 100 open")).state;
    expect(look(windowsOf("23 hour"), { state: restartDetection(before) }).findings).toEqual([]);
    expect(look(windowsOf("599 supplied"), { state: restartDetection(initialDetection()) }).findings).toEqual([]);
  });
});

describe("by the chip's own word", () => {
  const status = { commandedClosed: false, mirrorClosed: false } as const;
  const tell = (...readings: Parameters<typeof look>[1][]) => {
    let state = initialDetection();
    return readings.flatMap((reading) => {
      const step = look([], { ...reading, state });
      state = step.state;
      return step.findings.map(({ found }) => found.name);
    });
  };
  const at = (uptimeMs: number, more: object = {}) => ({ status: { ...status, uptimeMs, ...more } });

  test.each([
    [
      "a contact that stays closed, half a second later",
      [at(0), at(1_000, { mirrorClosed: true }), at(1_500, { mirrorClosed: true })],
      ["weldedContact"],
    ],
    ["one that is on its way", [at(1_000, { mirrorClosed: true }), at(1_400, { mirrorClosed: true }), at(2_000)], []],
    [
      "an e-stop hides nothing",
      [at(1_000, { eStop: true, mirrorClosed: true }), at(2_000, { eStop: true, mirrorClosed: true })],
      ["weldedContact"],
    ],
    [
      "latched by the chip: once",
      [at(0, { fault: "weldedContact" }), at(9_000, { fault: "weldedContact", mirrorClosed: true })],
      ["weldedContact"],
    ],
    [
      "cleared and welded again",
      [at(0, { fault: "weldedContact" }), at(1_000), at(2_000, { fault: "weldedContact" })],
      ["weldedContact", "weldedContact"],
    ],
    ["the mirror disagrees", [at(0, { fault: "mirrorDisagrees" }), at(1_000, { fault: "mirrorDisagrees" })], ["mirrorDisagrees"]],
    ["current while open", [at(0, { fault: "currentWhileOpen" })], ["currentWhileOpen"]],
    ["a sensor that its windows tell", [at(0, { fault: "sensorMissing" })], []],
  ] as const)("%s", (_, readings, wanted) => {
    expect(tell(...readings)).toEqual(wanted);
  });
});
