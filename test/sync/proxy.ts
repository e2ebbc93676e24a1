import { connect, createServer, type Server, type Socket } from "node:net";
import { freePort } from "#test/sync/brokers.ts";

/** A TCP line between agent and broker that can be cut, or go deaf with both ends still open. */
export class LineProxy {
  /** First bytes that each connection sent: MQTT's CONNECT. */
  readonly greetings: Buffer[] = [];
  url = "";
  deaf = false;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(targetUrl: string) {
    this.#target = Number(new URL(targetUrl).port);
  }

  async start(): Promise<void> {
    const port = await freePort();
    const server = createServer((near) => this.#join(near));
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    this.url = `mqtt://127.0.0.1:${port}`;
    this.#server = server;
  }

  /** Ends of connections that are open. */
  get open(): number {
    return this.#sockets.size;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async end(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  #join(near: Socket): void {
    const far = connect(this.#target, "127.0.0.1");
    near.once("data", (bytes) => this.greetings.push(bytes));
    this.#pass(near, far);
    this.#pass(far, near);
  }

  #pass(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on("data", (bytes) => {
      if (!this.deaf) to.write(bytes);
    });
    from.once("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    from.on("error", () => to.destroy());
  }
}
