/** One event that can never be written costs itself, and no other; and the record says so. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startClock } from "#agent/core/clock/interval.ts";
import type { EventDraft } from "#agent/core/machine/state.ts";
import type { Journal } from "#agent/ports.ts";
import { MachineDriver, type MachineDriverPorts } from "#agent/runtime/machineDriver.ts";
import { roughText } from "#agent/runtime/roughText.ts";
import { sha256Hex } from "#protocol/crypto.ts";
import { canonicalJson } from "#protocol/events/canonical.ts";
import { eventName } from "#protocol/events/dictionary.ts";
import { PAYLOADS } from "#protocol/events/payloads.ts";
import { sqliteStore } from "#test/journal/sqliteStore.ts";
import { SETUP, START_UTC_MS, scanOf } from "#test/machine/fixtures.ts";
import { FarLink } from "#test/runtime/farLink.ts";
import { UNJOINED } from "#test/runtime/unjoined.ts";
import { ModelDisk } from "#test/simulation/disk.ts";
import { openModelJournal } from "#test/simulation/modelJournal.ts";

const NOTE = {
  name: "fileRefused",
  session: null,
  agoMs: 0,
  payload: { file: "base", code: "list.badTransfer", detail: "sound" },
} as const;
const { type: _, journalFull: __, ...SCAN } = scanOf();
/** JSON's parser and our own types agree on what an event is; a fault in the program does not ask either. */
const bad = (fault: object): EventDraft => ({ ...NOTE, ...fault }) as unknown as EventDraft;
const BUDGET = { poweredHours: 300, boots: 100, starts: 200 };
const circular: { detail: string; self?: unknown } = { detail: "round" };
circular.self = circular;

const kinds = [
  ["SQLite", sqliteStore],
  ["the model disk", modelStore],
] as const;

function modelStore() {
  const disk = new ModelDisk();
  return { open: (options: { initialEpoch: number }) => openModelJournal(disk, options), destroy: () => undefined };
}

