import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TemporaryCopy } from "#test/architecture/temporaryCopy.ts";
import { VolatileDisk, whyNoDisk } from "#test/chaos/powercut/disks.ts";
import { playPowercuts } from "#test/chaos/powercut/powercut.ts";

const CUTS = 100;
const SEED = Number(process.env.ARCGATE_SEED ?? 1);

describe("a power cut", () => {
  const why = whyNoDisk();
  if (why !== null) console.error(`power cuts are NOT tested here: ${why}`);

  it.runIf(why === null)(`loses no acknowledged row, damages nothing, repeats nothing (seed ${SEED})`, { timeout: 600_000 }, async () => {
    const said: string[] = [];
    const sums = await playPowercuts(CUTS, SEED, (line) => said.push(line));
    expect(sums, said.join("\n")).toMatchObject({ cuts: CUTS, lost: 0, corrupt: 0, duplicate: 0 });
    expect(sums.acknowledged).toBeGreaterThan(CUTS);
    expect(said.some((line) => line.includes("volatile disk"))).toBe(VolatileDisk.isHere());
  });

  it.runIf(why === null)("would show a journal that does not flush at every commit", { timeout: 120_000 }, () => {
    const copy = new TemporaryCopy();
    try {
      const file = join(copy.root, "agent/shell/store/journalSchema.ts");
      const sound = readFileSync(file, "utf8");
      const lazy = sound.replace("synchronous = FULL", "synchronous = NORMAL").replace("SYNCHRONOUS_FULL = 2", "SYNCHRONOUS_FULL = 1");
      expect(lazy).not.toBe(sound);
      writeFileSync(file, lazy);
      const line = ["--import", "tsx", "test/chaos/main.ts", "powercut", "--cuts", "5"];
      const { status, stdout } = spawnSync(process.execPath, line, { cwd: copy.root, encoding: "utf8" });
      const { cuts, lost } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as { cuts: number; lost: number };
      expect(status).toBe(1);
      expect([cuts, lost > 0]).toEqual([5, true]);
    } finally {
      copy.remove();
    }
  });
});
