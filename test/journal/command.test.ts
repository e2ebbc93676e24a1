import Database from "better-sqlite3";
import { afterEach, expect, it, vi } from "vitest";
import { runCli } from "#agent/cli.ts";
import { events, MACHINE } from "#test/journal/fixtures.ts";
import { sqliteStore } from "#test/journal/sqliteStore.ts";

afterEach(() => vi.restoreAllMocks());

it("`arcgate verify --journal` names the place in both languages, and says with its exit code whether all holds", async () => {
  const store = sqliteStore();
  const journal = store.open({ initialEpoch: 1 });
  journal.commit({ events: events(9), checkpoints: [] });
  journal.close();
  const said = vi.spyOn(console, "log").mockReturnValue();
  expect(await runCli(["verify", "--journal", store.path])).toBe(0);
  const database = new Database(store.path);
  database.exec("UPDATE event SET session = 8 WHERE key = 4");
  database.close();
  expect(await runCli(["verify", "--journal", store.path])).toBe(1);
  expect(await runCli(["verify", "--journal", store.path, "--json"])).toBe(1);
  const text = said.mock.calls.flat().join("\n");
  expect(text).toContain("日志完好 the journal holds");
  expect(text).toContain(`event ${MACHINE} legal 4:`);
  expect(text).toMatch(/日志文件已损坏/);
  store.destroy();
});