describe.each(kinds)("an event that can never be written, on %s", (_kind, makeStore) => {
  let store: { open(options: { initialEpoch: number }): Journal; destroy(): void };
  let journal: Journal;
  let nowMs = 0;
  let link: FarLink;

  beforeEach(() => {
    store = makeStore();
    journal = store.open({ initialEpoch: 100 });
    link = new FarLink();
    nowMs = 0;
  });
  afterEach(() => {
    journal.close();
    store.destroy();
  });

  function driverOn(more: Partial<MachineDriverPorts> = {}): MachineDriver {
    const time = startClock(START_UTC_MS, 0);
    const log = { info: () => undefined, warn: () => undefined };
    const ports = { setup: SETUP, link, journal, clock: { monoMs: () => nowMs }, time: () => time, log, ...UNJOINED, ...more };
    return new MachineDriver(ports, "1.2.3");
  }

  async function tick(driver: MachineDriver, count = 1): Promise<void> {
    for (let done = 0; done < count; done++) {
      nowMs += 1_000;
      driver.dispatch({ type: "tick" });
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    }
  }

  function told(): { name: string | undefined; session: number | null; payload: Record<string, unknown> }[] {
    const { rows } = journal.read({ device: SETUP.device, lane: "legal" }, 0, 5_000);
    return rows.map(({ kind, session, payloadText }) => ({ name: eventName(kind), session, payload: JSON.parse(payloadText ?? "{}") }));
  }

  const setAside = () => told().filter(({ name }) => name === "recordSetAside");

  it.each([
    ["a payload too long", { payload: { text: "x".repeat(70_000) } }, /70011 characters/],
    ["not a number", { payload: { amps: Number.NaN } }, /NaN/],
    ["circular", { payload: circular }, /deeply/],
    ["a big integer", { payload: { count: 1n } }, /bigint/],
    ["no session", { session: -1 }, /session/],
    ["a broken age", { agoMs: Number.NaN }, /time/],
  ])("%s: is told in its place, and the rest is on record", async (_name, fault, reason) => {
    const driver = driverOn();
    await tick(driver, 2);
    driver.note(bad(fault));
    driver.note(NOTE);
    await tick(driver, 2);
    expect(told().map(({ name }) => name)).toEqual(["agentStarted", "chipAdopted", "recordSetAside", "fileRefused"]);
    const digest = sha256Hex(roughText({ ...NOTE, ...fault }.payload));
    expect(setAside()).toEqual([
      {
        name: "recordSetAside",
        session: null,
        payload: { event: "fileRefused", reason: expect.stringMatching(reason), digest, others: 0 },
      },
    ]);
    expect(PAYLOADS.recordSetAside.safeParse(setAside()[0]?.payload).success).toBe(true);
    expect(driver.state.drafts).toEqual([]);
  });

  it("in a checkpoint: the next process sets it aside and starts", async () => {
    const first = driverOn();
    await tick(first, 2);
    const kept = journal.checkpoint(SETUP.device) as { machine: { drafts: unknown[] } };
    kept.machine.drafts = [bad({ payload: { text: "x".repeat(70_000) } }), bad({ name: "n".repeat(200) }), NOTE];
    journal.commit({ events: [], checkpoints: [{ device: SETUP.device, state: kept }] });
    const second = driverOn();
    await tick(second, 2);
    expect(told().map(({ name }) => name)).toEqual([
      ...["agentStarted", "chipAdopted", "recordSetAside", "recordSetAside", "fileRefused", "agentStarted"],
    ]);
    expect(setAside()[1]?.payload).toMatchObject({ event: "n".repeat(64), reason: "an event of another version" });
  });

  it("comes to an end where nothing can be written at all, the word of it neither", async () => {
    const warnings: string[] = [];
    const log = { info: () => undefined, warn: (_fields: object, message: string) => void warnings.push(message) };
    const driver = driverOn({ log, setup: { ...SETUP, device: "no code" } });
    await tick(driver, 3);
    expect(driver.state.drafts).toEqual([]);
    expect(warnings.filter((message) => message.startsWith("set aside"))).toHaveLength(2);
  });

  it("that comes again and again is told 30 times and then once in ten seconds, with how many more", async () => {
    const driver = driverOn();
    await tick(driver, 2);
    for (let count = 0; count < 100; count++) driver.note(bad({ payload: { amps: Number.NaN } }));
    expect(setAside()).toHaveLength(30);
    await tick(driver, 10);
    driver.note(bad({ payload: { amps: Number.NaN } }));
    expect(setAside()).toHaveLength(31);
    expect(setAside().at(-1)?.payload).toMatchObject({ others: 70 });
  });

  it("that is the decision itself starts nothing; another scan does", async () => {
    let isBroken = true;
    const seal = (_device: string, draft: EventDraft): EventDraft => {
      if (isBroken && draft.name === "scanAllowed") throw new RangeError("no signature");
      return draft;
    };
    const driver = driverOn({ seal });
    await tick(driver, 2);
    expect(await driver.scan(SCAN)).toMatchObject({ session: null, decision: { allow: false } });
    await tick(driver, 2);
    expect([driver.state.interlock.at, link.orders.some(({ order }) => order.mode !== "open")]).toEqual(["locked", false]);
    expect(setAside()).toMatchObject([{ payload: { event: "scanAllowed", reason: "RangeError: no signature" } }]);
    isBroken = false;
    expect(await driver.scan({ ...SCAN, id: "again" })).toMatchObject({ session: SCAN.sessionId });
  });

  it("does not keep a sound scan out that only meets it", async () => {
    const driver = driverOn();
    await tick(driver, 2);
    driver.note(bad({ name: "platformLost", payload: { reason: 1n } }));
    expect(await driver.scan(SCAN)).toMatchObject({ session: SCAN.sessionId });
    expect(told().map(({ name }) => name)).toContain("recordSetAside");
  });

  it("a state that is no JSON: events are recorded without it, nothing is confirmed to the chip, and it is said once", async () => {
    const driver = driverOn();
    await tick(driver, 2);
    const sound = driver.state.durableBelow;
    driver.dispatch({ type: "vault", budget: BUDGET, policyFloor: Number.NaN });
    driver.note(NOTE);
    driver.note(NOTE);
    await tick(driver, 30);
    expect(told().map(({ name }) => name)).toEqual(["agentStarted", "chipAdopted", "fileRefused", "recordSetAside", "fileRefused"]);
    expect(setAside()).toMatchObject([{ payload: { event: "checkpoint", reason: expect.stringContaining("policyFloor: NaN") } }]);
    expect(driver.state.durableBelow).toBe(sound);
    driver.dispatch({ type: "vault", budget: BUDGET, policyFloor: 0 });
    driver.note(NOTE);
    expect(driver.state.durableBelow).toBeGreaterThan(sound);
  });
});

it("what could not be written has a digest: of plain JSON that of its canonical text, of anything else a bounded one", () => {
  const plain = { b: [1, null, "ä\n"], a: { z: true, c: -0 }, gone: undefined };
  expect(roughText(plain)).toBe(canonicalJson(plain));
  const wide: unknown[] = [];
  for (let index = 0; index < 8; index++) wide.push(wide);
  expect(roughText(wide).length).toBeLessThanOrEqual(1024 * 1024);
  expect(roughText({ at: Number.NaN, n: 1n })).toBe('{"at":NaN,"n":1}');
});
