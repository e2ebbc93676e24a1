import { closeSync, constants, openSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { ReadStream } from "node:tty";
import { SerialPort } from "serialport";
import type { LineSettings } from "#protocol/chip/maps/foreign.ts";

export interface EndpointListener {
  data(bytes: Uint8Array): void;
  /** It was open and is gone: unplugged, closed by the far end, or closed by us. */
  lost(reason: string): void;
}

/** An open stream of bytes to a bus. */
export interface Endpoint {
  /** Resolves when the operating system has taken the last byte. */
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

const TCP_SCHEME = "tcp://";
const CONNECT_MS = 3_000;
const KEEP_ALIVE_MS = 5_000;

export function isTcp(port: string): boolean {
  return port.startsWith(TCP_SCHEME);
}

/** Opens a tty by its path, or a serial-to-Ethernet converter by `tcp://host:port`. Rejects with the system's error. */
export function openEndpoint(port: string, line: LineSettings, listener: EndpointListener): Promise<Endpoint> {
  return isTcp(port) ? openTcp(port, listener) : openTty(port, line, listener);
}

/**
 * serialport sets the line up, locks it and writes. The reading is done beside it, on a descriptor of its own: serialport hands every few
 * bytes through a thread and two turns of the loop, which costs more than all that is done with them.
 */
async function openTty(path: string, line: LineSettings, listener: EndpointListener): Promise<Endpoint> {
  const { baudRate, dataBits, parity, stopBits } = line;
  const tty = new SerialPort({ path, baudRate, dataBits, parity, stopBits, autoOpen: false });
  // Before it is locked: some systems let nobody open it afterwards.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOCTTY | constants.O_NONBLOCK);
  const reader = await lockTty(tty)
    .then(() => new ReadStream(descriptor))
    .catch(async (error: unknown) => {
      closeSync(descriptor);
      await closeTty(tty);
      throw error;
    });
  const lost = (reason: string) => {
    reader.destroy();
    listener.lost(reason);
  };
  reader.on("data", (bytes: Buffer) => listener.data(bytes));
  for (const half of [reader, tty]) {
    half.on("error", (error: Error) => lost(error.message));
    half.on("close", () => lost("the port was closed"));
  }
  return { write: (bytes) => writeTty(tty, bytes), close: () => closeTty(tty) };
}

function lockTty(tty: SerialPort): Promise<void> {
  return new Promise((resolve, reject) => {
    tty.open((error) => (error ? reject(error) : resolve()));
  });
}

function writeTty(tty: SerialPort, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    tty.write(Buffer.from(bytes), (error) => (error ? reject(error) : resolve()));
  });
}

function closeTty(tty: SerialPort): Promise<void> {
  return new Promise((resolve) => {
    if (!tty.isOpen) resolve();
    // A port that cannot be closed is gone already.
    else tty.close(() => resolve());
  });
}

function openTcp(port: string, listener: EndpointListener): Promise<Endpoint> {
  const url = new URL(port);
  const socket = connect({
    host: url.hostname,
    port: Number(url.port),
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
  });
  return new Promise((resolve, reject) => {
    const tooLate = setTimeout(() => socket.destroy(new Error("no connection in time")), CONNECT_MS);
    socket.once("connect", () => {
      clearTimeout(tooLate);
      resolve({ write: (bytes) => writeTcp(socket, bytes), close: () => closeTcp(socket) });
    });
    socket.on("data", (bytes) => listener.data(bytes));
    // 'close' follows every 'error' and tells the listener; before the connection stands, the error is the caller's.
    socket.on("error", (error) => {
      clearTimeout(tooLate);
      reject(error);
    });
    socket.on("close", () => listener.lost("the connection was closed"));
  });
}

function writeTcp(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

function closeTcp(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else {
      socket.once("close", () => resolve());
      socket.destroy();
    }
  });
}
