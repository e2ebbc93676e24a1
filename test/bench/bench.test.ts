import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("../../scripts/bench/main.ts", import.meta.url));

/** Each starts a dozen processes; a busy computer may take its time. */
const RUN_MS = 180_000;

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

function bench(...argv: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, ["--import", import.meta.resolve("tsx"), MAIN, ...argv], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

/** Names that are promised; what a run of this size measures is of no interest. */
const PROMISED = {
  scan: {
    ours: ["p50Ms", "p99Ms", "listLoadMs", "lookUpP99Us"],
    floor: ["p50Ms", "p99Ms", "callsP50Ms"],
    ratio: ["p50Ms", "p99Ms"],
  },
  flash: {
    ours: ["bytesPerSecond", "seconds"],
    floor: ["bytesPerSecond", "seconds"],
    ratio: ["flash", "stm32flash"],
  },
  start: {
    ours: ["sourceMs", "bundleMs", "coldSourceMs", "coldBundleMs"],
    floor: ["startMs"],
    ratio: ["start", "sourceStart"],
  },
  list: {
    ours: ["fileMb", "importMs", "loadMs", "rssAddedMb", "lookupP50Us", "lookupP99Us", "lookupColdP99Us", "overlayApplyMs"],
    floor: ["fileMb", "importMs", "loadMs", "rssAddedMb", "lookupP50Us", "lookupP99Us", "lookupColdP99Us", "overlayApplyMs"],
    ratio: ["fileMb", "loadMs", "lookupP99Us", "overlayApplyMs"],
  },
  encoding: {
    ours: ["liveBytes", "liveEncodeUs", "liveDecodeUs", "backlogBytes", "backlogEncodeUs", "backlogDecodeUs"],
    floor: ["liveBytes", "liveEncodeUs", "liveDecodeUs", "backlogBytes", "backlogEncodeUs", "backlogDecodeUs"],
    ratio: [
      "liveBytes",
      "deflate6 backlogBytes",
      "deflate6 backlogEncodeUs",
      "brotli1 liveBytes",
      "cbor liveBytes",
      "ours batch1 / batch100",
    ],
  },
  pipeline: {
    ours: [
      ...["windowsPerSecond", "deliveredWindowsPerSecond", "eventsPerSecond", "p50Ms", "p99Ms", "flashBytesPerEvent", "wireBytesPerEvent"],
      ...["drainEventsPerSecond", "drainRssMb", "drainRssPeakMb", "eventsPerDayOne"],
      ...["cpuShareOne", "rssMbOne", "cpuShare32", "rssMb32", "flashMbPerDayOne", "flashMbPerDay32"],
    ],
    floor: [
      ...["windowsPerSecond", "deliveredWindowsPerSecond", "eventsPerSecond", "p50Ms", "p99Ms", "flashBytesPerEvent", "wireBytesPerEvent"],
      ...["drainEventsPerSecond", "drainRssMb", "drainRssPeakMb", "rssMbOne", "rssMb32"],
    ],
    ratio: [
      ...["windowsPerSecond", "deliveredWindowsPerSecond", "eventsPerSecond", "p99Ms", "flashBytesPerEvent", "wireBytesPerEvent"],
      ...["drainEventsPerSecond", "drainRssMb", "rssMbOne", "rssMb32", "budgetShareOne", "budgetShare32"],
    ],
  },
} as const;

describe("npm run bench", () => {
  for (const [name, promised] of Object.entries(PROMISED)) {
    it(`${name} --quick ends with the promised JSON line`, { timeout: RUN_MS }, async () => {
      const { code, stdout, stderr } = await bench(name, "--quick");
      expect(`${code} ${stderr}`).toBe("0 ");
      const lines = stdout.trimEnd().split("\n");
      const result = JSON.parse(lines.at(-1) ?? "") as Record<"ours" | "floor" | "ratio", Record<string, number>> & { bench: string };
      expect(result.bench).toBe(name);
      for (const side of ["ours", "floor", "ratio"] as const) {
        expect(Object.keys(result[side])).toEqual(expect.arrayContaining([...promised[side]]));
        for (const [figure, value] of Object.entries(result[side])) expect(value, `${side}.${figure}`).toBeGreaterThanOrEqual(0);
      }
      expect(stdout).toMatch(new RegExp(`^${name} +ours +floor +ratio$`, "m"));
    });
  }

  it("refuses a name that is no bench, and tells which there are", async () => {
    const { code, stdout, stderr } = await bench("toString");
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("there is no bench: toString");
    for (const name of Object.keys(PROMISED)) expect(stderr).toContain(name);
  });

  it("refuses an option that nothing reads, and no name at all", async () => {
    expect((await bench("scan", "--fast")).code).toBe(2);
    expect((await bench()).stderr).toContain("which bench?");
  });

  it("explains itself in both languages", async () => {
    const { code, stdout } = await bench("--help");
    expect(code).toBe(0);
    expect(stdout).toContain("性能对比");
    expect(stdout).toContain("ours beside the floor");
  });
});
