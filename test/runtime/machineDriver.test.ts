import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startClock } from "#agent/core/clock/interval.ts";
import type { Journal, JournalCommit } from "#agent/ports.ts";
import { MachineDriver } from "#agent/runtime/machineDriver.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { eventName } from "#protocol/events/dictionary.ts";
import { sqliteStore } from "#test/journal/sqliteStore.ts";
import { HANDLE, passFacts, SETUP, START_UTC_MS, scanOf } from "#test/machine/fixtures.ts";
import { FarLink } from "#test/runtime/farLink.ts";
import { UNJOINED } from "#test/runtime/unjoined.ts";

type Store = ReturnType<typeof sqliteStore>;

const NOTE = {
  name: "fileRefused",
  session: null,
  agoMs: 0,
  payload: { file: "base", code: "list.badTransfer", detail: "x".repeat(250) },
} as const;
let store: Store;
let journal: Journal;
let link: FarLink;
let nowMs = 0;

beforeEach(() => {
  store = sqliteStore();
  journal = store.open({ initialEpoch: 100 });
  link = new FarLink();
  nowMs = 0;
});
afterEach(() => {
  journal.close();
  store.destroy();
});

/** A journal whose disk is full while `full` says so: the real one otherwise. */
function onFullDisk(real: Journal, isFull: (commit: JournalCommit) => CodedError | null): Journal {
  return Object.assign(Object.create(real), {
    commit: (commit: JournalCommit) => {
      const failure = isFull(commit);
      if (failure) throw failure;
      real.commit(commit);
    },
    stream: real.stream.bind(real),
    checkpoint: real.checkpoint.bind(real),
    sizeState: () => real.sizeState(),
  });
}

function driverOn(used: Journal, warnings: string[] = [], committed: () => void = () => undefined): MachineDriver {
  const clock = { monoMs: () => nowMs };
  const time = startClock(START_UTC_MS, 0);
  const log = { info: () => undefined, warn: (_: object, message: string) => void warnings.push(message) };
  const ports = {
    setup: SETUP,
    link,
    journal: used,
    clock,
    time: () => time,
    log,
    ...UNJOINED,
    committed,
  };
  return new MachineDriver(ports, "1.2.3");
}

/** One tick, and everything that follows from it without time passing. */
async function tick(driver: MachineDriver, count = 1): Promise<void> {
  for (let done = 0; done < count; done++) {
    nowMs += 1_000;
    driver.dispatch({ type: "tick" });
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  }
}

function names(used: Journal, lane: "legal" | "telemetry" = "legal"): (string | undefined)[] {
  return used.read({ device: SETUP.device, lane }, 0, 1_000).rows.map(({ kind }) => eventName(kind));
}

const { type: _, journalFull: __, ...SCAN } = scanOf();
const GRANTED = { pass: passFacts({ credential: null, way: "grant" }), grant: { counter: 1, categories: 1 } };

