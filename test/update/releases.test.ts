/** Releases on a real file system; the process may end between any two steps of staging and switching. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { launched } from "#agent/core/update/pointer.ts";
import { REAL_RELEASE_DISK, type ReleaseDisk } from "#agent/shell/system/releaseDisk.ts";
import { readPointer, writePointer } from "#agent/shell/system/releasePointer.ts";
import { Releases } from "#agent/shell/system/releases.ts";
import { encodeRelease, RELEASE_ENTRY } from "#protocol/release/releaseFile.ts";
import { temporaryFolder, testTrust } from "#test/list/fixtures.ts";
import { releaseOf, releaseSigner, SMALL } from "#test/release/fixtures.ts";

const TRUST = testTrust();
const OWN = "1.0.0";
const coded = (code: string) => expect.objectContaining({ code });

function open(folder: string, disk: ReleaseDisk = REAL_RELEASE_DISK): Releases {
  return new Releases({ folder, version: OWN, journalFormat: 2, trust: TRUST, disk });
}

class Ended extends Error {}

/** Ends the process at its nth step; one that writes leaves half of its content behind. */
function diskThatEnds(atStep: number): { disk: ReleaseDisk; steps: () => number } {
  let steps = 0;
  const counted = <A extends unknown[]>(act: (...args: A) => void, torn: (...args: A) => void = () => undefined) => {
    return (...args: A) => {
      steps += 1;
      if (steps === atStep) {
        torn(...args);
        throw new Ended();
      }
      act(...args);
    };
  };
  const { makeFolder, write, sync, rename, remove } = REAL_RELEASE_DISK;
  const half = (path: string, content: Uint8Array | string) => writeFileSync(path, content.slice(0, content.length / 2));
  const disk = {
    makeFolder: counted(makeFolder),
    write: counted(write, half),
    sync: counted(sync),
    rename: counted(rename),
    remove: counted(remove),
  };
  return { disk, steps: () => steps };
}

/** Plays `act` again and again in a folder of its own, ended at each of its steps in turn, and looks at what is left. */
function endedAnywhere(
  prepare: (folder: string) => void,
  act: (folder: string, disk: ReleaseDisk) => void,
  look: (folder: string) => void,
): number {
  for (let step = 1; ; step += 1) {
    const folder = join(temporaryFolder(), "releases");
    prepare(folder);
    const { disk, steps } = diskThatEnds(step);
    let isEnded = false;
    try {
      act(folder, disk);
    } catch (error) {
      // The store tells of it as of a disk that fails.
      if (!(error instanceof Ended || (error as Error).cause instanceof Ended)) throw error;
      isEnded = true;
    }
    look(folder);
    if (!isEnded) return steps();
  }
}

describe("staging", () => {
  it("gives what is newer, whole", () => {
    const folder = join(temporaryFolder(), "releases");
    const releases = open(folder);
    expect(releases.candidate).toBeNull();
    expect(releases.stage(releaseOf("1.1.0"))).toBe("1.1.0");
    expect([releases.candidate, open(folder).candidate]).toEqual(["1.1.0", "1.1.0"]);
    for (const { name, bytes } of SMALL) expect(readFileSync(join(folder, "1.1.0", name)).equals(bytes)).toBe(true);
  });

  it("refuses what is not newer, what failed here, another journal's, and another's", () => {
    const releases = open(join(temporaryFolder(), "releases"));
    for (const old of ["1.0.0", "0.9.9"]) expect(() => releases.stage(releaseOf(old))).toThrow(coded("update.older"));
    releases.stage(releaseOf("1.2.0"));
    releases.refuse("1.2.0", "update.badContent");
    for (const old of ["1.1.0", "1.2.0"]) expect(() => releases.stage(releaseOf(old))).toThrow(coded("update.older"));
    expect(() => releases.stage(releaseOf("1.3.0", SMALL, 3))).toThrow(coded("update.otherJournal"));
    const forged = encodeRelease({ version: "1.3.0", issuedMs: 0, target: "module", journalFormat: 2 }, SMALL, {
      ...releaseSigner(),
      keyId: "nobody",
    });
    expect(() => releases.stage(forged)).toThrow(coded("update.unknownKey"));
    expect(releases.candidate).toBeNull();
  });

  it("puts what is staged last in the place of what was staged before, and keeps three at most", () => {
    const folder = join(temporaryFolder(), "releases");
    const releases = open(folder);
    releases.stage(releaseOf("1.9.0"));
    releases.switchTo("1.9.0", []);
    releases.confirm();
    for (const version of ["2.3.0", "2.2.0", "2.1.0"]) releases.stage(releaseOf(version));
    expect(releases.candidate).toBe("2.1.0");
    releases.switchTo("2.1.0", []);
    releases.stage(releaseOf("2.5.0"));
    expect(readdirSync(folder).sort()).toEqual(["1.9.0", "2.1.0", "2.5.0", "pointer.json"]);
    releases.confirm();
    releases.tidy();
    expect(readdirSync(folder).sort()).toEqual(["2.1.0", "2.5.0", "pointer.json"]);
  });

  it("ended anywhere leaves the release whole or not there, and can be done again", () => {
    const steps = endedAnywhere(
      () => undefined,
      (folder, disk) => void open(folder, disk).stage(releaseOf("1.1.0")),
      (folder) => {
        const after = open(folder);
        if (after.candidate !== null) after.switchTo(after.candidate, []);
        else {
          after.tidy();
          expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
          expect(after.stage(releaseOf("1.1.0"))).toBe("1.1.0");
          expect(after.candidate).toBe("1.1.0");
        }
      },
    );
    expect(steps).toBeGreaterThan(7);
  });

  it("ended anywhere while it takes another's place, leaves one of them or none", () => {
    endedAnywhere(
      (folder) => void open(folder).stage(releaseOf("1.1.0")),
      (folder, disk) => void open(folder, disk).stage(releaseOf("1.2.0")),
      (folder) => {
        const after = open(folder);
        expect(["1.1.0", "1.2.0"]).toContain(after.candidate);
        after.switchTo(after.candidate ?? "", []);
      },
    );
  });
});

