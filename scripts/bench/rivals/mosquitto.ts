/** The broker that both sides use: Debian's mosquitto, which keeps nothing over its death. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { CannotRun } from "#scripts/bench/base/workplace.ts";
import { until } from "#simulator/stage/processes.ts";

const LISTENING_WAIT_MS = 5_000;

export class Mosquitto {
  readonly port: number;
  readonly #config: string;
  #child: ChildProcess | undefined;

  private constructor(port: number, config: string) {
    this.port = port;
    this.#config = config;
  }

  static async open(folder: string): Promise<Mosquitto> {
    const port = await freePort();
    const config = join(folder, "mosquitto.conf");
    const unbounded = "max_inflight_messages 0\nmax_queued_messages 0\n";
    writeFileSync(config, `user root\nlistener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n${unbounded}`);
    const broker = new Mosquitto(port, config);
    await broker.start();
    return broker;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const child = spawn("mosquitto", ["-c", this.#config], { stdio: "ignore" });
    this.#child = child;
    let failure: Error | undefined;
    child.once("error", (error) => {
      failure = error;
    });
    await until(
      "mosquitto",
      () => {
        if (failure) throw new CannotRun(`没有 mosquitto / mosquitto is missing: apt-get install mosquitto (${failure.message})`);
        return isListening(this.port);
      },
      LISTENING_WAIT_MS,
    );
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
