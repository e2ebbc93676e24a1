/** From the phone's response to the lease on the wire, with a list of a million: agent, chip and platform as processes, a real pty. */
import { generateKeyPairSync, sign } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { activeListPath } from "#agent/shell/store/listFile.ts";
import { LEASE, PAGE } from "#protocol/chip/arcgateChip.ts";
import { PAGE_BYTES } from "#protocol/list/layout.ts";
import { type BenchResult, benchResult } from "#scripts/bench/base/figures.ts";
import { buildProgram, type Program, startProgram } from "#scripts/bench/base/programs.ts";
import { percentile } from "#scripts/bench/base/statistics.ts";
import { statusOf, type TappedStage, tappedStage } from "#scripts/bench/base/tappedStage.ts";
import { type Cleanup, inFolder, say, withCleanup } from "#scripts/bench/base/workplace.ts";
import { measureList } from "#scripts/bench/scan/listCost.ts";
import { build } from "#scripts/build.ts";
import { PtyLine } from "#simulator/line/ptyLine.ts";
import { answerTo, phoneOf } from "#simulator/phone/phone.ts";
import { challengeAtPage, postResponse } from "#simulator/phone/scan.ts";
import { askControl } from "#simulator/stage/control.ts";
import { until } from "#simulator/stage/processes.ts";

const BAUD = 115_200;
/** FC23 of a lease and a page, CRC included. */
const FRAME_BYTES = 13 + LEASE.words * 2;
const WAIT_MS = 10_000;

interface ScanSize {
  rounds: number;
  listSize: number;
}

const FULL: ScanSize = { rounds: 100, listSize: 1_000_000 };
const QUICK: ScanSize = { rounds: 2, listSize: 2_000 };

export function scan(quick: boolean): Promise<BenchResult> {
  const { rounds, listSize } = quick ? QUICK : FULL;
  say(
    `扫码：名单 ${listSize} 人，${rounds} 轮；先签发并下载名单`,
    `scans: a list of ${listSize}, ${rounds} rounds; the list is issued and fetched first`,
  );
  return inFolder((folder) =>
    withCleanup(async (cleanup) => {
      await build();
      const tapped = await tappedStage(folder, listSize, cleanup);
      await tapped.stage.startAgent();
      const list = activeListPath(join(folder, "agent", "list"));
      const floor = await openFloor(folder, list, cleanup);
      const ours: number[] = [];
      const raw: number[] = [];
      for (let round = 0; round < rounds; round++) {
        ours.push(await scanToLeaseMs(tapped));
        raw.push(await floor.scanMs());
      }
      const { callsMs, verifyMs } = await floor.calls(rounds);
      const cost = measureList(list, join(folder, "platform", "trust.json"), quick ? 200 : 20_000);
      return benchResult(
        "scan",
        { ...spread(ours), ...cost },
        {
          ...{ ...spread(raw), callsP50Ms: percentile(callsMs, 0.5), callsP99Ms: percentile(callsMs, 0.99) },
          ...{ verifyP50Ms: percentile(verifyMs, 0.5), verifyP99Ms: percentile(verifyMs, 0.99) },
        },
        { toVerifyP99: percentile(ours, 0.99) / percentile(verifyMs, 0.99) },
      );
    }),
  );
}

function spread(values: readonly number[]): { p50Ms: number; p99Ms: number } {
  return { p50Ms: percentile(values, 0.5), p99Ms: percentile(values, 0.99) };
}

/** One scan, from the moment at which the phone has signed, and the machine locked again by the platform. */
async function scanToLeaseMs({ stage, tap, device }: TappedStage): Promise<number> {
  const phone = phoneOf("certified", stage.platformData);
  await machineIs(stage, "locked");
  // Scans come when they like, not in step with the polling.
  await delay(Math.random() * 1_000);
  const seen = tap.lease(({ mode }) => mode === "closed", WAIT_MS);
  const asked = await challengeAtPage(stage.page, device);
  if ("refused" in asked) throw new Error(`no challenge: ${asked.refused.en}`);
  const response = answerTo(asked.challenge, phone);
  const startedMs = performance.now();
  const [lease, answer] = await Promise.all([seen, postResponse(stage.page, device, response)]);
  if (!answer.allowed) throw new Error(`the scan was refused: ${answer.en}`);
  await machineIs(stage, "energised");
  await askControl(stage.platformControl, { do: "lock", device });
  return lease.atMs - startedMs;
}

async function machineIs(stage: TappedStage["stage"], state: string): Promise<void> {
  await until(
    `the machine is ${state}`,
    async () => {
      const status = await statusOf(stage);
      return status.online && status.machines[0]?.state === state;
    },
    WAIT_MS,
  );
}

interface FloorCalls {
  callsMs: number[];
  verifyMs: number[];
}

interface ScanFloor {
  scanMs(): Promise<number>;
  calls(rounds: number): Promise<FloorCalls>;
}

async function openFloor(folder: string, list: string, cleanup: Cleanup): Promise<ScanFloor> {
  let heard = 0;
  let whenHeard: (atMs: number) => void = () => undefined;
  const line = new PtyLine(join(folder, "floor"), (bytes) => {
    heard += bytes.length;
    if (heard >= FRAME_BYTES) whenHeard(performance.now());
  });
  cleanup.add(() => line.unplug());
  const program = await startProgram<{ url: string }>(await buildProgram("scanFloor"), floorOptions(folder, list));
  cleanup.add(() => program.stop());
  return {
    scanMs: async () => {
      heard = 0;
      const written = new Promise<number>((resolve) => {
        whenHeard = resolve;
      });
      const startedMs = performance.now();
      const [atMs] = await Promise.all([written, postScan(program)]);
      return atMs - startedMs;
    },
    calls: (rounds) => program.ask<FloorCalls>({ rounds }),
  };
}

async function postScan({ ready }: Program<{ url: string }>): Promise<void> {
  const body = JSON.stringify({ machine: "0".repeat(20), response: "0".repeat(420) });
  const response = await fetch(ready.url, { method: "POST", headers: { "content-type": "application/json" }, body });
  await response.text();
}

function floorOptions(folder: string, list: string): object {
  const platform = generateKeyPairSync("ed25519");
  const holder = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const message = Buffer.alloc(150, 1);
  const frame = Buffer.alloc(FRAME_BYTES);
  frame.set([1, 0x17, 0, 0, 0, PAGE.words]);
  return {
    ...{ database: join(folder, "floor.sqlite"), list, listBytes: statSync(list).size, pageBytes: PAGE_BYTES },
    ...{ tty: join(folder, "floor"), baudRate: BAUD, frameHex: frame.toString("hex") },
    keyHex: platform.publicKey.export({ type: "spki", format: "der" }).toString("hex"),
    holderKeyHex: holder.publicKey.export({ type: "spki", format: "der" }).toString("hex"),
    signatureHex: sign(null, message, platform.privateKey).toString("hex"),
    holderSignatureHex: sign("sha256", message, holder.privateKey).toString("hex"),
    messageHex: message.toString("hex"),
  };
}
