/** What the platform has acknowledged stays with the device for its retention: a platform that goes back to a backup gets it all again. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { NewEvent } from "#agent/ports.ts";
import { createSyncDriver } from "#agent/runtime/syncDriver.ts";
import { createUplinkConnector } from "#agent/shell/mqtt/uplink.ts";
import { openJournal, type SqliteJournal } from "#agent/shell/store/journal.ts";
import { decodeBatch } from "#protocol/events/batch.ts";
import { LANES, type Lane } from "#protocol/events/event.ts";
import { downTopic, upTopic } from "#protocol/topics.ts";
import { trustFromFile } from "#protocol/trust/trustFile.ts";
import { verifyWatermark } from "#protocol/trust/wireMessages.ts";
import type { Platform } from "#simulator/platform/contract.ts";
import { startPlatform } from "#simulator/platform/platform.ts";
import { DEVICE, eStopOf, maintenanceOf } from "#test/platform/device.ts";

const DAY_MS = 86_400_000;
const RETENTION_DAYS = 7;
const A_DAY = { legal: 60, telemetry: 40 } as const;
/** Something may wait a moment in the real sockets; it is never waited for by the clock. */
const DELAY_MAX_MS = 20;

let folder: string;
let nowMs: number;
let platform: Platform;
let journal: SqliteJournal;
let driver: ReturnType<typeof createSyncDriver>;
let whenAcked: () => void;
let published: { lane: Lane; reissue: boolean; seqs: number[] }[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "arcgate-restored-"));
  nowMs = 1_780_000_000_000;
  published = [];
  whenAcked = () => undefined;
  platform = await startPlatform({ dataDir: join(folder, "platform"), devices: [DEVICE], now: () => nowMs });
  journal = openJournal({ path: join(folder, "journal.db"), initialEpoch: 1000 });
  const acknowledge = journal.acknowledge.bind(journal);
  journal.acknowledge = (...told) => {
    acknowledge(...told);
    whenAcked();
  };
  driver = startDriver();
});

afterEach(async () => {
  await driver.close();
  journal.close();
  await platform.close();
  rmSync(folder, { recursive: true, force: true });
});

function startDriver(): ReturnType<typeof createSyncDriver> {
  const trust = trustFromFile(JSON.parse(readFileSync(platform.trustPath, "utf8")));
  const live = { v: 1, online: true, epoch: journal.epoch, chain: journal.chain, state: "locked", session: null } as const;
  const state = { ...live, handle: null, volts: null, amps: null, backlog: 0 };
  const will = { topic: upTopic(DEVICE, "state"), payload: JSON.stringify({ ...state, online: false }) };
  const connect = createUplinkConnector({ url: platform.brokerUrl, clientId: "agent", subscriptions: [downTopic(DEVICE, "+")], will });
  const started = createSyncDriver({
    journal,
    connect: (listener) => {
      const uplink = connect(listener);
      const publish = (topic: string, payload: Uint8Array, qos: 0 | 1) => {
        if (topic.endsWith("/events")) {
          const { lane, reissue, events } = decodeBatch(payload, (bytes, most) => inflateRawSync(bytes, { maxOutputLength: most }));
          published.push({ lane, reissue, seqs: events.map(({ event }) => event.seq) });
        }
        return uplink.publish(topic, payload, qos);
      };
      return { publish, close: () => uplink.close() };
    },
    devices: [DEVICE],
    clock: { monoMs: () => performance.now() },
    after: (delayMs, run) => {
      const timer = setTimeout(run, Math.min(delayMs, DELAY_MAX_MS));
      return () => clearTimeout(timer);
    },
    random: () => 0.5,
    stateOf: () => state,
    verifyWatermark: (stream, chain, watermark) => verifyWatermark(trust, { ...stream, chain }, watermark) !== undefined,
    retainFromMs: () => nowMs - RETENTION_DAYS * DAY_MS,
    onMessage: () => undefined,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  started.start();
  return started;
}

/** One day's events, delivered; and the night's maintenance. */
async function day(): Promise<void> {
  nowMs += DAY_MS;
  for (const lane of LANES) {
    const { lastSeq } = journal.stream({ device: DEVICE, lane });
    const events = Array.from({ length: A_DAY[lane] }, (_, index): NewEvent => {
      const seq = lastSeq + index + 1;
      const time = { monoMs: seq, earliestMs: nowMs + index, latestMs: null };
      return { device: DEVICE, lane, session: null, time, ...(lane === "legal" ? eStopOf(seq) : maintenanceOf(seq)) };
    });
    journal.commit({ events, checkpoints: [] });
    driver.appended({ device: DEVICE, lane });
  }
  await holdsAll();
  driver.forgetConfirmed();
}

/** Until the platform's own store has everything, and the device knows. */
async function holdsAll(): Promise<void> {
  const isWhole = () =>
    LANES.every((lane) => {
      const { lastSeq, ackedSeq } = journal.stream({ device: DEVICE, lane });
      const held = platform.report(DEVICE).streams.find((stream) => stream.lane === lane);
      return ackedSeq === lastSeq && held?.lastSeq === lastSeq && held.missingCount === 0;
    });
  while (!isWhole()) {
    await new Promise<void>((resolve) => {
      whenAcked = resolve;
    });
  }
}

/** The platform's process ends, and another one begins on what `between` leaves of its folder. */
async function restartPlatform(between: () => void): Promise<void> {
  const { hostname, port } = new URL(platform.brokerUrl);
  await platform.close();
  between();
  const listen = { host: hostname, port: Number(port) };
  platform = await startPlatform({ dataDir: join(folder, "platform"), devices: [DEVICE], now: () => nowMs, listen });
}

it("gives a platform that is back at three days ago everything since again, marked as sent before, and has deleted nothing younger than a week", async () => {
  for (let count = 1; count <= 9; count++) await day();
  await restartPlatform(() => cpSync(join(folder, "platform"), join(folder, "backup"), { recursive: true }));
  for (let count = 10; count <= 12; count++) await day();
  for (const lane of LANES) {
    const { forgottenSeq, lastSeq } = journal.stream({ device: DEVICE, lane });
    expect(lastSeq).toBe(12 * A_DAY[lane]);
    // Of the fifth day on: a week before the twelfth. A watermark comes at most once a minute, so that a day's last rows may stay for another.
    expect(forgottenSeq).toBeLessThanOrEqual(5 * A_DAY[lane]);
    expect(forgottenSeq).toBeGreaterThanOrEqual(3 * A_DAY[lane]);
  }
  published = [];
  await restartPlatform(() => {
    rmSync(join(folder, "platform"), { recursive: true });
    cpSync(join(folder, "backup"), join(folder, "platform"), { recursive: true });
  });
  expect(
    platform
      .report(DEVICE)
      .streams.map(({ lastSeq }) => lastSeq)
      .toSorted((a, b) => a - b),
  ).toEqual([9 * 40, 9 * 60]);
  await holdsAll();
  for (const lane of LANES) {
    const again = published.filter((batch) => batch.lane === lane);
    expect(again.every(({ reissue }) => reissue)).toBe(true);
    const seqs = new Set(again.flatMap((batch) => batch.seqs));
    for (let seq = 9 * A_DAY[lane] + 1; seq <= 12 * A_DAY[lane]; seq++) expect(seqs.has(seq), `${lane} ${seq}`).toBe(true);
    const held = platform.report(DEVICE).streams.find((stream) => stream.lane === lane);
    expect(held).toMatchObject({ held: 12 * A_DAY[lane], missingCount: 0, chainBreaks: 0, conflicts: 0, refused: 0, thinned: 0 });
  }
});
