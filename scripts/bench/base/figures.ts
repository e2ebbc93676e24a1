/** What a bench found: figures with their units in their names, ours beside the floor's, and ours over the floor's. */

export type Figures = Readonly<Record<string, number>>;

export interface BenchResult {
  readonly bench: string;
  readonly ours: Figures;
  readonly floor: Figures;
  readonly ratio: Figures;
}

/** Ratios of every figure that both have, and those given besides. Figures are rounded to four digits. */
export function benchResult(bench: string, ours: Figures, floor: Figures, ratios: Figures = {}): BenchResult {
  const shared = Object.entries(ours).flatMap(([name, value]): [string, number][] => {
    const beside = floor[name];
    return beside === undefined || beside === 0 ? [] : [[name, value / beside]];
  });
  return { bench, ours: rounded(ours), floor: rounded(floor), ratio: rounded({ ...Object.fromEntries(shared), ...ratios }) };
}

/** Lines for a terminal. */
export function table({ bench, ours, floor, ratio }: BenchResult): string {
  const names = [...new Set([...Object.keys(ours), ...Object.keys(floor), ...Object.keys(ratio)])];
  const width = Math.max(...names.map((name) => name.length), bench.length);
  const line = (name: string, ...cells: string[]) => [name.padEnd(width), ...cells.map((cell) => cell.padStart(12))].join(" ");
  const cell = (figures: Figures, name: string) => (figures[name] === undefined ? "–" : String(figures[name]));
  const head = line(bench, "ours", "floor", "ratio");
  return [head, ...names.map((name) => line(name, cell(ours, name), cell(floor, name), cell(ratio, name)))].join("\n");
}

function rounded(figures: Figures): Figures {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value.toPrecision(4))]));
}
