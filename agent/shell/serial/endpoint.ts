import { connect, type Socket } from "node:net";
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

function openTty(path: string, line: LineSettings, listener: EndpointListener): Promise<Endpoint> {
  const { baudRate, dataBits, parity, stopBits } = line;
  const tty = new SerialPort({ path, baudRate, dataBits, parity, stopBits, autoOpen: false });
  tty.on("data", (bytes: Buffer) => listener.data(bytes));
  tty.on("error", (error: Error) => listener.lost(error.message));
  tty.on("close", () => listener.lost("the port was closed"));
  return new Promise((resolve, reject) => {
    tty.open((error) => {
      if (error) reject(error);
      else resolve({ write: (bytes) => writeTty(tty, bytes), close: () => closeTty(tty) });
    });
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
