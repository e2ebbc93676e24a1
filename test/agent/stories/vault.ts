import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { streamsOf } from "#scripts/story/watch.ts";
import { until } from "#simulator/stage/processes.ts";
import { Bench, PATIENCE_MS } from "#test/agent/bench.ts";

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.start(["ZX7-400"]);
});
afterAll(() => bench?.close());

describe.concurrent("the chip's vault", () => {
  it.sequential("gets the platform's envelope: budget and time; and the list's floor, once it is in force", async () => {
    const { vault } = await bench.truthWhen(
      "an envelope was taken, and the list is known",
      ({ vault: { timeFloorS, bootsLeft, listFloor } }) => timeFloorS > 0 && bootsLeft === 120 && listFloor === 1,
    );
    expect(Math.abs(vault.timeFloorS - Date.now() / 1000)).toBeLessThan(60);
    expect(vault).toMatchObject({ startsLeft: 200, poweredHoursLeft: 336 });
  });

  it.sequential("counts a start, and says so on the agent's page", async () => {
    await bench.energise();
    expect((await bench.truth()).vault.startsLeft).toBe(199);
    const known = async () => (await bench.machine())?.offlineBudget?.starts === 199;
    await until("the page knows of the start", known, PATIENCE_MS);
  });

  it.sequential("mirrors the legal lane's head as the platform holds it", async () => {
    const same = async () => {
      const { journalChain, journalSeq, journalHead } = (await bench.truth()).vault;
      const legal = (await streamsOf(bench.stage, bench.device())).find(({ lane }) => lane === "legal");
      return journalSeq > 0 && legal?.chain === journalChain && legal.lastSeq === journalSeq && legal.head === journalHead;
    };
    await until("chip and platform hold the same head", same, PATIENCE_MS);
  });

  it.sequential("keeps what it holds over a boot of the chip", async () => {
    const before = (await bench.truth()).vault;
    await bench.tell({ do: "reset" });
    const { vault } = await bench.truth();
    expect(vault).toMatchObject({ startsLeft: before.startsLeft, journalSeq: before.journalSeq });
    expect(vault.timeFloorS).toBeGreaterThanOrEqual(before.timeFloorS);
  });
});
