import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import type { LinkOrder } from "#agent/core/link.ts";
import type { Bus, Clock, MachineLink } from "#agent/ports.ts";
import { type BusConfig, openBus } from "#agent/shell/serial/openBus.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { DEVICE, FarChip } from "#test/serial/farEnd/farChip.ts";
import { FarSlaves } from "#test/serial/farEnd/farSlaves.ts";
import { FarTty } from "#test/serial/farEnd/farTty.ts";

export const KEY = new Uint8Array(32).fill(0x5a);
export const SETUP = { arcMinAmps: 15, alternating: false };
export const LINE = { baudRate: 115_200, dataBits: 8, parity: "none", stopBits: 1 } as const;
/** The machine that runs the tests is busy: only tests of time-outs themselves have short ones. */
export const PATIENT_MS = 2_000;

export const ORDER: LinkOrder = {
  mode: "open",
  session: 9,
  leaseMs: 8_000,
  sessionRemainingS: 3_600,
  lamp: "off",
  buzzer: "off",
  readFrom: 0,
  confirmedBelow: 0,
};

/** A clock that stands still until it is told to go on. */
export class TestClock implements Clock {
  #nowMs = 0;

  monoMs(): number {
    return this.#nowMs;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }
}

export class SerialBench {
  readonly clock = new TestClock();
  readonly slaves = new FarSlaves((bytes) => this.tty.write(bytes));
  readonly tty = new FarTty((bytes) => this.slaves.receive(bytes));
  readonly #buses: Bus[] = [];

  /** A chip at each of these addresses; their devices are `deviceAt(address)`. */
  addChips(...addresses: number[]): FarChip[] {
    return addresses.map((address) => {
      const chip = new FarChip(KEY);
      chip.deviceCode = deviceAt(address);
      this.slaves.devices.set(address, chip);
      return chip;
    });
  }

  open(machines: BusConfig["machines"], more: Partial<BusConfig> = {}): Bus {
    const bus = openBus({ port: this.tty.path, ...LINE, extraAllowanceMs: PATIENT_MS, machines, ...more }, this.clock);
    this.#buses.push(bus);
    return bus;
  }

  async dispose(): Promise<void> {
    for (const bus of this.#buses) await bus.close();
    this.tty.dispose();
  }
}

export function deviceAt(address: number): string {
  return `${DEVICE.slice(0, 17)}${String(address).padStart(3, "0")}`;
}

export function chipAt(address: number, linkKey: Uint8Array = KEY): BusConfig["machines"][number] {
  return { device: deviceAt(address), map: "arcgate-chip", address, linkKey };
}

export function machine(bus: Bus, index: number): MachineLink {
  const link = bus.machines[index];
  if (!link) throw new RangeError(`no machine ${index}`);
  return link;
}

/** The code that a promise is refused with; fails when it is not refused, or without a code. */
export async function refusalOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof CodedError) return error.code;
  throw new Error(`a coded refusal wanted, got ${String(error)}`);
}

export async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (let count = 0; count < 200; count++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return attempt();
}

/** The slaves behind a serial-to-Ethernet converter. */
export async function serveTcp(
  slaves: (send: (bytes: Uint8Array) => void) => FarSlaves,
): Promise<{ port: string; drop(): void; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const far = slaves((bytes) => socket.write(bytes));
    socket.on("data", (bytes) => far.receive(bytes));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    drop,
    close: () => {
      drop();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
