/** One line that says what goes on now, above it what has happened. */
import { agentReport } from "#scripts/story/watch.ts";
import type { Stage } from "#simulator/stage/stage.ts";

const REFRESH_MS = 500;
/** Without a terminal a line is printed now and then instead of rewritten. */
const PLAIN_EVERY = 8;

export class LiveView {
  readonly #stage: Stage;
  readonly #startedMs = performance.now();
  readonly #tty = process.stdout.isTTY;
  #timer: NodeJS.Timeout;
  #turn = 0;
  #looking = false;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#timer = setInterval(() => void this.#refresh(), REFRESH_MS);
  }

  say(zh: string, en: string): void {
    this.#clearLine();
    console.log(`${this.#clock()}  ${zh}  ${en}`);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#clearLine();
  }

  async #refresh(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const line = await this.#line();
    this.#looking = false;
    if (this.#tty) process.stdout.write(`\r\x1b[2K${line}`);
    else if (this.#turn++ % PLAIN_EVERY === 0) console.log(line);
  }

  async #line(): Promise<string> {
    const report = await agentReport(this.#stage);
    const machine = report?.machines[0];
    if (!report || !machine) return `${this.#clock()}  │ 程序未运行 agent down`;
    const live = `${(machine.volts ?? 0).toFixed(1).padStart(5)} V ${(machine.amps ?? 0).toFixed(0).padStart(4)} A`;
    const backlog = machine.backlog.legal + machine.backlog.telemetry;
    const state = `${machine.text.zh} ${machine.text.en}`;
    return `${this.#clock()}  │ ${live} │ ${state} │ 弧 arcs ${machine.totals.arcs} │ 平台 ${report.online ? "在线 on line" : "离线 off line"} │ 待传 waiting ${backlog}`;
  }

  #clock(): string {
    return `${((performance.now() - this.#startedMs) / 1000).toFixed(1).padStart(6)} s`;
  }

  #clearLine(): void {
    if (this.#tty) process.stdout.write("\r\x1b[2K");
  }
}
