import Database from "better-sqlite3";
import { expect, it, onTestFinished } from "vitest";
import type { Journal } from "#agent/ports.ts";
import { MachineDriver } from "#agent/runtime/machineDriver.ts";
import { PolicyKeeper } from "#agent/runtime/policyKeeper.ts";
import { Timekeeper } from "#agent/runtime/timekeeper.ts";
import { eventName } from "#protocol/events/dictionary.ts";
import type { Policy } from "#protocol/policy/policy.ts";
import { encodePolicyFile } from "#protocol/policy/policyFile.ts";
import { sqliteStore } from "#test/journal/sqliteStore.ts";
import { testTrust } from "#test/list/fixtures.ts";
import { SETUP, START_UTC_MS, scanOf } from "#test/machine/fixtures.ts";
import { PLAIN, policySigner } from "#test/policy/fixtures.ts";
import { FarLink } from "#test/runtime/farLink.ts";
import { UNJOINED } from "#test/runtime/unjoined.ts";

const INSTALLERS = { ...SETUP, policy: { ...SETUP.policy, version: 0 } };
const { type: _, journalFull: __, ...SCAN } = scanOf();

/** A machine over restarts: each process reads the journal anew. */
class Place {
  readonly store = sqliteStore();
  readonly link = new FarLink();
  journal: Journal = this.store.open({ initialEpoch: 100 });
  nowMs = 0;
  driver: MachineDriver;
  keeper: PolicyKeeper;
  declare time: Timekeeper;

  constructor() {
    [this.driver, this.keeper] = this.#start();
    onTestFinished(() => {
      this.journal.close();
      this.store.destroy();
    });
  }

  restart(between: (path: string) => void = () => undefined): void {
    this.journal.close();
    between(this.store.path);
    this.journal = this.store.open({ initialEpoch: 100 });
    [this.driver, this.keeper] = this.#start();
  }

  async ticks(count: number): Promise<void> {
    for (let done = 0; done < count; done++) {
      this.nowMs += 1_000;
      this.driver.dispatch({ type: "tick" });
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    }
  }

  arrives(file: Uint8Array): void {
    this.keeper.arrived(this.driver, file);
  }

  /** What was said of policies, with the code or the version. */
  told(): unknown[] {
    const { rows } = this.journal.read({ device: SETUP.device, lane: "legal" }, 0, 1_000);
    return rows
      .filter(({ kind }) => eventName(kind)?.startsWith("policy"))
      .map(({ payloadText }) => JSON.parse(payloadText ?? "{}"))
      .map(({ version, code }) => version ?? code);
  }

  #start(): [MachineDriver, PolicyKeeper] {
    const { journal, link } = this;
    const log = { info: () => undefined, warn: () => undefined };
    const clock = { monoMs: () => this.nowMs };
    const time = new Timekeeper(START_UTC_MS, clock, journal);
    this.time = time;
    const driver = new MachineDriver({ setup: INSTALLERS, link, journal, clock, time: () => time.state, log, ...UNJOINED }, "1.2.3");
    const keeper = new PolicyKeeper({ journal, trust: testTrust(), time });
    keeper.restore(driver);
    return [driver, keeper];
  }
}

const fileOf = (change: Partial<Policy>) => encodePolicyFile({ ...PLAIN, device: SETUP.device, ...change }, policySigner("sm2"));

it("the installer's word rules until the first signed policy arrives, which outlives restarts and is said once", async () => {
  const place = new Place();
  expect(place.driver.policy.version).toBe(0);
  place.arrives(fileOf({ version: 1, machineClass: "retired" }));
  place.restart();
  place.restart();
  expect(place.driver.policy).toMatchObject({ version: 1, machineClass: "retired" });
  expect(place.told()).toEqual([1]);
  await place.ticks(3);
  expect(await place.driver.scan(SCAN)).toMatchObject({ decision: { code: "licence.machineRetired" } });
});

it("what cannot be read leaves the last good policy in force, and is said", async () => {
  const place = new Place();
  const good = fileOf({ version: 7 });
  place.arrives(good);
  const flipped = Uint8Array.from(good);
  flipped[100] = (flipped[100] ?? 0) ^ 1;
  for (const file of [flipped, new Uint8Array(70_000), fileOf({ version: 6 }), fileOf({ version: 8, device: PLAIN.device })])
    expect(() => place.arrives(file)).toThrow(/^policy\./);
  place.arrives(good);
  expect(place.driver.policy.version).toBe(7);
  expect(place.told()).toEqual([7, expect.stringMatching(/^policy\.bad/), "policy.tooLarge", "policy.rollback", "policy.otherDevice"]);
  await place.ticks(3);
  expect(await place.driver.scan(SCAN)).toMatchObject({ decision: { allow: true } });
});

