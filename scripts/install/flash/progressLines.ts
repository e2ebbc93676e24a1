/** A line for each chip: how far, how fast, how long yet. On a terminal they move; elsewhere each tenth is said once. */
import type { FlashProgress } from "#scripts/install/flash/flashChip.ts";

export const PHASE_WORDS = {
  probe: { zh: "检查", en: "probe" },
  read: { zh: "比对", en: "compare" },
  erase: { zh: "擦除", en: "erase" },
  write: { zh: "写入", en: "write" },
  verify: { zh: "校验", en: "verify" },
} as const satisfies Record<FlashProgress["phase"], { zh: string; en: string }>;

const BAR_CHARACTERS = 30;
const REDRAW_MS = 100;

interface Row {
  startMs: number;
  text: string;
  tenths: number;
}

export class ProgressLines {
  readonly #rows = new Map<string, Row>();
  readonly #write: (text: string) => void;
  readonly #moves: boolean;
  readonly #nowMs: () => number;
  #drawn = 0;
  #drawnAtMs = Number.NEGATIVE_INFINITY;

  constructor(ports: readonly string[], output: { write(text: string): unknown; isTTY?: boolean }, nowMs: () => number) {
    this.#write = (text) => void output.write(text);
    this.#moves = output.isTTY ?? false;
    this.#nowMs = nowMs;
    for (const port of ports) this.#rows.set(port, { startMs: nowMs(), text: "…", tenths: 0 });
  }

  step(port: string, { phase, done, total }: FlashProgress): void {
    const row = this.#rows.get(port);
    if (!row) return;
    const part = total === 0 ? 0 : Math.min(1, done / total);
    row.text = `${bar(part)} ${Math.floor(part * 100)}% ${PHASE_WORDS[phase].zh} ${PHASE_WORDS[phase].en}${pace(done, total, this.#nowMs() - row.startMs)}`;
    if (this.#moves) this.#draw();
    else if (Math.floor(part * 10) > row.tenths) {
      row.tenths = Math.floor(part * 10);
      this.#write(`${port} ${row.text}\n`);
    }
  }

  /** The last word on a chip. */
  end(port: string, text: string): void {
    const row = this.#rows.get(port);
    if (row) row.text = text;
    if (!this.#moves) this.#write(`${port} ${text}\n`);
    this.#drawnAtMs = Number.NEGATIVE_INFINITY;
    if (this.#moves) this.#draw();
  }

  #draw(): void {
    if (this.#nowMs() - this.#drawnAtMs < REDRAW_MS) return;
    this.#drawnAtMs = this.#nowMs();
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A` : "";
    this.#write(up + [...this.#rows].map(([port, { text }]) => `\u001b[2K${port} ${text}\n`).join(""));
    this.#drawn = this.#rows.size;
  }
}

function bar(part: number): string {
  const full = Math.round(part * BAR_CHARACTERS);
  return `${"█".repeat(full)}${"░".repeat(BAR_CHARACTERS - full)}`;
}

function pace(done: number, total: number, ms: number): string {
  if (done === 0 || ms <= 0) return "";
  const bytesPerS = (done * 1000) / ms;
  return ` · ${(bytesPerS / 1024).toFixed(1)} KB/s · ${Math.ceil((total - done) / bytesPerS)} s`;
}
