/** A row for each machine. On a terminal the table stays in its place; elsewhere each change of step is a line of its own. */
import type { Told } from "#scripts/install/machine/teller.ts";

export interface TableRow {
  name: string;
  state: "waiting" | "running" | "done" | "skipped" | "failed";
  /** What it is at, or what became of it. */
  text: string;
  part: number | null;
  startMs: number | null;
  seconds: number | null;
}

const MARK = { waiting: "·", running: "▶", done: "✓", skipped: "=", failed: "✗" } as const satisfies Record<TableRow["state"], string>;
const WORD = {
  waiting: "等待 waiting",
  running: "",
  done: "完成 done",
  skipped: "已装 was done before",
  failed: "失败",
} as const satisfies Record<TableRow["state"], string>;
const BAR_CHARACTERS = 12;
const REDRAW_MS = 100;
const LINE_MAX = 110;

export class LiveTable {
  readonly #rows: Map<string, TableRow>;
  readonly #output: { write(text: string): unknown; isTTY?: boolean };
  readonly #nowMs: () => number;
  #drawnLines = 0;
  #drawnAtMs = Number.NEGATIVE_INFINITY;

  constructor(names: readonly string[], output: { write(text: string): unknown; isTTY?: boolean }, nowMs: () => number) {
    const waiting = { state: "waiting", text: "", part: null, startMs: null, seconds: null } as const;
    this.#rows = new Map(names.map((name) => [name, { name, ...waiting }]));
    this.#output = output;
    this.#nowMs = nowMs;
  }

  begin(name: string): void {
    this.#change(name, { state: "running", startMs: this.#nowMs() }, true);
  }

  told(name: string, { step, zh, en, part }: Told): void {
    const text = `${step} ${zh} ${en}`;
    const isNews = this.#rows.get(name)?.text !== text;
    this.#change(name, { text, part: part ?? null }, isNews);
  }

  end(name: string, state: "done" | "skipped" | "failed", text: string, seconds: number | null): void {
    this.#drawnAtMs = Number.NEGATIVE_INFINITY;
    this.#change(name, { state, text, part: null, seconds }, true);
  }

  #change(name: string, change: Partial<TableRow>, isNews: boolean): void {
    const row = this.#rows.get(name);
    if (!row) return;
    Object.assign(row, change);
    if (this.#output.isTTY) this.#draw();
    else if (isNews) this.#output.write(`${lineOf(row, this.#nowMs())}\n`);
  }

  #draw(): void {
    const nowMs = this.#nowMs();
    if (nowMs - this.#drawnAtMs < REDRAW_MS) return;
    this.#drawnAtMs = nowMs;
    const up = this.#drawnLines > 0 ? `\u001b[${this.#drawnLines}A` : "";
    const rows = [...this.#rows.values()];
    this.#output.write(up + rows.map((row) => `\u001b[2K${lineOf(row, nowMs)}\n`).join(""));
    this.#drawnLines = rows.length;
  }
}

function lineOf({ name, state, text, part, startMs, seconds }: TableRow, nowMs: number): string {
  const elapsedS = seconds ?? (startMs === null ? null : (nowMs - startMs) / 1000);
  const time = elapsedS === null ? "" : `${Math.floor(elapsedS / 60)}:${String(Math.floor(elapsedS % 60)).padStart(2, "0")} `;
  const words = [WORD[state], part === null ? "" : bar(part), text].filter((word) => word !== "");
  return `${MARK[state]} ${name.padEnd(12)} ${time}${words.join(" ")}`.slice(0, LINE_MAX);
}

function bar(part: number): string {
  const full = Math.round(Math.max(0, Math.min(1, part)) * BAR_CHARACTERS);
  return `${"█".repeat(full)}${"░".repeat(BAR_CHARACTERS - full)}`;
}