describe("the driver of a machine", () => {
  it("starts, scans and closes; every event is in the journal before the order goes out", async () => {
    const driver = driverOn(journal);
    await tick(driver, 2);
    const before = link.orders.length;
    const scanning = driver.scan(SCAN);
    const sent = link.orders.slice(before);
    expect(names(journal).slice(-2)).toEqual(["scanAllowed", "sessionStarted"]);
    expect(sent).toMatchObject([{ order: { mode: "closed", session: SCAN.sessionId }, priority: "urgent" }]);
    expect(await scanning).toMatchObject({ session: SCAN.sessionId, decision: { allow: true } });
    await tick(driver, 2);
    expect(names(journal)).toEqual(["agentStarted", "chipAdopted", "scanAllowed", "sessionStarted", "contactorClosed"]);
    expect(driver.state.interlock).toMatchObject({ at: "energised", session: { handle: HANDLE } });
  });

  it("confirms with an order what its own step made durable, and never more", async () => {
    const driver = driverOn(journal);
    await tick(driver, 2);
    void driver.scan(SCAN);
    await tick(driver);
    link.far.welding = true;
    let durableBelow = 0;
    for (let second = 0; second < 40; second++) {
      await tick(driver);
      const kept = journal.checkpoint(SETUP.device) as { machine: { nextSeq: number } };
      durableBelow = kept.machine.nextSeq;
      expect(link.orders.at(-1)?.order.confirmedBelow ?? 0).toBeLessThanOrEqual(durableBelow);
    }
    expect(link.far.confirmedBelow).toBeGreaterThan(0);
  });

  it("takes its inputs in the order in which they came, those that a step causes after it", async () => {
    const driver = driverOn(journal);
    await tick(driver, 2);
    const answers = ["a", "b", "c"].map((id, index) => driver.scan({ ...SCAN, id, sessionId: 50 + index }));
    driver.dispatch({ type: "lock" });
    expect((await Promise.all(answers)).map(({ session }) => session)).toEqual([50, 50, 50]);
    expect(names(journal).filter((name) => name?.startsWith("s"))).toEqual([
      "scanAllowed",
      "sessionStarted",
      "scanAllowed",
      "scanAllowed",
      "sessionEnded",
    ]);
    await tick(driver, 2);
    expect(driver.state.interlock.at).toBe("locked");
  });

  it("does not close again what opened while the disk was full, and closes it when there is room: it is the same session", async () => {
    let full = false;
    const driver = driverOn(onFullDisk(journal, () => (full ? new CodedError("journal.full") : null)));
    await tick(driver, 2);
    await driver.scan(SCAN);
    await tick(driver, 2);
    full = true;
    link.far.open("leaseLapsed");
    const before = link.orders.length;
    await tick(driver, 20);
    expect([driver.state.interlock.at, link.far.status.mirrorClosed]).toEqual(["outage", false]);
    expect(link.orders.slice(before).filter(({ order }) => order.mode === "closed")).toEqual([]);
    full = false;
    await tick(driver, 4);
    expect(driver.state.interlock).toMatchObject({ at: "energised", session: { id: SCAN.sessionId } });
    expect(names(journal).filter((name) => name?.startsWith("session"))).toEqual(["sessionStarted"]);
  });

  it("goes on from its checkpoint in another process: the session, the windows, nothing twice", async () => {
    const first = driverOn(journal);
    await tick(first, 2);
    await first.scan(SCAN);
    await tick(first);
    link.far.welding = true;
    await tick(first, 15);
    journal.close();
    journal = store.open({ initialEpoch: 100 });
    const second = driverOn(journal);
    await tick(second, 15);
    link.far.welding = false;
    for (let passed = 0; passed < 20; passed++) link.far.pass();
    await tick(second, 5);
    expect(names(journal).filter((name) => name === "agentStarted" || name === "sessionStarted" || name === "arc")).toEqual([
      "agentStarted",
      "sessionStarted",
      "agentStarted",
      "arc",
    ]);
    const arc = journal.read({ device: SETUP.device, lane: "legal" }, 0, 1_000).rows.find(({ kind }) => eventName(kind) === "arc");
    expect(JSON.parse(arc?.payloadText ?? "{}")).toMatchObject({ arcMs: link.far.arcMs });
  });

  it("takes what a step causes after that step, and no more than a machine can have", async () => {
    const caused = { count: 0 };
    const driver = driverOn(journal, [], () => {
      for (; caused.count > 0; caused.count--) driver.note(NOTE);
    });
    await tick(driver, 2);
    caused.count = 3;
    driver.note({ ...NOTE, name: "fileRefused", payload: { file: "base", code: "list.rollback", detail: "first" } });
    expect(names(journal).filter((name) => name === "fileRefused")).toHaveLength(4);
    caused.count = 1_000;
    expect(() => driver.note(NOTE)).toThrow(CodedError);
  });
});

