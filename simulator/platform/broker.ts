/** The embedded MQTT broker (aedes, 3.1.1, loopback). Its sessions live in memory: stopping it loses them, as a crash would. */
import { createServer, type Server, type Socket } from "node:net";
import { Aedes } from "aedes";

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

const MAX_CONNECTIONS = 20_000;

export class EmbeddedBroker {
  readonly #host: string;
  #port: number;
  #running: { aedes: Aedes; server: Server; sockets: Set<Socket> } | undefined;

  /** Port 0 asks for a free one, which is kept over stop and start. */
  constructor({ host, port }: Endpoint) {
    this.#host = host;
    this.#port = port;
  }

  get url(): string {
    return `mqtt://${this.#host}:${this.#port}`;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  async start(): Promise<void> {
    if (this.#running !== undefined) return;
    const aedes = await Aedes.createBroker({ queueLimit: 10_000, concurrency: 1000 });
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.once("close", () => sockets.delete(socket));
      aedes.handle(socket);
    });
    server.maxConnections = MAX_CONNECTIONS;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#port, this.#host, () => {
        server.off("error", reject);
        resolve();
      });
    });
    const address = server.address();
    if (address !== null && typeof address === "object") this.#port = address.port;
    this.#running = { aedes, server, sockets };
  }

  /** Closes the listening socket and every connection. */
  async stop(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    const closed = new Promise<void>((resolve) => running.server.close(() => resolve()));
    for (const socket of running.sockets) socket.destroy();
    await closed;
    await new Promise<void>((resolve) => running.aedes.close(() => resolve()));
  }
}
