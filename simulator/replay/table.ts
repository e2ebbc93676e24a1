import type { ReplayResult } from "#simulator/replay/result.ts";

/** For people: one line an arc, then the sums and the faults. */
export function resultTable({ arcs, arcSeconds, strikes, shorts, stuckSeconds, faults }: ReplayResult): string {
  const rows = arcs.map(({ startS, endS, meanAmps, meanVolts }, index) => [
    String(index + 1),
    startS.toFixed(2),
    endS.toFixed(2),
    (endS - startS).toFixed(2),
    meanAmps.toFixed(0),
    meanVolts.toFixed(1),
  ]);
  const columns = [["No", "start s", "end s", "seconds", "A", "V"], ...rows];
  const widths = columns[0]?.map((_, at) => Math.max(...columns.map((row) => row[at]?.length ?? 0))) ?? [];
  const lines = columns.map((row) => row.map((cell, at) => cell.padStart(widths[at] ?? 0)).join("  "));
  const sums = [
    `电弧 arcs ${arcs.length}，燃弧 arc seconds ${arcSeconds.toFixed(2)}`,
    `引弧 strikes ${strikes}，短路 shorts ${shorts}，粘焊条 stuck ${stuckSeconds.toFixed(2)} s`,
  ];
  const found = faults.map(({ zh, en, startS, endS }) => `故障 fault: ${zh} ${en}, ${span(startS)} – ${span(endS)} s`);
  return [...lines, ...sums, ...found].join("\n");
}

function span(seconds: number | null): string {
  return seconds === null ? "…" : seconds.toFixed(2);
}