describe("a full disk", () => {
  it("refuses the scan with licence.journalFull; the machine stays locked, and nothing is ordered closed", async () => {
    const isFull = { now: false };
    const driver = driverOn(onFullDisk(journal, () => (isFull.now ? new CodedError("journal.full") : null)));
    await tick(driver, 2);
    isFull.now = true;
    const answer = await driver.scan(SCAN);
    expect(answer).toMatchObject({ session: null, decision: { allow: false, code: "licence.journalFull" } });
    await tick(driver, 3);
    expect([driver.state.interlock.at, link.far.status.mirrorClosed]).toEqual(["locked", false]);
    expect(link.orders.filter(({ order }) => order.mode !== "open")).toEqual([]);
    isFull.now = false;
    await tick(driver);
    expect(await driver.scan({ ...SCAN, id: "later" })).toMatchObject({ decision: { allow: true } });
  });

  it("keeps the running session's lease; its events wait, and are committed in order when there is room", async () => {
    const isFull = { now: false };
    const warnings: string[] = [];
    const driver = driverOn(
      onFullDisk(journal, () => (isFull.now ? new CodedError("journal.full") : null)),
      warnings,
    );
    await tick(driver, 2);
    await driver.scan(SCAN);
    await tick(driver, 2);
    isFull.now = true;
    driver.note(NOTE);
    await tick(driver, 3);
    expect(link.orders.at(-1)?.order).toMatchObject({ mode: "stayClosed", leaseMs: 8_000 });
    driver.dispatch({ type: "lock" });
    await tick(driver, 40);
    // Opening waits for nothing.
    expect([driver.state.interlock.at, link.far.status.mirrorClosed]).toEqual(["locked", false]);
    expect(names(journal)).not.toContain("sessionEnded");
    expect(warnings).toContain("commit failed; the events wait");
    isFull.now = false;
    await tick(driver, 2);
    expect(names(journal).slice(-3)).toEqual(["fileRefused", "contactorOpened", "sessionEnded"]);
  });

  it("never closes on a decision that is not on record: the start button waits for room", async () => {
    const isFull = { now: false };
    const driver = driverOn(onFullDisk(journal, () => (isFull.now ? new CodedError("journal.full") : null)));
    await tick(driver, 2);
    await driver.scan({ ...SCAN, ...GRANTED });
    isFull.now = true;
    link.far.status = { ...link.far.status, startPresses: 1 };
    await tick(driver, 20);
    expect(link.far.status.mirrorClosed).toBe(false);
    expect(link.orders.map(({ order }) => order.mode)).not.toContain("closed");
    isFull.now = false;
    await tick(driver, 2);
    expect(names(journal).filter((name) => name?.startsWith("session"))).toEqual(["sessionStarted"]);
    expect([driver.state.interlock.at, link.far.status.mirrorClosed]).toEqual(["energised", true]);
  });

  it("lets legal events in where telemetry must wait, and refuses new starts", async () => {
    const isFull = { now: false };
    const used = onFullDisk(journal, ({ events }) =>
      isFull.now && events.some(({ lane }) => lane === "telemetry") ? new CodedError("journal.telemetryFull") : null,
    );
    used.sizeState = () => (isFull.now ? "full" : "ok");
    const driver = driverOn(used);
    await tick(driver, 2);
    await driver.scan(SCAN);
    await tick(driver, 2);
    link.far.welding = true;
    isFull.now = true;
    for (let second = 0; second < 15; second++) {
      for (let window = 0; window < 9; window++) link.far.pass();
      await tick(driver);
    }
    link.far.welding = false;
    for (let window = 0; window < 40; window++) link.far.pass();
    await tick(driver, 2);
    expect(names(journal)).toContain("arc");
    expect(names(journal, "telemetry")).toEqual([]);
    driver.dispatch({ type: "lock" });
    await tick(driver, 40);
    expect(names(journal)).toContain("sessionEnded");
    expect(await driver.scan({ ...SCAN, id: "new" })).toMatchObject({ decision: { allow: false, code: "licence.journalFull" } });
    expect(names(journal)).toContain("scanDenied");
    isFull.now = false;
    for (let window = 0; window < 200; window++) link.far.pass();
    void driver.scan({ ...SCAN, id: "after", sessionId: 99 });
    await tick(driver, 30);
    expect(names(journal, "telemetry")).toContain("windows");
  });

  it("is met in earnest by a journal of a few hundred kilobytes", async () => {
    journal.close();
    store.destroy();
    store = sqliteStore();
    journal = store.open({ initialEpoch: 100, maxBytes: 400_000 });
    const driver = driverOn(journal);
    await tick(driver, 2);
    for (let count = 0; count < 3_000 && journal.sizeState() !== "full"; count++) driver.note(NOTE);
    expect(journal.sizeState()).toBe("full");
    expect(await driver.scan(SCAN)).toMatchObject({ decision: { allow: false, code: "licence.journalFull" } });
    await tick(driver, 2);
    expect([driver.state.interlock.at, link.far.status.mirrorClosed]).toEqual(["locked", false]);
    expect(names(journal).length).toBeGreaterThan(100);
  });
});
