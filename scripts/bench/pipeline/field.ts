/** What the product costs in the field: one machine, and 32 on two buses, beside a bare script and beside the card's budget. */
import type { Figures } from "#scripts/bench/base/figures.ts";
import { say } from "#scripts/bench/base/workplace.ts";
import { playDay } from "#scripts/bench/pipeline/fieldDay.ts";
import { type LoadSize, type LoadUse, measureLoad } from "#scripts/bench/pipeline/fieldLoad.ts";
import { build } from "#scripts/build.ts";

const BUDGET_MB_ONE = 50;
const BUDGET_MB_32 = 300;

interface FieldSize {
  one: LoadSize;
  many: LoadSize;
  dayHours: number;
  dayMachines: number;
  manyHours: number;
}

const FULL: FieldSize = {
  one: { machines: 1, perBus: 16, settleS: 3, sliceS: 60, periodS: 20 },
  many: { machines: 32, perBus: 16, settleS: 3, sliceS: 60, periodS: 20 },
  ...{ dayHours: 8, dayMachines: 32, manyHours: 1 },
};
const QUICK_LOAD = { machines: 2, perBus: 1, settleS: 0, sliceS: 1, periodS: 1 };
/** A stage takes ten seconds to build and to clear: one is enough to see that it works. */
const QUICK: FieldSize = { one: QUICK_LOAD, many: QUICK_LOAD, dayHours: 0.05, dayMachines: 2, manyHours: 0.05 };

export async function measureField(quick: boolean): Promise<{ ours: Figures; floor: Figures; ratios: Figures }> {
  const size = quick ? QUICK : FULL;
  await build();
  const one = await measureLoad(size.one);
  const many = size.many === size.one ? one : await measureLoad(size.many);
  say("写盘：按虚拟时间播放一天", "flash: a day is played on virtual time");
  const dayOne = await playDay(1, size.dayHours);
  const day32 = await playDay(size.dayMachines, size.manyHours);
  const flash = { flashMbPerDayOne: dayOne.flashMbPerDay, flashMbPerDay32: day32.flashMbPerDay, eventsPerDayOne: dayOne.eventsPerDay };
  return {
    ours: { ...named(one.ours, many.ours), ...flash },
    floor: named(one.floor, many.floor),
    ratios: { budgetShareOne: dayOne.flashMbPerDay / BUDGET_MB_ONE, budgetShare32: day32.flashMbPerDay / BUDGET_MB_32 },
  };
}

function named(one: LoadUse, many: LoadUse): Figures {
  return {
    ...{ cpuShareOne: one.cpuShare, rssMbOne: one.rssMb, cpuShare32: many.cpuShare, rssMb32: many.rssMb },
    ...{ sliceFlashBytesPerSOne: one.flashBytesPerS, sliceFlashBytesPerS32: many.flashBytesPerS },
  };
}
