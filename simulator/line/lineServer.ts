/** A Unix socket on which lines are answered by lines. */
import { existsSync, lstatSync, unlinkSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { CodedError } from "#protocol/errors/codedError.ts";

const LONGEST_LINE = 65_536;
const MOST_CONNECTIONS = 64;

export class LineServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** `hear` gets each line, and may answer when it likes. Throws `chip.pathTaken` when somebody listens there already; a socket that was left behind is removed. */
  static async open(path: string, hear: (line: string, answer: (line: string) => void) => void): Promise<LineServer> {
    await clearPath(path);
    const server = createServer();
    server.maxConnections = MOST_CONNECTIONS;
    const lines = new LineServer(server);
    server.on("connection", (socket) => lines.#serve(socket, hear));
    await new Promise<void>((resolve, reject) => {
      server.once("error", (error) => reject(new CodedError("chip.pathTaken", `${path}: ${error.message}`)));
      server.listen(path, resolve);
    });
    return lines;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #serve(socket: Socket, hear: (line: string, answer: (line: string) => void) => void): void {
    this.#sockets.add(socket);
    let rest = "";
    socket.setEncoding("utf8");
    socket.on("close", () => this.#sockets.delete(socket));
    // A client that goes away in mid-reply is its own affair.
    socket.on("error", () => socket.destroy());
    const answer = (line: string): void => {
      if (socket.writable) socket.write(`${line}\n`);
    };
    socket.on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > LONGEST_LINE) return void socket.destroy();
      for (const line of lines) if (line.trim() !== "") hear(line, answer);
    });
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
