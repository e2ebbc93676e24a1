/** What a bench found: figures with their units in their names, ours beside another's, and ours over the other's. */

export type Figures = Readonly<Record<string, number>>;

export interface BenchResult {
  readonly bench: string;
  readonly ours: Figures;
  /** Who is beside ours: a bench has one of them. */
  readonly floor?: Figures;
  readonly nodeRed?: Figures;
  readonly ratio: Figures;
}

/** Ratios of every figure that both have, and those given besides. Figures are rounded to four digits. */
export function benchResult(bench: string, ours: Figures, floor: Figures, ratios: Figures = {}): BenchResult & { floor: Figures } {
  return { bench, ours: rounded(ours), floor: rounded(floor), ratio: rounded({ ...quotients(ours, floor), ...ratios }) };
}

export function rivalResult(bench: string, ours: Figures, nodeRed: Figures): BenchResult & { nodeRed: Figures } {
  return { bench, ours: rounded(ours), nodeRed: rounded(nodeRed), ratio: rounded(quotients(ours, nodeRed)) };
}

function quotients(ours: Figures, others: Figures): Figures {
  return Object.fromEntries(
    Object.entries(ours).flatMap(([name, value]) => {
      const beside = others[name];
      return beside === undefined || beside === 0 ? [] : [[name, value / beside]];
    }),
  );
}

/** Lines for a terminal. */
export function table({ bench, ...columns }: BenchResult): string {
  const all: [string, Figures][] = Object.entries(columns);
  const names = [...new Set(all.flatMap(([, figures]) => Object.keys(figures)))];
  const width = Math.max(...names.map((name) => name.length), bench.length);
  const line = (name: string, cells: string[]) => [name.padEnd(width), ...cells.map((cell) => cell.padStart(12))].join(" ");
  const row = (name: string) => all.map(([, figures]) => (figures[name] === undefined ? "–" : String(figures[name])));
  const head = all.map(([column]) => column);
  return [line(bench, head), ...names.map((name) => line(name, row(name)))].join("\n");
}

function rounded(figures: Figures): Figures {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value.toPrecision(4))]));
}
