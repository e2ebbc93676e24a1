import { expect, test } from "vitest";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import { callControl } from "#simulator/platform/control.ts";
import { batchOf, chainedRows } from "#test/platform/device.ts";
import { deviceAt, freePort, spawnPlatform, temporaryFolder } from "#test/platform/workbench.ts";

const EVENTS = 60_000;
const BATCH = 100;
const WINDOW = 20;

function arcOf(seq: number): { kind: number; payload: object } {
  const startMs = 1_780_000_000_000 + seq * 1000;
  const electrical = { meanAmps: 121.25, meanVolts: 24.8, peakAmps: 160.5, chargeAmpereSeconds: 8487.5, energyJoules: 210_490 };
  const payload = { startMs, endMs: startMs + 70_000, arcMs: 69_950, strikes: 1, shorts: 84, shortMs: 310, ending: "off", ...electrical };
  return { kind: DICTIONARY.arc.kind, payload };
}

test("batches of 100 at a window of 20 all arrive; the rate is printed, not judged", async () => {
  const dataDir = temporaryFolder();
  const port = await freePort();
  await spawnPlatform(dataDir, port);
  const far = await deviceAt(`mqtt://127.0.0.1:${port}`);
  const rows = chainedRows(EVENTS, { payload: arcOf });
  const batches = Array.from({ length: EVENTS / BATCH }, (_, index) => batchOf(rows.slice(index * BATCH, (index + 1) * BATCH)));

  const startMs = performance.now();
  for (const [index, batch] of batches.entries()) {
    const needed = (index - WINDOW) * BATCH;
    await far.until(() => (needed <= 0 || (far.acks.at(-1)?.upTo ?? 0) >= needed ? true : undefined));
    far.fire(batch);
  }
  await far.ackUpTo(EVENTS);
  const seconds = (performance.now() - startMs) / 1000;
  const bytes = batches.reduce((sum, batch) => sum + batch.length, 0);
  process.stdout.write(
    `platform: ${Math.round(EVENTS / seconds)} events/s, ${far.acks.length} acks, ${Math.round(bytes / EVENTS)} B/event\n`,
  );

  const answer = await callControl(`${dataDir}/platform.ctl`, { do: "report" });
  expect(answer).toMatchObject({ ok: true, streams: [{ held: EVENTS, missingCount: 0, duplicates: 0, gaps: 0, chainBreaks: 0 }] });
});
