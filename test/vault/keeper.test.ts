/** The keeper over a real journal: what the chip mirrored is compared before anything is mirrored over it. */
import { afterEach, beforeEach, expect, it } from "vitest";
import type { JournalHead, LinkVault } from "#agent/core/link.ts";
import type { EventDraft, MachineState } from "#agent/core/machine/state.ts";
import { initialMachine } from "#agent/core/machine/step.ts";
import { Timekeeper } from "#agent/runtime/timekeeper.ts";
import { VaultKeeper } from "#agent/runtime/vaultKeeper.ts";
import type { SqliteJournal } from "#agent/shell/store/journal.ts";
import { events, LEGAL, MACHINE } from "#test/journal/fixtures.ts";
import { sqliteStore } from "#test/journal/sqliteStore.ts";
import { START_UTC_MS } from "#test/machine/fixtures.ts";

const FLOORS = { list: 0, overlay: 0, keyset: 0, policy: 0 };
let stores: ReturnType<typeof sqliteStore>[];
let keepers: VaultKeeper[];

beforeEach(() => {
  stores = [];
  keepers = [];
});
afterEach(() => {
  for (const keeper of keepers) keeper.close();
  for (const store of stores) store.destroy();
});

/** A journal of `count` arcs from `from` on, always of chain 7. */
function journalOf(count: number, from = 0): SqliteJournal {
  const store = sqliteStore();
  stores.push(store);
  const journal = store.open({ initialEpoch: 7 });
  journal.commit({ events: events(count, from), checkpoints: [] });
  return journal;
}

/** What is told when a process with this journal meets the chips of these identities, and what it mirrors. */
async function meeting(journal: SqliteJournal, mirrored: JournalHead, uids: readonly string[]) {
  const told: EventDraft[] = [];
  const raised: JournalHead[] = [];
  let head = mirrored;
  const vault = (): LinkVault => ({
    ...{ floors: FLOORS, timeFloorS: 0, journal: head, challenge: "c0".repeat(8) },
    budget: { poweredHours: 336, boots: 120, starts: 200 },
  });
  const clock = { monoMs: () => 1_000 };
  const keeper = new VaultKeeper({
    driver: { device: MACHINE, dispatch: () => undefined, note: (draft) => void told.push(draft) },
    link: {
      read: () => Promise.resolve(vault()),
      raise: (_floors, newer) => {
        raised.push(newer);
        head = newer;
        return Promise.resolve(vault());
      },
      carry: () => Promise.resolve(vault()),
    },
    ...{ journal, clock, after: () => () => undefined, time: new Timekeeper(START_UTC_MS, clock, journal), floors: () => FLOORS },
    ...{ floorsSeen: () => undefined, ask: () => Promise.resolve(), random: () => 0 },
    log: { info: () => undefined, warn: (_fields, text) => expect.unreachable(text) },
  });
  keepers.push(keeper);
  let lost = initialMachine();
  for (const uid of uids) {
    const chip = { uid, bootId: uid, windowMs: 100, sensorRangeAmps: 500 };
    const met: MachineState = { ...lost, chip, link: { at: "up", busy: false, misses: 0 } };
    keeper.stepped(lost, met);
    await turns();
    keeper.renew();
    await turns();
    lost = { ...met, link: { at: "down", code: null } };
    keeper.stepped(met, lost);
  }
  journal.close();
  return { told: told.map(({ payload }) => payload), raised };
}

/** What the fake chip has promised is there. */
async function turns(): Promise<void> {
  for (let count = 0; count < 8; count++) await Promise.resolve();
}

const headOf = (journal: SqliteJournal): JournalHead => {
  const { lastSeq, head } = journal.stream(LEGAL);
  return { chain: journal.chain, seq: lastSeq, hash: head };
};

it("says nothing of the journal that was mirrored, and that has gone on since", async () => {
  const journal = journalOf(20);
  const mirrored = headOf(journal);
  journal.commit({ events: events(5, 20), checkpoints: [] });
  const head = headOf(journal);
  expect(await meeting(journal, mirrored, ["chip"])).toEqual({ told: [], raised: [head] });
});

it("tells once of a journal that was cut, or written anew with every hash made again", async () => {
  const whole = journalOf(20);
  const mirrored = headOf(whole);
  whole.close();
  const lost = { part: "mirror", lane: "legal", toSeq: 20, next: mirrored.hash };
  expect((await meeting(journalOf(15), mirrored, ["chip", "chip"])).told).toEqual([expect.objectContaining({ ...lost, fromSeq: 16 })]);
  const rewritten = await meeting(journalOf(30, 1), mirrored, ["chip", "chip"]);
  expect(rewritten.told).toEqual([expect.objectContaining({ ...lost, fromSeq: 20 })]);
});

it("does not compare with what another chip mirrored elsewhere", async () => {
  const journal = journalOf(20);
  const elsewhere = { chain: 7, seq: 99, hash: "e".repeat(64) };
  expect((await meeting(journal, headOf(journal), ["chip", "spare"])).told).toEqual([]);
  expect((await meeting(journalOf(20), elsewhere, ["chip"])).told).toHaveLength(1);
});
