/** A disk whose flush fails: the real journal in a child, under strace, which has the n-th flush return EIO. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { allRows, chainBreak, LEGAL } from "#test/journal/fixtures.ts";
import { sqliteStore } from "#test/journal/sqliteStore.ts";

const WRITER = fileURLToPath(new URL("./stubbornCommitter.ts", import.meta.url));
const COMMITS = 40;
const isThere = existsSync("/usr/bin/strace");

let store: ReturnType<typeof sqliteStore>;
beforeEach(() => {
  store = sqliteStore();
});
afterEach(() => store.destroy());

/** What the child said: of each commit whether it threw, and whether the journal gave up. */
function underStrace(injection: string): { failed: number; gaveUp: boolean; said: string } {
  const command = ["-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync,fsync", "-e", injection, process.execPath];
  const program = ["--import", import.meta.resolve("tsx"), WRITER, store.path, String(COMMITS)];
  const { stdout, stderr } = spawnSync("strace", [...command, ...program], { encoding: "utf8" });
  const lines = stdout.trim().split("\n");
  const said = `${stdout}\n${stderr}`;
  return { failed: lines.filter((line) => line.startsWith("failed")).length, gaveUp: lines.includes("gave up"), said };
}

describe("a disk that fails to flush", () => {
  if (!isThere) console.error("failed flushes are NOT tested here: strace is missing");

  it.runIf(isThere).each([15, 23, 37])("costs nothing and tells nothing twice when flush %i fails once", (nth) => {
    const { gaveUp, said } = underStrace(`inject=fdatasync,fsync:error=EIO:when=${nth}`);
    expect(gaveUp, said).toBe(false);
    const journal = store.open({ initialEpoch: 1 });
    const rows = allRows(journal, LEGAL);
    expect(chainBreak(LEGAL, 1, rows)).toBeNull();
    journal.close();
    // Each commit is made until it is done, as the machines' driver does, and each says something else.
    expect(rows.map(({ payloadText }) => JSON.parse(payloadText ?? "").startMs / 1000)).toEqual(
      Array.from({ length: COMMITS }, (_, index) => index),
    );
  });

  it.runIf(isThere)("ends the journal's work when it goes on failing, and keeps what was told as done", () => {
    const { gaveUp, said } = underStrace("inject=fdatasync,fsync:error=EIO:when=12+");
    expect(gaveUp, said).toBe(true);
    const done = said.split("\n").filter((line) => line.startsWith("done")).length;
    const journal = store.open({ initialEpoch: 1 });
    expect(journal.stream(LEGAL).lastSeq).toBeGreaterThanOrEqual(done);
    expect(chainBreak(LEGAL, 1, allRows(journal, LEGAL))).toBeNull();
    journal.close();
  });
});
