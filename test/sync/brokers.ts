/** Real brokers on loopback, which can be killed and started again on the same port. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Aedes, type AedesOptions } from "aedes";

export interface TestBroker {
  readonly url: string;
  start(): Promise<void>;
  /** As by a power cut: connections are gone, and what the broker held in memory. */
  kill(): Promise<void>;
  /** Ends and cleans up. */
  end(): Promise<void>;
}

interface BrokerTls {
  caFile: string;
  certFile: string;
  keyFile: string;
}

interface MosquittoOptions {
  persistence?: boolean;
  tls?: BrokerTls;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Speaks MQTT 3.1.1 only. */
export async function aedesBroker(options: AedesOptions = {}): Promise<TestBroker> {
  const port = await freePort();
  const sockets = new Set<Socket>();
  let stop = async (): Promise<void> => undefined;
  const start = async (): Promise<void> => {
    const aedes = await Aedes.createBroker(options);
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      aedes.handle(socket);
    });
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    stop = async () => {
      stop = async () => undefined;
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
    };
  };
  const kill = (): Promise<void> => stop();
  return { url: `mqtt://127.0.0.1:${port}`, start, kill, end: kill };
}

/**
 * `persistence`: what it holds is on its disk at every change, and outlives a kill. With `tls` its first door asks for certificates both
 * ways, and `plainUrl` is a second one without.
 */
export async function mosquittoBroker({ persistence = false, tls }: MosquittoOptions = {}): Promise<TestBroker & { plainUrl: string }> {
  const port = await freePort();
  const plainPort = tls ? await freePort() : port;
  const folder = mkdtempSync(join(tmpdir(), "arcgate-mosquitto-"));
  const config = join(folder, "mosquitto.conf");
  const kept = persistence
    ? `persistence true\npersistence_location ${folder}/\nautosave_on_changes true\nautosave_interval 1`
    : "persistence false";
  writeFileSync(
    config,
    `user root\nallow_anonymous true\n${kept}\nmax_inflight_messages 0\nmax_queued_messages 0\n` +
      `listener ${port} 127.0.0.1\n${tls ? `${tlsLines(tls)}listener ${plainPort} 127.0.0.1\n` : ""}`,
  );
  let child: ChildProcess | undefined;
  const kill = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (!running) return;
    const gone = new Promise((resolve) => running.once("exit", resolve));
    running.kill("SIGKILL");
    await gone;
  };
  const start = async (): Promise<void> => {
    child = spawn("mosquitto", ["-c", config], { stdio: "ignore" });
    for (const door of [port, plainPort]) await untilListening(door);
  };
  const end = async (): Promise<void> => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  };
  return { url: `${tls ? "mqtts" : "mqtt"}://127.0.0.1:${port}`, plainUrl: `mqtt://127.0.0.1:${plainPort}`, start, kill, end };
}

function tlsLines({ caFile, certFile, keyFile }: BrokerTls): string {
  return `cafile ${caFile}\ncertfile ${certFile}\nkeyfile ${keyFile}\nrequire_certificate true\n`;
}

async function untilListening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const listening = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => {
        socket.destroy();
        resolve(true);
      });
      socket.once("error", () => resolve(false));
    });
    if (listening) return;
    await sleep(25);
  }
  throw new Error(`nothing listens on ${port}`);
}
