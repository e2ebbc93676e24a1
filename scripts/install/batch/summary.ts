import type { MachineOutcome } from "#scripts/install/batch/runBatch.ts";

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
}

export function summaryOf(machines: number, outcomes: readonly MachineOutcome[]): Summary {
  const count = (end: MachineOutcome["end"]) => outcomes.filter((outcome) => outcome.end === end).length;
  const seconds = outcomes.flatMap((outcome) => (outcome.end === "done" ? outcome.seconds : []));
  const mean = seconds.length === 0 ? null : seconds.reduce((sum, each) => sum + each, 0) / seconds.length / 60;
  return {
    machines,
    ...{ done: count("done"), skipped: count("skipped"), failed: count("failed"), left: machines - outcomes.length },
    minutesPerMachine: mean === null ? null : Number(mean.toFixed(2)),
    outcomes,
  };
}

/** For people; the JSON is for programs. */
export function summaryText({ machines, done, skipped, failed, left, minutesPerMachine, outcomes }: Summary): string {
  const pace = minutesPerMachine === null ? "" : `，平均 ${minutesPerMachine} 分钟一台 minutes each`;
  const faults = outcomes.flatMap((outcome) => (outcome.end === "failed" ? `  ✗ ${outcome.name}：${outcome.text}` : []));
  const counts = `共 ${machines} 台 machines：完成 done ${done}，已装 skipped ${skipped}，失败 failed ${failed}，未开始 left ${left}${pace}`;
  return [counts, ...faults, ...(failed + left > 0 ? ["再次运行同一命令即可继续。 Run the same command again to go on."] : [])].join("\n");
}
