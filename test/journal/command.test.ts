import Database from "better-sqlite3";
import { afterEach, expect, it, vi } from "vitest";
import { runCli } from "#agent/cli.ts";
import { events, LEGAL, MACHINE, OTHER_MACHINE } from "#test/journal/fixtures.ts";
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

it("`--anchor` compares with heads that somebody else vouches for: a journal cut, or written anew with every hash made again, shows", async () => {
  const head = (from: number, count: number) => {
    const store = sqliteStore();
    const journal = store.open({ initialEpoch: 1 });
    journal.commit({ events: events(count, from), checkpoints: [] });
    const at = journal.stream(LEGAL).head;
    journal.close();
    return { store, at };
  };
  const [whole, cut, anew] = [head(0, 9), head(0, 6), head(3, 12)];
  const said = vi.spyOn(console, "log").mockReturnValue();
  vi.spyOn(console, "error").mockReturnValue();
  const verify = (path: string, ...anchors: string[]) =>
    runCli(["verify", "--journal", path, ...anchors.flatMap((anchor) => ["--anchor", anchor])]);
  const anchor = `9:${whole.at}`;
  expect(await verify(whole.store.path, anchor, `${anchor}@${MACHINE}`, `6:${cut.at}`)).toBe(0);
  expect([await verify(cut.store.path), await verify(anew.store.path)]).toEqual([0, 0]);
  expect(await verify(cut.store.path, anchor)).toBe(1);
  expect(said.mock.calls.flat().join("\n")).toContain(`event ${MACHINE} legal 7: less than was mirrored`);
  expect(await verify(anew.store.path, anchor)).toBe(1);
  expect(said.mock.calls.flat().join("\n")).toContain(`event ${MACHINE} legal 9: not what was mirrored`);
  expect(await verify(whole.store.path, `${anchor}@${OTHER_MACHINE}`)).toBe(1);
  expect(await verify(whole.store.path, "9")).toBe(2);
  for (const { store } of [whole, cut, anew]) store.destroy();
});
