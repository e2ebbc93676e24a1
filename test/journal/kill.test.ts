import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { allRows, chainBreak, LEGAL, MACHINE } from "#test/journal/fixtures.ts";
import { sqliteStore } from "#test/journal/sqliteStore.ts";

const COMMITTER = fileURLToPath(new URL("./committer.ts", import.meta.url));

/** Commits in a child, kills it -9 after `acknowledged` commits were said, and returns the last that was. */
async function commitUntilKilled(path: string, group: number, acknowledged: number): Promise<number> {
  const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), COMMITTER, path, String(group)]);
  const problems: Buffer[] = [];
  child.stderr.on("data", (chunk: Buffer) => problems.push(chunk));
  const closed = new Promise((resolve) => child.once("close", resolve));
  let said = "";
  for await (const chunk of child.stdout) {
    said += String(chunk);
    if (said.split("\n").length > acknowledged) child.kill("SIGKILL");
  }
  await closed;
  const complete = said.slice(0, said.lastIndexOf("\n")).split("\n");
  const last = Number(complete.at(-1));
  if (!Number.isInteger(last) || last === 0) throw new Error(`nothing committed: ${Buffer.concat(problems)}`);
  return last;
}

it("has every acknowledged commit, whole, after each of several kills, in one chain", async () => {
  const store = sqliteStore();
  let acknowledged = 0;
  for (const [group, commits] of [
    [1, 40],
    [7, 25],
    [100, 9],
    [3, 60],
  ] as const) {
    acknowledged = await commitUntilKilled(store.path, group, commits);
    const journal = store.open({ initialEpoch: 100 });
    const { lastSeq } = journal.stream(LEGAL);
    expect(lastSeq).toBeGreaterThanOrEqual(acknowledged);
    expect(journal.checkpoint(MACHINE)).toEqual({ lastSeq });
    const rows = allRows(journal, LEGAL);
    expect(rows).toHaveLength(lastSeq);
    expect(chainBreak(LEGAL, 100, rows)).toBeNull();
    journal.close();
  }
  store.destroy();
});
