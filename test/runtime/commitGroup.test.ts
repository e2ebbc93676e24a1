/** Machines of one journal share their commits of telemetry, and no more than that: each goes on from its own checkpoint. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { startClock } from "#agent/core/clock/interval.ts";
import type { Journal, JournalCommit } from "#agent/ports.ts";
import { CommitGroup } from "#agent/runtime/commitGroup.ts";
import { MachineDriver } from "#agent/runtime/machineDriver.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { sqliteStore } from "#test/journal/sqliteStore.ts";
import { SETUP, START_UTC_MS, scanOf } from "#test/machine/fixtures.ts";
import { FarLink } from "#test/runtime/farLink.ts";
import { MACHINE, OTHER_MACHINE } from "#test/runtime/gate.ts";
import { UNJOINED } from "#test/runtime/unjoined.ts";

const DEVICES = [MACHINE, OTHER_MACHINE];
const { type: _, journalFull: __, ...SCAN } = scanOf();
let store: ReturnType<typeof sqliteStore>;
let journal: Journal;
let commits: JournalCommit[];
let refuse: (commit: JournalCommit) => boolean;
let nowMs: number;

beforeEach(() => {
  store = sqliteStore();
  journal = store.open({ initialEpoch: 100 });
  commits = [];
  refuse = () => false;
  nowMs = 0;
});
afterEach(() => {
  journal.close();
  store.destroy();
});

/** The real journal, with every commit noted, and refused where the test says so. */
function watched(real: Journal): Journal {
  const commit = (given: JournalCommit) => {
    if (refuse(given)) throw new CodedError("journal.busy", "the test");
    real.commit(given);
    commits.push(given);
  };
  return Object.assign(Object.create(real), { commit, checkpoint: real.checkpoint.bind(real), sizeState: () => real.sizeState() });
}

function machines(): { driver: MachineDriver; link: FarLink }[] {
  const group = new CommitGroup();
  const time = startClock(START_UTC_MS, 0);
  const log = { info: () => undefined, warn: () => undefined };
  const common = { journal: watched(journal), clock: { monoMs: () => nowMs }, time: () => time, log, ...UNJOINED };
  return DEVICES.map((device) => {
    const link = new FarLink();
    const companions = () => group.companionsOf(driver);
    const driver: MachineDriver = new MachineDriver({ ...common, setup: { ...SETUP, device }, link, companions }, "1.2.3");
    group.add(driver);
    return { driver, link };
  });
}

async function pass(drivers: readonly { driver: MachineDriver }[], seconds: number): Promise<void> {
  for (let done = 0; done < seconds; done++) {
    nowMs += 1_000;
    for (const { driver } of drivers) driver.dispatch({ type: "tick" });
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  }
}

async function welding(): Promise<{ driver: MachineDriver; link: FarLink }[]> {
  const all = machines();
  await pass(all, 3);
  for (const { driver } of all) void driver.scan(SCAN);
  await pass(all, 3);
  for (const { link } of all) link.far.welding = true;
  await pass(all, 10);
  commits.length = 0;
  return all;
}

const named = (found: readonly JournalCommit[]) => found.map(({ checkpoints }) => checkpoints.map(({ device }) => device));
const windowsOf = (device: string) =>
  journal.read({ device, lane: "telemetry" }, 0, 1_000).rows.flatMap(({ payloadText }) => {
    const { firstSeq, runs } = JSON.parse(payloadText ?? "{}") as { firstSeq: number; runs: number[] };
    return runs.map((_run, index) => firstSeq + index);
  });

it("commits what waits with both at once, every ten seconds, and confirms to each chip what is its own", async () => {
  const all = await welding();
  await pass(all, 30);
  expect(named(commits)).toEqual([DEVICES, DEVICES, DEVICES]);
  await pass(all, 1);
  for (const { driver, link } of all) {
    expect(link.far.confirmedBelow).toBe(driver.state.durableBelow);
    expect(driver.state.nextSeq - driver.state.durableBelow).toBeLessThanOrEqual(100);
  }
});

it("takes nobody's telemetry along with a legal event", async () => {
  const all = await welding();
  await pass(all, 5);
  all[0]?.driver.note({ name: "eStop", session: null, agoMs: 0, payload: { pressed: true } });
  expect(named(commits).at(-1)).toEqual([MACHINE]);
});

it("leaves out what another machine's part makes fail, and neither loses nor repeats it", async () => {
  const all = await welding();
  refuse = ({ checkpoints }) => checkpoints.length > 1;
  await pass(all, 20);
  expect(commits.every(({ checkpoints }) => checkpoints.length === 1)).toBe(true);
  refuse = () => false;
  await pass(all, 20);
  for (const device of DEVICES) {
    const found = windowsOf(device);
    expect(found.length).toBeGreaterThan(40);
    expect(found).toEqual(found.map((_seq, index) => (found[0] ?? 0) + index));
  }
});

it("goes on after a kill from one checkpoint for each, with every window once", async () => {
  const before = await welding();
  await pass(before, 25);
  const chips = before.map(({ link }) => link.far);
  journal.close();
  journal = store.open({ initialEpoch: 100 });
  const after = machines();
  for (const [index, { link }] of after.entries()) Object.assign(link, { far: chips[index] });
  await pass(after, 25);
  for (const device of DEVICES) {
    const found = windowsOf(device);
    expect(found.length).toBeGreaterThan(45);
    expect(found).toEqual(found.map((_seq, index) => (found[0] ?? 0) + index));
  }
});
