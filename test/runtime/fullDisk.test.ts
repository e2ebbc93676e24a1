import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Journal, JournalCommit } from "#agent/ports.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { passFacts } from "#test/machine/fixtures.ts";
import { DriverRig, NOTE, SCAN } from "#test/runtime/driverRig.ts";

let rig: DriverRig;

beforeEach(() => {
  rig = new DriverRig();
});
afterEach(() => rig.destroy());

const GRANTED = { pass: passFacts({ credential: null, way: "grant" }), grant: { counter: 1, categories: 1 } };

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

describe("a full disk", () => {
  it("does not close again what opened while the disk was full, and closes it when there is room: it is the same session", async () => {
    let full = false;
    const driver = rig.driverOn(onFullDisk(rig.journal, () => (full ? new CodedError("journal.full") : null)));
    await rig.tick(driver, 2);
    await driver.scan(SCAN);
    await rig.tick(driver, 2);
    full = true;
    rig.link.far.open("leaseLapsed");
    const before = rig.link.orders.length;
    await rig.tick(driver, 20);
    expect([driver.state.interlock.at, rig.link.far.status.mirrorClosed]).toEqual(["outage", false]);
    expect(rig.link.orders.slice(before).filter(({ order }) => order.mode === "closed")).toEqual([]);
    full = false;
    await rig.tick(driver, 4);
    expect(driver.state.interlock).toMatchObject({ at: "energised", session: { id: SCAN.sessionId } });
    expect(rig.names().filter((name) => name?.startsWith("session"))).toEqual(["sessionStarted"]);
  });

  it("refuses the scan with licence.journalFull; the machine stays locked, and nothing is ordered closed", async () => {
    const isFull = { now: false };
    const driver = rig.driverOn(onFullDisk(rig.journal, () => (isFull.now ? new CodedError("journal.full") : null)));
    await rig.tick(driver, 2);
    isFull.now = true;
    const answer = await driver.scan(SCAN);
    expect(answer).toMatchObject({ session: null, decision: { allow: false, code: "licence.journalFull" } });
    await rig.tick(driver, 3);
    expect([driver.state.interlock.at, rig.link.far.status.mirrorClosed]).toEqual(["locked", false]);
    expect(rig.link.orders.filter(({ order }) => order.mode !== "open")).toEqual([]);
    isFull.now = false;
    await rig.tick(driver);
    expect(await driver.scan({ ...SCAN, id: "later" })).toMatchObject({ decision: { allow: true } });
  });

  it("keeps the running session's lease; its events wait, and are committed in order when there is room", async () => {
    const isFull = { now: false };
    const warnings: string[] = [];
    const driver = rig.driverOn(
      onFullDisk(rig.journal, () => (isFull.now ? new CodedError("journal.full") : null)),
      warnings,
    );
    await rig.tick(driver, 2);
    await driver.scan(SCAN);
    await rig.tick(driver, 2);
    isFull.now = true;
    driver.note(NOTE);
    await rig.tick(driver, 3);
    expect(rig.link.orders.at(-1)?.order).toMatchObject({ mode: "stayClosed", leaseMs: 8_000 });
    driver.dispatch({ type: "lock" });
    await rig.tick(driver, 40);
    // Opening waits for nothing.
    expect([driver.state.interlock.at, rig.link.far.status.mirrorClosed]).toEqual(["locked", false]);
    expect(rig.names()).not.toContain("sessionEnded");
    expect(warnings).toContain("commit failed; the events wait");
    isFull.now = false;
    await rig.tick(driver, 2);
    expect(rig.names().slice(-3)).toEqual(["fileRefused", "contactorOpened", "sessionEnded"]);
  });

  it("never closes on a decision that is not on record: the start button waits for room", async () => {
    const isFull = { now: false };
    const driver = rig.driverOn(onFullDisk(rig.journal, () => (isFull.now ? new CodedError("journal.full") : null)));
    await rig.tick(driver, 2);
    await driver.scan({ ...SCAN, ...GRANTED });
    isFull.now = true;
    rig.link.far.status = { ...rig.link.far.status, startPresses: 1 };
    await rig.tick(driver, 20);
    expect(rig.link.far.status.mirrorClosed).toBe(false);
    expect(rig.link.orders.map(({ order }) => order.mode)).not.toContain("closed");
    isFull.now = false;
    await rig.tick(driver, 2);
    expect(rig.names().filter((name) => name?.startsWith("session"))).toEqual(["sessionStarted"]);
    expect([driver.state.interlock.at, rig.link.far.status.mirrorClosed]).toEqual(["energised", true]);
  });

  it("lets legal events in where telemetry must wait, and refuses new starts", async () => {
    const isFull = { now: false };
    const used = onFullDisk(rig.journal, ({ events }) =>
      isFull.now && events.some(({ lane }) => lane === "telemetry") ? new CodedError("journal.telemetryFull") : null,
    );
    used.sizeState = () => (isFull.now ? "full" : "ok");
    const driver = rig.driverOn(used);
    await rig.tick(driver, 2);
    await driver.scan(SCAN);
    await rig.tick(driver, 2);
    rig.link.far.welding = true;
    isFull.now = true;
    for (let second = 0; second < 15; second++) {
      for (let window = 0; window < 9; window++) rig.link.far.pass();
      await rig.tick(driver);
    }
    rig.link.far.welding = false;
    for (let window = 0; window < 40; window++) rig.link.far.pass();
    await rig.tick(driver, 2);
    expect(rig.names()).toContain("arc");
    expect(rig.names("telemetry")).toEqual([]);
    driver.dispatch({ type: "lock" });
    await rig.tick(driver, 40);
    expect(rig.names()).toContain("sessionEnded");
    expect(await driver.scan({ ...SCAN, id: "new" })).toMatchObject({ decision: { allow: false, code: "licence.journalFull" } });
    expect(rig.names()).toContain("scanDenied");
    isFull.now = false;
    for (let window = 0; window < 200; window++) rig.link.far.pass();
    void driver.scan({ ...SCAN, id: "after", sessionId: 99 });
    await rig.tick(driver, 30);
    expect(rig.names("telemetry")).toContain("windows");
  });

  it("is met in earnest by a journal of a few hundred kilobytes", async () => {
    rig.reopen({ maxBytes: 400_000 });
    const driver = rig.driverOn();
    await rig.tick(driver, 2);
    for (let count = 0; count < 3_000 && rig.journal.sizeState() !== "full"; count++) driver.note(NOTE);
    expect(rig.journal.sizeState()).toBe("full");
    expect(await driver.scan(SCAN)).toMatchObject({ decision: { allow: false, code: "licence.journalFull" } });
    await rig.tick(driver, 2);
    expect([driver.state.interlock.at, rig.link.far.status.mirrorClosed]).toEqual(["locked", false]);
    expect(rig.names().length).toBeGreaterThan(100);
  });
});
