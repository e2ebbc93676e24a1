/** A jig's hands at one machine, over its Unix socket. Specification: protocol/README.md "Jig". */
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { CodedError } from "#protocol/errors/codedError.ts";
import { JigAnswer, type JigRequest } from "#protocol/install/jig.ts";
import type { Ask, Teller, Told } from "#scripts/install/machine/teller.ts";

/** A hand that did nothing for so long does nothing any more. */
const PATIENCE_MS = 60_000;

/** Where the machine is. */
export interface JigPlace {
  port: string;
  /** On a bus of several machines; null where it is alone. */
  address: number | null;
}

interface Waiting {
  resolve(): void;
  reject(error: CodedError): void;
  timer: NodeJS.Timeout;
}

export class Jig implements Teller {
  readonly #socket: Socket;
  readonly #place: JigPlace;
  readonly #say: (told: Told) => void;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  private constructor(socket: Socket, place: JigPlace, say: (told: Told) => void) {
    this.#socket = socket;
    this.#place = place;
    this.#say = say;
    const lines = createInterface({ input: socket });
    lines.on("line", (line) => this.#hear(line));
    // The reader hands the socket's errors on; each is followed by its close.
    lines.on("error", () => undefined);
    socket.on("error", () => undefined);
    socket.on("close", () => this.#lose("closed"));
  }

  /** For the machine at `place`. What is only told goes to `say`. Rejects with `install.jigLost`. */
  static open(path: string, place: JigPlace, say: (told: Told) => void): Promise<Jig> {
    return new Promise((resolve, reject) => {
      const socket = connect(path);
      const failed = (error: Error) => reject(new CodedError("install.jigLost", `${path}: ${error.message}`));
      socket.once("error", failed);
      socket.once("connect", () => {
        socket.removeListener("error", failed);
        resolve(new Jig(socket, place, say));
      });
    });
  }

  tell(told: Told): void {
    this.#say(told);
  }

  /** Rejects with `install.jigRefused` when the jig cannot, with `install.jigLost` when it says nothing. */
  ask(ask: Ask, told: Told, facts: Readonly<Record<string, string>> = {}): Promise<void> {
    this.#say(told);
    const { port, address } = this.#place;
    const request: JigRequest = { id: ++this.#lastId, port, ...(address !== null && { address }), ask, facts: { ...facts } };
    if (this.#socket.destroyed) return Promise.reject(new CodedError("install.jigLost", ask));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(request.id, new CodedError("install.jigLost", `${ask}: no answer`)), PATIENCE_MS);
      this.#waiting.set(request.id, { resolve, reject, timer });
      this.#socket.write(`${JSON.stringify(request)}\n`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #hear(line: string): void {
    const parsed = JigAnswer.safeParse(jsonOrNull(line));
    if (!parsed.success) {
      this.#lose(`answered ${line.slice(0, 80)}`);
      return;
    }
    const answer = parsed.data;
    this.#settle(answer.id, "error" in answer ? new CodedError("install.jigRefused", answer.error) : null);
  }

  #lose(how: string): void {
    this.#socket.destroy();
    for (const id of [...this.#waiting.keys()]) this.#settle(id, new CodedError("install.jigLost", how));
  }

  #settle(id: number, error: CodedError | null): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    if (error) waiting.reject(error);
    else waiting.resolve();
  }
}

function jsonOrNull(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
