/** The running agent and its releases, in virtual time, over the real store. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import type { EventDraft, MachineState } from "#agent/core/machine/state.ts";
import { initialMachine } from "#agent/core/machine/step.ts";
import { takenBack } from "#agent/core/update/pointer.ts";
import { Updates } from "#agent/runtime/updates.ts";
import { REAL_RELEASE_DISK, type ReleaseDisk } from "#agent/shell/system/releaseDisk.ts";
import { readPointer, writePointer } from "#agent/shell/system/releasePointer.ts";
import { Releases } from "#agent/shell/system/releases.ts";
import { RELEASE_ENTRY } from "#protocol/release/releaseFile.ts";
import { temporaryFolder, testTrust } from "#test/list/fixtures.ts";
import { releaseOf } from "#test/release/fixtures.ts";

const LOCKED: MachineState = { ...initialMachine(), interlock: { at: "locked" }, link: { at: "up", busy: false, misses: 0 } };
const SILENT: MachineState = { ...LOCKED, link: { at: "down", code: null } };
const BUSY: MachineState = { ...LOCKED, interlock: { at: "opening", session: null, cause: "idle", sinceMonoMs: 0 } };

let folder: string;
let nowMs: number;
let timer: (() => void) | null;
let notes: EventDraft[];
let ends: string[];
let machine: { device: string; state: MachineState };

beforeEach(() => {
  folder = join(temporaryFolder(), "releases");
  nowMs = 0;
  timer = null;
  notes = [];
  ends = [];
  machine = { device: "A", state: LOCKED };
});

function open(version: string, disk: ReleaseDisk = REAL_RELEASE_DISK): Releases {
  return new Releases({ folder, version, journalFormat: 2, trust: testTrust(), disk });
}

function start(version: string, disk?: ReleaseDisk): Updates {
  return new Updates({
    releases: open(version, disk),
    version,
    sessionWaitMs: 60_000,
    clock: { monoMs: () => nowMs },
    after: (_delayMs, run) => {
      timer = run;
      return () => {
        timer = null;
      };
    },
    log: { info: () => undefined, warn: () => undefined },
    agent: { drivers: [machine], note: (draft) => void notes.push(draft) },
    update: () => void ends.push("update"),
    giveUp: () => void ends.push("giveUp"),
  });
}

function look(seconds = 1): void {
  for (let second = 0; second < seconds; second += 1) {
    nowMs += 1_000;
    timer?.();
  }
}

const told = () => notes.map(({ name, payload }) => ({ name, ...payload }));

it("finds what is staged while it runs, and gives way once nobody is in the way", () => {
  const updates = start("1.0.0");
  look(5);
  expect(updates.state).toEqual({ at: "current" });
  open("1.0.0").stage(releaseOf("1.1.0"));
  machine.state = BUSY;
  look(200);
  expect([updates.state, ends]).toEqual([{ at: "waitingForArcOff", version: "1.1.0", calm: false }, []]);
  machine.state = LOCKED;
  look(3);
  expect([updates.state, ends]).toEqual([{ at: "switching", version: "1.1.0" }, ["update"]]);
  expect(readPointer(folder)).toMatchObject({ at: "onProbation", running: "1.1.0", answered: ["A"] });
});

it("stays as it is when what is staged has changed on the disk, says so once, and takes what is newer", () => {
  open("1.0.0").stage(releaseOf("1.1.0"));
  writeFileSync(join(folder, "1.1.0", RELEASE_ENTRY.module), "process.exit(1);\n");
  const updates = start("1.0.0");
  look(10);
  expect(told()).toEqual([{ name: "updateFailed", version: "1.1.0", runs: "1.0.0", code: "update.badContent" }]);
  expect([updates.state, ends]).toEqual([{ at: "current" }, []]);
  updates.close();
  start("1.0.0");
  expect([readdirSync(folder), told().length]).toEqual([["pointer.json"], 1]);
  open("1.0.0").stage(releaseOf("1.1.1"));
  look();
  expect(ends).toEqual(["update"]);
});

it("confirms itself when every machine that answered before answers again, and forgets the release before", () => {
  open("1.0.0").stage(releaseOf("1.1.0"));
  open("1.0.0").switchTo("1.1.0", ["A"]);
  machine.state = SILENT;
  const updates = start("1.1.0");
  look(29);
  expect([updates.state.at, ends, notes]).toEqual(["onProbation", [], []]);
  machine.state = LOCKED;
  look(40);
  expect([updates.state.at, ends]).toEqual(["current", []]);
  expect(told()).toEqual([{ name: "updateConfirmed", from: "installed", to: "1.1.0" }]);
  expect(readPointer(folder)).toEqual({ at: "confirmed", running: "1.1.0", failed: null });
});

it("gives up when one does not, for the launcher to count", () => {
  open("1.0.0").stage(releaseOf("1.1.0"));
  open("1.0.0").switchTo("1.1.0", ["A"]);
  machine.state = SILENT;
  start("1.1.0");
  look(30);
  expect([ends, told()]).toEqual([["giveUp"], []]);
  expect(readPointer(folder).at).toBe("onProbation");
});

it("does not speak for another release that is on probation", () => {
  open("1.0.0").stage(releaseOf("1.1.0"));
  open("1.0.0").switchTo("1.1.0", ["A"]);
  const before = readPointer(folder);
  const updates = start("1.0.0");
  look(60);
  expect([updates.state, ends, notes, readPointer(folder)]).toEqual([{ at: "current" }, [], [], before]);
});

it("tells once of what the launcher took back", () => {
  open("1.0.0").stage(releaseOf("1.1.0"));
  open("1.0.0").switchTo("1.1.0", ["A"]);
  writePointer(REAL_RELEASE_DISK, folder, takenBack(readPointer(folder)));
  start("1.0.0").close();
  start("1.0.0");
  look(5);
  expect([told(), ends]).toEqual([[{ name: "updateFailed", version: "1.1.0", runs: "1.0.0", code: "update.notStarted" }], []]);
});

it("tries again to confirm itself when the disk fails, and says it once", () => {
  open("1.0.0").stage(releaseOf("1.1.0"));
  open("1.0.0").switchTo("1.1.0", []);
  let fails = true;
  const rename: ReleaseDisk["rename"] = (from, to) => {
    if (fails) throw new Error("EIO");
    REAL_RELEASE_DISK.rename(from, to);
  };
  const updates = start("1.1.0", { ...REAL_RELEASE_DISK, rename });
  look(3);
  expect([updates.state.at, notes]).toEqual(["onProbation", []]);
  look(20);
  expect([updates.state.at, notes]).toEqual(["onProbation", []]);
  fails = false;
  look(3);
  expect([updates.state.at, told().length, readPointer(folder).at]).toEqual(["current", 1, "confirmed"]);
});

it("a disk that does not take the pointer keeps the release that runs, and is not asked again by this process", () => {
  open("1.0.0").stage(releaseOf("1.1.0"));
  const rename = () => {
    throw new Error("EROFS");
  };
  const updates = start("1.0.0", { ...REAL_RELEASE_DISK, rename });
  look(10);
  expect([updates.state.at, ends, told().length]).toEqual(["current", [], 1]);
  expect(open("1.0.0").candidate).toBe("1.1.0");
});
