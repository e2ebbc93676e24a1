/** A person at a terminal: is told, is asked one thing at a time, and presses Enter when it is done. */
import { createInterface } from "node:readline";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { Ask, Teller, Told } from "#scripts/install/machine/teller.ts";

interface Terminal {
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  output: NodeJS.WritableStream;
}

export class ConsoleTeller implements Teller {
  readonly #terminal: Terminal;
  /** The name of the machine before each line, where several are installed at once. */
  readonly #name: string | null;
  #lastAsked: Promise<unknown> = Promise.resolve();

  constructor(name: string | null = null, terminal: Terminal = { input: process.stdin, output: process.stderr }) {
    this.#name = name;
    this.#terminal = terminal;
  }

  tell({ zh, en, part }: Told): void {
    const share = part === undefined ? "" : ` ${Math.round(part * 100)} %`;
    this.#line(`${zh} ${en}${share}`);
  }

  /** Rejects with `install.nobody` where nobody sits at the terminal. */
  ask(ask: Ask, told: Told, facts: Readonly<Record<string, string>> = {}): Promise<void> {
    const asked = this.#lastAsked.then(() => this.#askNow(ask, told, facts));
    // Who asks next waits for this one, whatever becomes of it; its own caller hears of a failure.
    this.#lastAsked = asked.catch(() => undefined);
    return asked;
  }

  async #askNow(ask: Ask, { zh, en }: Told, facts: Readonly<Record<string, string>>): Promise<void> {
    const { input, output } = this.#terminal;
    if (input.isTTY !== true) throw new CodedError("install.nobody", ask);
    this.#line(`▶ ${zh}`);
    this.#line(`  ${en}`);
    for (const [name, value] of Object.entries(facts)) this.#line(`  ${name}: ${value}`);
    output.write("  完成后按回车 Press Enter when it is done ");
    await this.#enter(ask);
  }

  #enter(ask: Ask): Promise<void> {
    const lines = createInterface({ input: this.#terminal.input });
    return new Promise((resolve, reject) => {
      lines.once("line", () => {
        resolve();
        lines.close();
      });
      // After a line this says nothing new.
      lines.once("close", () => reject(new CodedError("install.nobody", ask)));
    });
  }

  #line(text: string): void {
    this.#terminal.output.write(`${this.#name === null ? "" : `[${this.#name}] `}${text}\n`);
  }
}
