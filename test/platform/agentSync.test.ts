import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { NewEvent } from "#agent/ports.ts";
import { createSyncDriver } from "#agent/runtime/syncDriver.ts";
import { createUplinkConnector } from "#agent/shell/mqtt/uplink.ts";
import { openJournal } from "#agent/shell/store/journal.ts";
import { downTopic, upTopic } from "#protocol/topics.ts";
import { trustFromFile } from "#protocol/trust/trustFile.ts";
import { verifyWatermark } from "#protocol/trust/wireMessages.ts";
import { startPlatform } from "#simulator/platform/platform.ts";
import { DEVICE, eStopOf, maintenanceOf } from "#test/platform/device.ts";

/** The agent's own journal, outbox and uplink against this platform: the two ends agree about everything that crosses the wire. */
test("the agent's journal arrives whole, over a stop of the broker", async () => {
  const folder = mkdtempSync(join(tmpdir(), "arcgate-agent-sync-"));
  const platform = await startPlatform({ dataDir: join(folder, "platform"), devices: [DEVICE] });
  const journal = openJournal({ path: join(folder, "journal.db"), initialEpoch: 1000 });
  const trust = trustFromFile(JSON.parse(readFileSync(platform.trustPath, "utf8")));
  const state = { v: 1, online: true, epoch: journal.epoch, chain: journal.chain, state: "locked" } as const;
  const live = { ...state, session: null, handle: null, volts: null, amps: null, backlog: 0 };
  const warnings: object[] = [];
  let watermarks = 0;
  let whenAcked: () => void = () => undefined;
  const acknowledge = journal.acknowledge.bind(journal);
  journal.acknowledge = (...told) => {
    acknowledge(...told);
    whenAcked();
  };
  const driver = createSyncDriver({
    journal,
    connect: createUplinkConnector({
      url: platform.brokerUrl,
      clientId: "agent",
      subscriptions: [downTopic(DEVICE, "+")],
      will: { topic: upTopic(DEVICE, "state"), payload: JSON.stringify({ ...live, online: false }) },
    }),
    devices: [DEVICE],
    clock: { monoMs: () => performance.now() },
    after: (delayMs, run) => {
      const timer = setTimeout(run, Math.min(delayMs, 50));
      return () => clearTimeout(timer);
    },
    random: () => 0.5,
    stateOf: () => live,
    verifyWatermark: (stream, chain, watermark) => {
      verifyWatermark(trust, { ...stream, chain }, watermark);
      watermarks += 1;
      return true;
    },
    retainFromMs: () => 0,
    onMessage: () => undefined,
    log: { info: () => undefined, warn: (fields) => warnings.push(fields), error: (fields) => warnings.push(fields) },
  });
  onTestFinished(async () => {
    await driver.close();
    journal.close();
    await platform.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const commit = (lane: "legal" | "telemetry", count: number) => {
    const { lastSeq } = journal.stream({ device: DEVICE, lane });
    const events = Array.from({ length: count }, (_, index): NewEvent => {
      const seq = lastSeq + index + 1;
      const time = { monoMs: seq, earliestMs: 1_780_000_000_000 + seq, latestMs: null };
      return { device: DEVICE, lane, session: null, time, ...(lane === "legal" ? eStopOf(seq) : maintenanceOf(seq)) };
    });
    journal.commit({ events, checkpoints: [] });
    driver.appended({ device: DEVICE, lane });
  };
  const acknowledged = async (lane: "legal" | "telemetry") => {
    const stream = { device: DEVICE, lane };
    while (journal.stream(stream).ackedSeq < journal.stream(stream).lastSeq) {
      await new Promise<void>((resolve) => {
        whenAcked = resolve;
      });
    }
  };

  driver.start();
  commit("legal", 700);
  await acknowledged("legal");
  await platform.stopBroker();
  commit("legal", 300);
  commit("telemetry", 450);
  await platform.startBroker();
  await acknowledged("legal");
  await acknowledged("telemetry");

  const clean = { missingCount: 0, conflicts: 0, chainBreaks: 0, refused: 0, chain: journal.chain };
  expect(platform.report(DEVICE).streams.toSorted((left, right) => (left.lane < right.lane ? -1 : 1))).toMatchObject([
    { ...clean, lane: "legal", held: 1000, head: journal.stream({ device: DEVICE, lane: "legal" }).head },
    { ...clean, lane: "telemetry", held: 450, head: journal.stream({ device: DEVICE, lane: "telemetry" }).head },
  ]);
  expect(watermarks).toBe(2);
  expect(JSON.stringify(warnings)).not.toContain("sync.badAck");
});
