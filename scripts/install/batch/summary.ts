import type { MachineOutcome } from "#scripts/install/batch/runBatch.ts";
import type { MachineOrder } from "#scripts/install/machine/order.ts";

export interface Summary {
  machines: number;
  done: number;
  skipped: number;
  failed: number;
  /** Of the list, but not begun: the batch was stopped. */
  left: number;
  /** Of those that this run did. */
  minutesPerMachine: number | null;
  outcomes: readonly MachineOutcome[];
  /** Machines that are through their bench, and where each belongs. */
  toMount: readonly Mounting[];
}

interface Mounting {
  name: string;
  deviceCode: string;
  /** Null: a module of its own. */
  module: string | null;
  bus: string;
  address: number;
}

export function summaryOf(orders: readonly MachineOrder[], outcomes: readonly MachineOutcome[]): Summary {
  const machines = orders.length;
  const count = (end: MachineOutcome["end"]) => outcomes.filter((outcome) => outcome.end === end).length;
  const seconds = outcomes.flatMap((outcome) => (outcome.end === "done" ? outcome.seconds : []));
  const mean = seconds.length === 0 ? null : seconds.reduce((sum, each) => sum + each, 0) / seconds.length / 60;
  return {
    machines,
    ...{ done: count("done"), skipped: count("skipped"), failed: count("failed"), left: machines - outcomes.length },
    minutesPerMachine: mean === null ? null : Number(mean.toFixed(2)),
    outcomes,
    toMount: orders.flatMap((order) => mountingOf(order, outcomes)),
  };
}

function mountingOf({ name, module, bus, port, address }: MachineOrder, outcomes: readonly MachineOutcome[]): Mounting[] {
  const own = outcomes.find((outcome) => outcome.name === name);
  if (!own || own.end === "failed" || own.reached === "site") return [];
  return [{ name, deviceCode: own.deviceCode, module: module ?? null, bus: bus ?? port, address }];
}

/** For people; the JSON is for programs. */
export function summaryText({ machines, done, skipped, failed, left, minutesPerMachine, outcomes, toMount }: Summary): string {
  const pace = minutesPerMachine === null ? "" : `，平均 ${minutesPerMachine} 分钟一台 minutes each`;
  const faults = outcomes.flatMap((outcome) => (outcome.end === "failed" ? `  ✗ ${outcome.name}：${outcome.text}` : []));
  const counts = `共 ${machines} 台 machines：完成 done ${done}，已装 skipped ${skipped}，失败 failed ${failed}，未开始 left ${left}${pace}`;
  return [
    counts,
    ...faults,
    ...mountingLines(toMount),
    ...(failed + left > 0 ? ["再次运行同一命令即可继续。 Run the same command again to go on."] : []),
  ].join("\n");
}

function mountingLines(toMount: readonly Mounting[]): string[] {
  if (toMount.length === 0) return [];
  const places = toMount.map(({ name, deviceCode, module, bus, address }) => {
    const of = module === null ? "" : `模块 module ${module}，`;
    return `  ${name}（${deviceCode}）→ ${of}总线 bus ${bus}，地址 address ${address}`;
  });
  return [
    "工作台阶段已完成，请装回 The bench stage is done; mount:",
    ...places,
    "装好后以 --stage site 再次运行同一命令。 Then run the same command with --stage site.",
  ];
}