describe("switching", () => {
  it("has the next start be the new release's, and remembers who answered", () => {
    const folder = join(temporaryFolder(), "releases");
    const releases = open(folder);
    releases.stage(releaseOf("1.1.0"));
    releases.switchTo("1.1.0", ["A"]);
    const trial = { at: "onProbation", running: "1.1.0", previous: null, attempts: 0, answered: ["A"], failed: null };
    expect(readPointer(folder)).toEqual(trial);
  });

  it.each<[string, (path: string) => void, string]>([
    ["a bit of its program has changed", (path) => flip(join(path, RELEASE_ENTRY.module)), "update.badContent"],
    ["a bit of its header has changed", (path) => flip(join(path, "release.json")), "update.badShape"],
    ["its header is gone", (path) => REAL_RELEASE_DISK.remove(join(path, "release.json")), "update.storage"],
    ["it lies in another's place", (path) => REAL_RELEASE_DISK.rename(path, path.replace("1.1.0", "1.2.0")), "update.badContent"],
  ])("does not happen when %s", (_, harm, code) => {
    const folder = join(temporaryFolder(), "releases");
    const releases = open(folder);
    releases.stage(releaseOf("1.1.0"));
    harm(join(folder, "1.1.0"));
    const { candidate } = releases;
    expect(() => releases.switchTo(candidate ?? "", [])).toThrow(coded(code));
    expect(readPointer(folder)).toEqual({ at: "confirmed", running: null, failed: null });
    releases.refuse(candidate ?? "", "update.badContent");
    expect([releases.candidate, open(folder).candidate]).toEqual([null, null]);
  });

  it("ended anywhere starts the old release or the new one, and so do three starts and a confirmation", () => {
    const staged = (folder: string) => void open(folder).stage(releaseOf("1.1.0"));
    endedAnywhere(
      staged,
      (folder, disk) => {
        open(folder, disk).switchTo("1.1.0", ["A"]);
        for (const _ of [1, 2, 3]) writePointer(disk, folder, launched(readPointer(folder), OWN));
        const releases = open(folder, disk);
        releases.confirm();
        releases.tidy();
      },
      (folder) => {
        const pointer = readPointer(folder);
        expect([null, "1.1.0"]).toContain(pointer.running);
        if (pointer.running !== null) expect(existsSync(join(folder, pointer.running, RELEASE_ENTRY.module))).toBe(true);
        const again = open(folder);
        if (pointer.running === null) expect(again.candidate).toBe("1.1.0");
        again.tidy();
        expect(existsSync(join(folder, "1.1.0", RELEASE_ENTRY.module))).toBe(true);
      },
    );
  });
});

function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes[3] = (bytes[3] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

it("a pointer that somebody wrote over points at the installed program", () => {
  const folder = join(temporaryFolder(), "releases");
  REAL_RELEASE_DISK.makeFolder(folder);
  writeFileSync(join(folder, "pointer.json"), '{"at":"confirmed","running":"../../etc"');
  expect(open(folder).pointer).toEqual({ at: "confirmed", running: null, failed: null });
});
