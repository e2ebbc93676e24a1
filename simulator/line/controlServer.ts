import { existsSync, lstatSync, unlinkSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { CodedError } from "#protocol/errors/codedError.ts";
import { ERRORS } from "#protocol/errors/registry.ts";

const LONGEST_LINE = 65_536;
const MOST_CONNECTIONS = 16;

/** Newline JSON commands → newline JSON replies: `{"ok":true,"result":…}` or `{"ok":false,"error":{code,detail,en,zh}}`. */
export class ControlServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Throws `chip.pathTaken` when somebody listens there already; a socket that was left behind is removed. */
  static async open(path: string, run: (command: unknown) => unknown): Promise<ControlServer> {
    await clearPath(path);
    const server = createServer();
    server.maxConnections = MOST_CONNECTIONS;
    const control = new ControlServer(server);
    server.on("connection", (socket) => control.#serve(socket, run));
    await new Promise<void>((resolve, reject) => {
      server.once("error", (error) => reject(new CodedError("chip.pathTaken", `${path}: ${error.message}`)));
      server.listen(path, resolve);
    });
    return control;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #serve(socket: Socket, run: (command: unknown) => unknown): void {
    this.#sockets.add(socket);
    let rest = "";
    socket.setEncoding("utf8");
    socket.on("close", () => this.#sockets.delete(socket));
    // A client that goes away in mid-reply is its own affair.
    socket.on("error", () => socket.destroy());
    socket.on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > LONGEST_LINE) return void socket.destroy();
      for (const line of lines) if (line.trim() !== "") socket.write(`${JSON.stringify(reply(line, run))}\n`);
    });
  }
}

function reply(line: string, run: (command: unknown) => unknown): object {
  try {
    return { ok: true, result: run(parse(line)) };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const { en, zh } = ERRORS[error.code];
    return { ok: false, error: { code: error.code, detail: error.detail, en, zh } };
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new CodedError("chip.badCommand", "not JSON");
  }
}

async function clearPath(path: string): Promise<void> {
  if (!existsSync(path)) return;
  if (!lstatSync(path).isSocket() || (await answers(path))) throw new CodedError("chip.pathTaken", path);
  unlinkSync(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", () => resolve(false));
  });
}
