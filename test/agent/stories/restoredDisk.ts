/** A disk that is copied and put back, with the platform out of reach: what the chip counts and holds is not put back with it. */
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DICTIONARY } from "#protocol/events/dictionary.ts";
import { agentReport, streamsOf, tellPlatform } from "#scripts/story/watch.ts";
import type { ScanAnswer } from "#simulator/phone/scan.ts";
import { until } from "#simulator/stage/processes.ts";
import { Bench, PATIENCE_MS } from "#test/agent/bench.ts";
import { leaveStarts, restartChip } from "#test/agent/chips.ts";

const YEAR_MS = 365 * 86_400_000;
const LEFT = 3;
const MOST_SCANS = 12;
let bench: Bench;

const disk = () => join(bench.stage.folder, "agent");
const copy = () => join(bench.stage.folder, "copy");

async function stopAgent(): Promise<void> {
  await bench.stage.agent?.stop();
  bench.stage.agent = null;
}

/** The copy, with its clock a year back. */
function copyDisk(): void {
  rmSync(copy(), { recursive: true, force: true });
  cpSync(disk(), copy(), { recursive: true });
  const journal = new Database(join(copy(), "journal.sqlite"));
  const { changes } = journal.prepare("UPDATE value SET value = ? WHERE name = 'timeFloorMs'").run(String(Date.now() - YEAR_MS));
  journal.close();
  expect(changes).toBe(1);
}

async function putBack(): Promise<void> {
  await stopAgent();
  rmSync(disk(), { recursive: true });
  cpSync(copy(), disk(), { recursive: true });
  await bench.stage.startAgent();
}

/** Starts the machine and ends the session, as often as it can be had; gives the answer that ended it. */
async function useStarts(most: number): Promise<ScanAnswer> {
  for (let scans = 0; scans < MOST_SCANS; scans++) {
    const before = await bench.truth();
    if (before.vault.startsLeft === most) return { allowed: true, zh: "", en: "" };
    const answer = await bench.scan("certified");
    if (!answer.allowed) return answer;
    const isOver = async () => {
      const state = (await bench.machine())?.state ?? "";
      return state === "locked" || state === "energised";
    };
    // A session's number that the chip has seen end does not close again: the next scan has another.
    await until("the chip closes, or will not", isOver, PATIENCE_MS);
    await bench.tell({ do: "eStop", on: true });
    await bench.stateIs("faulted");
    await bench.tell({ do: "eStop", on: false });
    await bench.stateIs("locked");
  }
  throw new Error(`${MOST_SCANS} scans, and no end of them`);
}

async function closings(): Promise<number> {
  const { opens, mirrorClosed } = await bench.truth();
  return opens.length + (mirrorClosed ? 1 : 0);
}

/** How often the record itself says that the chip has mirrored another. */
function mirrorsTold(): number {
  const journal = new Database(join(disk(), "journal.sqlite"), { readonly: true });
  const texts = journal.prepare<[number], string>("SELECT payload FROM event WHERE kind = ?").pluck().all(DICTIONARY.journalDamaged.kind);
  journal.close();
  return texts.filter((text) => JSON.parse(text).part === "mirror").length;
}

describe.concurrent("a disk that is put back", () => {
  beforeAll(async () => {
    bench = await Bench.start(["ZX7-400"]);
    await tellPlatform(bench.stage, { do: "certify", as: "unknown" });
    await until("the overlay", async () => (await agentReport(bench.stage))?.list?.overlayVersion === 1, PATIENCE_MS);
    await bench.rule({ sessionMaximumS: 7_200 });
    await bench.truthWhen("floors in the chip", ({ vault }) => vault.policyFloor === 1 && vault.overlayFloor === 1);
  });
  afterAll(async () => {
    await bench?.stage.buses[0]?.chip.stop();
    await bench?.close();
  });

  it.sequential("gives no more starts than the chip has left, however often it is put back", { timeout: 240_000 }, async () => {
    await tellPlatform(bench.stage, { do: "stopBroker" });
    await stopAgent();
    await restartChip(bench, 0, (state) => leaveStarts(state, bench.device(), LEFT));
    copyDisk();
    await putBack();
    expect(await useStarts(LEFT - 1)).toMatchObject({ allowed: true });
    await putBack();
    expect(await useStarts(-1)).toMatchObject({ allowed: false, code: "licence.offlineBudgetSpent" });
    for (let time = 0; time < 2; time++) {
      await putBack();
      expect(await useStarts(-1)).toMatchObject({ allowed: false, code: "licence.offlineBudgetSpent" });
    }
    expect([await closings(), (await bench.truth()).vault.startsLeft]).toEqual([LEFT, 0]);
  });

  it.sequential("does not turn back the time", async () => {
    const { vault } = await bench.truth();
    const report = await agentReport(bench.stage);
    expect(vault.timeFloorS).toBeGreaterThan((Date.now() - YEAR_MS) / 1000 + 86_400);
    expect(report?.time.earliestMs).toBeGreaterThan((vault.timeFloorS - 60) * 1000);
  });

  it.sequential("with a policy and a list below the chip's floors starts nothing, from the first moment on", {
    timeout: 240_000,
  }, async () => {
    await tellPlatform(bench.stage, { do: "startBroker" });
    await bench.truthWhen("the budget is filled", ({ vault }) => vault.startsLeft === 200);
    await tellPlatform(bench.stage, { do: "certify", as: "certified" });
    await bench.rule({ sessionMaximumS: 3_600 });
    await bench.truthWhen("newer floors in the chip", ({ vault }) => vault.policyFloor === 2 && vault.overlayFloor === 2);
    await tellPlatform(bench.stage, { do: "stopBroker" });
    const before = await closings();
    await putBack();
    const early = await Promise.all(Array.from({ length: 5 }, () => bench.scan("certified")));
    expect(early.map(({ allowed }) => allowed)).toEqual([false, false, false, false, false]);
    expect(await bench.scan("certified")).toMatchObject({ allowed: false, code: "licence.policyLost" });
    await until("the record says that the chip has mirrored another", async () => mirrorsTold() === 1, PATIENCE_MS);
    await until("the old list is not used", async () => (await agentReport(bench.stage))?.list === null, PATIENCE_MS);
    expect([await closings(), (await bench.truth()).vault.startsLeft]).toEqual([before, 200]);
  });

  it.sequential("works again when the platform is heard", async () => {
    await tellPlatform(bench.stage, { do: "startBroker" });
    await bench.ready();
    await until("the policy in force", async () => (await bench.machine())?.policyVersion === 2, PATIENCE_MS);
    await bench.energise();
  });

  it.sequential("is seen by the platform, which holds other records under the same numbers", async () => {
    const isSeen = async () => {
      const legal = (await streamsOf(bench.stage, bench.device())).find(({ lane }) => lane === "legal");
      return legal && legal.conflicts + legal.chainBreaks + legal.refused > 0;
    };
    await until("the platform sees two courses of one chain", isSeen, PATIENCE_MS);
  });
});
