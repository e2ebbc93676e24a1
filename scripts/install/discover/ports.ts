/** The serial ports of this computer, with the names that stay the same when an adapter is plugged in elsewhere. */
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { SerialPort } from "serialport";

export interface ListedPort {
  /** `/dev/ttyUSB0` */
  port: string;
  /** `/dev/serial/by-id/…`: to be named in a configuration. */
  stable: string | null;
  maker: string | null;
}

const BY_ID = "/dev/serial/by-id";
const SYSTEM_TTYS = "/sys/class/tty";

/** Those with a stable name first. */
export async function listPorts(): Promise<ListedPort[]> {
  const makers = await makersByPort();
  const stable = stableNames();
  const paths = existsSync(SYSTEM_TTYS) ? kernelPorts() : [...makers.keys()];
  return paths
    .map((port) => ({ port, stable: stable.get(port) ?? null, maker: makers.get(port) ?? null }))
    .toSorted((left, right) => Number(left.stable === null) - Number(right.stable === null) || left.port.localeCompare(right.port));
}

/** serialport's list asks udevadm, which a small module may not have; and it knows only the commoner names. */
async function makersByPort(): Promise<Map<string, string | null>> {
  try {
    const ports = await SerialPort.list();
    return new Map(ports.map(({ path, manufacturer }) => [path, manufacturer ?? null]));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return new Map();
    throw error;
  }
}

function kernelPorts(): string[] {
  return readdirSync(SYSTEM_TTYS)
    .filter((name) => existsSync(join("/dev", name)) && isForDevices(join(SYSTEM_TTYS, name)))
    .map((name) => join("/dev", name));
}

/** Pseudo-terminals have no device, ports that were never fitted have type 0, and on a console somebody else speaks. */
function isForDevices(entry: string): boolean {
  const fact = (name: string) => (existsSync(join(entry, name)) ? readFileSync(join(entry, name), "utf8").trim() : "");
  return existsSync(join(entry, "device")) && fact("type") !== "0" && fact("console") !== "Y";
}

function stableNames(): Map<string, string> {
  if (!existsSync(BY_ID)) return new Map();
  return new Map(readdirSync(BY_ID).map((name) => [realpathSync(join(BY_ID, name)), join(BY_ID, name)]));
}
