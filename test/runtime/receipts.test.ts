/** An inspector is shown the decision that is on record last, and none that is not. */
import { createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startClock } from "#agent/core/clock/interval.ts";
import type { Journal, JournalCommit } from "#agent/ports.ts";
import { MachineDriver } from "#agent/runtime/machineDriver.ts";
import { Receipts } from "#agent/runtime/receipts.ts";
import { createTrustStore } from "#protocol/crypto.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { sqliteStore } from "#test/journal/sqliteStore.ts";
import { passFacts, SETUP, START_UTC_MS, scanOf } from "#test/machine/fixtures.ts";
import { FarLink } from "#test/runtime/farLink.ts";
import { UNJOINED } from "#test/runtime/unjoined.ts";

const { type: _, journalFull: __, ...SCAN } = scanOf();
const { device } = SETUP;
const log = { info: () => undefined, warn: () => undefined };
const { privateKey } = generateKeyPairSync("ed25519");
const key = {
  algorithm: "ed25519" as const,
  publicKey: new Uint8Array(createPublicKey(privateKey).export({ type: "spki", format: "der" }).subarray(-32)),
  sign: (message: Uint8Array) => new Uint8Array(sign(null, message, privateKey)),
};
const disk = { isFull: false };
let store: ReturnType<typeof sqliteStore>;
let journal: Journal;
let receipts: Receipts;
let driver: MachineDriver;
let nowMs = 0;

beforeEach(async () => {
  store = sqliteStore();
  journal = store.open({ initialEpoch: 100 });
  nowMs = 0;
  disk.isFull = false;
  const time = startClock(START_UTC_MS, 0);
  const after = (_ms: number, run: () => void) => {
    run();
    return () => undefined;
  };
  receipts = new Receipts({ key, trust: createTrustStore([]), journal, after, ask: () => Promise.resolve(), log });
  const commit = (asked: JournalCommit) => {
    if (disk.isFull) throw new CodedError("journal.full");
    journal.commit(asked);
  };
  const onDisk: Journal = Object.assign(Object.create(journal), {
    commit,
    checkpoint: () => journal.checkpoint(device),
    sizeState: () => journal.sizeState(),
  });
  const ports = { setup: SETUP, link: new FarLink(), journal: onDisk, clock: { monoMs: () => nowMs }, time: () => time, log, ...UNJOINED };
  driver = new MachineDriver(
    {
      ...ports,
      seal: (machine, draft) => receipts.seal(machine, draft),
      committed: (machine, events) => receipts.committed(machine, events),
    },
    "1.2.3",
  );
  await tick(3);
});
afterEach(() => {
  journal.close();
  store.destroy();
});

async function tick(count: number): Promise<void> {
  for (let done = 0; done < count; done++) {
    nowMs += 1_000;
    driver.dispatch({ type: "tick" });
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  }
}

it("shows the last decision, allowed or refused, signed with the device's key", async () => {
  expect([receipts.decision(device), receipts.inspection(device)]).toEqual([null, null]);
  await driver.scan(SCAN);
  expect(receipts.decision(device)).toMatchObject({ allowed: true, session: SCAN.sessionId, device });
  await driver.scan({ ...SCAN, id: "other", pass: passFacts({ handle: "ff".repeat(16) }), entry: null, sessionId: 99 });
  expect(receipts.decision(device)).toMatchObject({ allowed: false, handle: "ff".repeat(16) });
});

it("does not show what was signed for a scan that could not be put on record, whatever is recorded after it", async () => {
  disk.isFull = true;
  expect(await driver.scan(SCAN)).toMatchObject({ session: null, decision: { allow: false, code: "licence.journalFull" } });
  disk.isFull = false;
  driver.note({ name: "fileRefused", session: null, agoMs: 0, payload: { file: "base", code: "list.badTransfer", detail: "" } });
  await tick(3);
  expect(journal.stream({ device, lane: "legal" }).lastSeq).toBeGreaterThan(2);
  expect(receipts.inspection(device)).toBe(null);
});
