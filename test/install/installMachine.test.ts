import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CodedError } from "#protocol/errors/codedError.ts";
import { parseMachines } from "#scripts/install/batch/machinesFile.ts";
import {
  commissionOnSite,
  type InstallSteps,
  installMachine,
  type ProvisionedChip,
  prepareOnBench,
} from "#scripts/install/machine/installMachine.ts";
import { Job } from "#scripts/install/machine/job.ts";
import { machineFile } from "#scripts/install/machine/machineFolder.ts";
import type { Teller } from "#scripts/install/machine/teller.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "arcgate-job-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const [ORDER] = parseMachines("name,port,division,maker,designation,sensorRangeAmps,hotline\nA,p,370983,ARCG,ZX7-400,600,400-000-0000");
if (!ORDER) throw new RangeError("no order");
const UID = "00112233445566778899aabb";
const FLASHED = { uid: UID, version: "1.0.0", bytes: 4096, seconds: 2 };
const DEVICE = "370983ZARCG00000001X";

/** Steps that only say that they were made; `stopAt` breaks off where it is reached for the first time. */
function workshop(stopAt: string | null = null, faults: readonly string[] = []) {
  const made: string[] = [];
  let stop = stopAt;
  const make = (step: string) => {
    if (step === stop) {
      stop = null;
      throw new CodedError("flash.lineLost", step);
    }
    made.push(step);
  };
  const teller: Teller = {
    tell: () => undefined,
    ask: async (ask) => make(ask),
  };
  const steps: InstallSteps<ProvisionedChip> = {
    flash: async () => {
      make("flash");
      return FLASHED;
    },
    provision: (_, job) =>
      job.once("provisioned", () => {
        make("provision");
        return { deviceCode: DEVICE, uid: UID };
      }),
    configure: () => make("configure"),
    label: async () => make("label"),
    commission: async () => {
      make("commission");
      return { passed: faults.length === 0, faults };
    },
  };
  const order = ORDER as NonNullable<typeof ORDER>;
  const as = (install: typeof installMachine) => () => withJob((job) => install(order, job, teller, steps));
  return { made, run: as(installMachine), bench: as(prepareOnBench), site: as(commissionOnSite) };
}

async function withJob<T>(run: (job: Job) => Promise<T>): Promise<T> {
  const job = new Job(folder);
  try {
    return await run(job);
  } finally {
    job.close();
  }
}

const ALL = ["setBootloader", "flash", "powerAnew", "provision", "label", "configure", "commission"];

describe("an installation", () => {
  it("makes each step once, and says so when it is all done already", async () => {
    const { made, run } = workshop();
    expect(await run()).toEqual({ deviceCode: DEVICE, isNew: true, flashed: FLASHED, reached: "site" });
    expect(await run()).toEqual({ deviceCode: DEVICE, isNew: false, flashed: FLASHED, reached: "site" });
    expect(made).toEqual(ALL);
  });

  it.each(ALL)("broken off at %s goes on there", async (step) => {
    const { made, run } = workshop(step);
    await expect(run()).rejects.toMatchObject({ code: "flash.lineLost" });
    expect(await run()).toEqual({ deviceCode: DEVICE, isNew: true, flashed: FLASHED, reached: "site" });
    // To flash, the chip has to be in its bootloader again; the configuration is made in every run.
    const again = { flash: ["setBootloader"], commission: ["configure"] }[step] ?? [];
    expect(made.toSorted()).toEqual([...again, ...ALL].toSorted());
  });

  it("in two stages makes each step once too, and not the second before the first", async () => {
    const { made, bench, site } = workshop();
    await expect(site()).rejects.toMatchObject({ code: "install.benchFirst" });
    const atBench = { deviceCode: DEVICE, flashed: FLASHED, reached: "bench" };
    expect([await bench(), await bench()]).toEqual([
      { ...atBench, isNew: true },
      { ...atBench, isNew: false },
    ]);
    const onSite = { ...atBench, reached: "site" };
    expect([await site(), await site(), await bench()]).toEqual([true, false, false].map((isNew) => ({ ...onSite, isNew })));
    expect(made).toEqual(ALL.filter((step) => step !== "configure"));
  });

  it("that does not pass is not installed, names the faults, and is examined again", async () => {
    const { run } = workshop(null, ["霍尔传感器装反"]);
    await expect(run()).rejects.toMatchObject({ code: "install.notPassed", detail: "霍尔传感器装反" });
    expect(await workshop().run()).toMatchObject({ isNew: true });
  });

  it("is not gone on with for another order", async () => {
    await workshop().run();
    const other = { ...(ORDER as NonNullable<typeof ORDER>), address: 7 };
    const job = new Job(folder);
    const steps = {} as InstallSteps<ProvisionedChip>;
    const teller: Teller = { tell: () => undefined, ask: async () => undefined };
    await expect(installMachine(other, job, teller, steps)).rejects.toMatchObject({ code: "install.otherOrder" });
    job.close();
  });
});

describe("the record of steps", () => {
  it("passes over a last line that was being written, and is written on behind it", async () => {
    await withJob(async (job) => job.record("flash", UID));
    appendFileSync(machineFile(folder, "job"), '{"step":"boot","at":"2026');
    await withJob(async (job) => {
      expect([job.result("flash"), job.result("boot")]).toEqual([UID, undefined]);
      job.record("boot", true);
    });
    expect(await withJob(async (job) => [job.result("flash"), job.result("boot")])).toEqual([UID, true]);
  });

  it("keeps nothing of a step that throws", async () => {
    await withJob(async (job) => {
      await expect(job.once("flash", () => Promise.reject(new CodedError("flash.noAnswer", "")))).rejects.toThrow(CodedError);
      expect(job.result("flash")).toBeUndefined();
      expect(await job.once("flash", () => 1)).toBe(1);
      expect(await job.once("flash", () => 2)).toBe(1);
    });
  });

  it.each(["not JSON\n", "3\n", '{"at":"x"}\n', `${" ".repeat(1_048_577)}\n`])("is refused when it is none: %j", (text) => {
    writeFileSync(machineFile(folder, "job"), text);
    expect(() => new Job(folder)).toThrowError(expect.objectContaining({ code: "install.badJob" }));
  });
});
