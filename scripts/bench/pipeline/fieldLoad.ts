/** CPU and memory at the field load, in real time: the bundle with chips paced at 115,200 baud, then a bare script on the same buses. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { PAGE, PAGE_RECORDS_MAX, WINDOW } from "#protocol/chip/arcgateChip.ts";
import { cpuMs, diskBytes, rssMb } from "#scripts/bench/base/processUse.ts";
import { buildProgram, startProgram } from "#scripts/bench/base/programs.ts";
import { statusOf } from "#scripts/bench/base/tappedStage.ts";
import { inFolder, say, withCleanup } from "#scripts/bench/base/workplace.ts";
import { BUNDLE } from "#scripts/build.ts";
import { phoneOf } from "#simulator/phone/phone.ts";
import { scanAtPage } from "#simulator/phone/scan.ts";
import { askControl } from "#simulator/stage/control.ts";
import { until } from "#simulator/stage/processes.ts";
import { type Stage, startStage } from "#simulator/stage/stage.ts";

export interface LoadSize {
  machines: number;
  perBus: number;
  sliceS: number;
  /** A process's first seconds are not its day. */
  settleS: number;
  /** One rod and the pause after it; 31 % of it is arc, as in the field. */
  periodS: number;
}

export interface LoadUse {
  cpuShare: number;
  rssMb: number;
  flashBytesPerS: number;
}

const ARC_SHARE = 2.5 / 8;
const BAUD = 115_200;
const READY_MS = 60_000;
const SCAN_WAIT_MS = 20_000;
const RODS_MAX = 10_000;

export function measureLoad(size: LoadSize): Promise<{ ours: LoadUse; floor: LoadUse }> {
  const { machines, perBus } = size;
  say(`现场负荷：${machines} 台，${size.sliceS} s`, `field load: ${machines} machines, ${size.sliceS} s each for ours and the floor`);
  return inFolder((folder) =>
    withCleanup(async (cleanup) => {
      const models = Array.from({ length: machines }, () => "ZX7-400");
      const stage = await startStage({ folder, agentScript: BUNDLE, models, perBus, baud: BAUD });
      cleanup.add(() => stage.close());
      await energiseAll(stage);
      await weldAll(stage, size);
      const ours = await useOf(stage.agent?.pid ?? -1, size);
      await stage.agent?.stop();
      stage.agent = null;
      // The floor has no lease to give: the welders go on over a bridged contactor.
      await eachMachine(stage, perBus, (control, at) => askControl(control, { do: "bypass", at }));
      const own = join(folder, "floor");
      mkdirSync(own);
      const platform = await startProgram<{ url: string }>(await buildProgram("platformFloor"), { database: join(own, "platform.sqlite") });
      cleanup.add(() => platform.stop());
      const options = {
        database: join(own, "field.sqlite"),
        broker: platform.ready.url,
        baudRate: BAUD,
        ...floorBuses(stage, machines, perBus),
      };
      const program = await startProgram(await buildProgram("fieldFloor"), options);
      cleanup.add(() => program.stop());
      return { ours, floor: await useOf(program.pid, size) };
    }),
  );
}

async function energiseAll(stage: Stage): Promise<void> {
  const phone = phoneOf("certified", stage.platformData);
  await until("list and platform", async () => (await statusOf(stage)).list, READY_MS);
  for (const device of stage.devices) {
    await until(`${device} lets the welder in`, async () => (await scanAtPage(stage.page, device, phone)).allowed, SCAN_WAIT_MS);
  }
  const isOn = ({ state }: { state: string }) => state === "energised";
  await until("all machines are energised", async () => (await statusOf(stage)).machines.every(isOn), READY_MS);
}

/** One after the other over a period, so that they do not weld in step. */
async function weldAll(stage: Stage, { machines, perBus, periodS }: LoadSize): Promise<void> {
  const rodS = periodS * ARC_SHARE;
  const job = { do: "weld", rods: RODS_MAX, rodS, changeS: periodS - rodS, amps: 120 };
  await eachMachine(stage, perBus, async (control, at) => {
    await askControl(control, { ...job, at });
    await delay((periodS * 1_000) / machines);
  });
}

async function eachMachine(stage: Stage, perBus: number, run: (control: string, at: number) => Promise<unknown>): Promise<void> {
  for (const index of stage.devices.keys()) {
    const bus = stage.buses[Math.floor(index / perBus)];
    if (bus) await run(bus.control, (index % perBus) + 1);
  }
}

function floorBuses(stage: Stage, machines: number, perBus: number): object {
  const addresses = (bus: number) => Array.from({ length: Math.min(perBus, machines - bus * perBus) }, (_, at) => at + 1);
  const buses = stage.buses.map(({ tty }, bus) => ({ tty, addresses: addresses(bus) }));
  return { buses, block: { address: PAGE.address, words: PAGE.words + PAGE_RECORDS_MAX * WINDOW.words } };
}

async function useOf(pid: number, { settleS, sliceS }: LoadSize): Promise<LoadUse> {
  await delay(settleS * 1_000);
  const before = { cpu: cpuMs(pid), disk: diskBytes(pid), ms: performance.now() };
  await delay(sliceS * 1_000);
  const wallMs = performance.now() - before.ms;
  return {
    cpuShare: (cpuMs(pid) - before.cpu) / wallMs,
    rssMb: rssMb(pid),
    flashBytesPerS: ((diskBytes(pid) - before.disk) * 1_000) / wallMs,
  };
}
