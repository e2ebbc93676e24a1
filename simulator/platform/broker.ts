/** The embedded MQTT broker (aedes, 3.1.1, loopback). Its sessions live in memory: stopping it loses them, as a crash would. */
import { createServer, type Server, type Socket } from "node:net";
import { Aedes } from "aedes";
import { createDoor, type Door, doorRules } from "#simulator/platform/brokerDoor.ts";
import type { Endpoint } from "#simulator/platform/endpoint.ts";

const MAX_CONNECTIONS = 20_000;

export class EmbeddedBroker {
  readonly #host: string;
  readonly #door: Door | undefined;
  #port: number;
  #doorPort: number;
  #running: { aedes: Aedes; servers: Server[]; sockets: Set<Socket> } | undefined;

  /** Port 0 asks for a free one, which is kept over stop and start. `door`: a second one, with TLS and certificates both ways. */
  constructor({ host, port }: Endpoint, door?: Door) {
    this.#host = host;
    this.#port = port;
    this.#door = door;
    this.#doorPort = door?.at.port ?? 0;
  }

  get url(): string {
    return `mqtt://${this.#host}:${this.#port}`;
  }

  /** Null where there is no such door. */
  get tlsUrl(): string | null {
    return this.#door === undefined ? null : `mqtts://${this.#door.at.host}:${this.#doorPort}`;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  async start(): Promise<void> {
    if (this.#running !== undefined) return;
    const rules = this.#door === undefined ? {} : doorRules(this.#door);
    const aedes = await Aedes.createBroker({ queueLimit: 10_000, concurrency: 1000, ...rules });
    const sockets = new Set<Socket>();
    const running = { aedes, servers: [] as Server[], sockets };
    const keep = (socket: Socket): void => {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.once("close", () => sockets.delete(socket));
    };
    const admit = (socket: Socket): void => {
      aedes.handle(socket);
    };
    const plain = createServer(admit).on("connection", keep);
    this.#port = await listening(plain, { host: this.#host, port: this.#port });
    running.servers.push(plain);
    if (this.#door !== undefined) {
      const tls = createDoor(this.#door, admit).on("connection", keep);
      this.#doorPort = await listening(tls, { host: this.#door.at.host, port: this.#doorPort });
      running.servers.push(tls);
    }
    this.#running = running;
  }

  /** Closes the listening sockets and every connection. */
  async stop(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    const closed = running.servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    for (const socket of running.sockets) socket.destroy();
    await Promise.all(closed);
    await new Promise<void>((resolve) => running.aedes.close(() => resolve()));
  }
}

/** Gives the port. */
function listening(server: Server, { host, port }: Endpoint): Promise<number> {
  server.maxConnections = MAX_CONNECTIONS;
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      const address = server.address();
      resolve(address !== null && typeof address === "object" ? address.port : port);
    });
  });
}
