/** How far each port's search is: lines that move on a terminal; elsewhere each port is said once, with its worst time. */
import { lineName } from "#scripts/install/discover/searchPlan.ts";
import type { SearchProgress } from "#scripts/install/discover/searchPort.ts";

const REDRAW_MS = 100;

export class SearchLines {
  readonly #rows = new Map<string, string>();
  readonly #output: { write(text: string): unknown; isTTY?: boolean };
  readonly #nowMs: () => number;
  #drawn = 0;
  #drawnAtMs = Number.NEGATIVE_INFINITY;

  constructor(output: { write(text: string): unknown; isTTY?: boolean }, nowMs: () => number) {
    this.#output = output;
    this.#nowMs = nowMs;
  }

  step(port: string, { place, done, total, leftMs, found }: SearchProgress): void {
    const isFirst = !this.#rows.has(port);
    const worst = `最多还需 at most ${Math.ceil(leftMs / 1_000)} s`;
    this.#rows.set(port, `${port} ${done}/${total} · ${lineName(place.line)} @${place.address} · 找到 found ${found} · ${worst}`);
    if (this.#output.isTTY) this.#draw();
    else if (isFirst) this.#output.write(`${port} · ${worst}\n`);
  }

  /** Wipes the lines that moved. */
  end(): void {
    if (this.#drawn > 0) this.#output.write(`\u001b[${this.#drawn}A\u001b[0J`);
    this.#drawn = 0;
  }

  #draw(): void {
    if (this.#nowMs() - this.#drawnAtMs < REDRAW_MS) return;
    this.#drawnAtMs = this.#nowMs();
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A` : "";
    this.#output.write(up + [...this.#rows.values()].map((text) => `\u001b[2K${text}\n`).join(""));
    this.#drawn = this.#rows.size;
  }
}