it.each([
  ["changed", `UPDATE value SET value = replace(value, '"required":true', '"required":false') WHERE name = ?`],
  ["deleted", "DELETE FROM value WHERE name = ?"],
])(
  "a policy that was %s in the journal's file is not exchanged for the installer's: starts wait for the platform's",
  async (_name, statement) => {
    const place = new Place();
    place.arrives(fileOf({ version: 2, permits: { ...PLAIN.permits, required: true } }));
    place.restart((path) => {
      const database = new Database(path);
      expect(database.prepare(statement).run(`policy/${SETUP.device}`).changes).toBe(1);
      database.close();
    });
    await place.ticks(3);
    expect(await place.driver.scan(SCAN)).toMatchObject({ decision: { code: "licence.policyLost" } });
    place.arrives(fileOf({ version: 2, permits: { ...PLAIN.permits, required: true } }));
    expect(await place.driver.scan({ ...SCAN, id: "again" })).toMatchObject({ decision: { code: "licence.noPermit" } });
  },
);

const HOUR_MS = 3_600_000;

it("a policy teaches a machine whose clock is behind that it is not earlier than its issue, over a restart too", () => {
  const place = new Place();
  const issuedMs = START_UTC_MS + 48 * HOUR_MS;
  place.arrives(fileOf({ version: 1, issuedMs }));
  expect([place.time.now(), place.time.source]).toEqual([{ earliestMs: issuedMs, latestMs: null }, "policy"]);
  // An older one lowers nothing.
  place.arrives(fileOf({ version: 2, issuedMs: START_UTC_MS + HOUR_MS }));
  expect(place.time.now().earliestMs).toBe(issuedMs);
  place.arrives(fileOf({ version: 3, issuedMs }));
  place.restart();
  expect([place.time.now().earliestMs, place.time.source]).toEqual([issuedMs, "policy"]);
});

it("a policy that is refused teaches nothing", () => {
  const place = new Place();
  const issuedMs = START_UTC_MS + 48 * HOUR_MS;
  place.arrives(fileOf({ version: 5, issuedMs: START_UTC_MS }));
  const flipped = fileOf({ version: 6, issuedMs });
  flipped[100] = (flipped[100] ?? 0) ^ 1;
  for (const file of [flipped, fileOf({ version: 4, issuedMs }), fileOf({ version: 7, device: PLAIN.device, issuedMs })])
    expect(() => place.arrives(file)).toThrow(/^policy\./);
  expect(place.time.now().earliestMs).toBe(START_UTC_MS);
});

it("a policy of the future cannot push the clock past what the platform has said", () => {
  const place = new Place();
  place.time.sync(START_UTC_MS + HOUR_MS, 50);
  place.arrives(fileOf({ version: 1, issuedMs: START_UTC_MS + 999 * HOUR_MS }));
  const bound = START_UTC_MS + HOUR_MS + 50;
  expect(place.time.now()).toEqual({ earliestMs: bound, latestMs: bound });
  expect(place.driver.policy.version).toBe(1);
});

it("a policy that nothing could enforce is refused, told with its code, and leaves what is in force", async () => {
  const place = new Place();
  place.link.hasDeadMan = false;
  place.arrives(fileOf({ version: 2, machineClass: "monitored" }));
  expect(() => place.arrives(fileOf({ version: 3, machineClass: "enforced" }))).toThrow("link.noDeadMan");
  expect(place.told()).toEqual([2, "link.noDeadMan"]);
  place.restart();
  expect(place.driver.policy).toMatchObject({ version: 2, machineClass: "monitored" });
  place.arrives(fileOf({ version: 4, machineClass: "monitored" }));
  expect(place.driver.policy.version).toBe(4);
});

it("one that was enforced before its chip gave way to such a relay starts nobody", async () => {
  const place = new Place();
  place.arrives(fileOf({ version: 2, machineClass: "enforced" }));
  place.link.hasDeadMan = false;
  place.restart();
  await place.ticks(3);
  expect(place.told()).toEqual([2, "link.noDeadMan"]);
  expect(await place.driver.scan(SCAN)).toMatchObject({ decision: { code: "licence.policyLost" } });
});
