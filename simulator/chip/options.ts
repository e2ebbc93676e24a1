import { type Designation, parseDesignation } from "#protocol/codes/gbt10249.ts";
import { checkCharacters } from "#protocol/codes/iso7064.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { Machine, Process } from "#simulator/chip/plant/plant.ts";
import { DEVELOPMENT_BUDGET_KEY, DEVELOPMENT_LINK_KEY } from "#simulator/developmentKeys.ts";
import { characterBits } from "#simulator/line/pacer.ts";

/** What a simulated bus is started with. Everything but `tty` has a default. */
export interface ChipOptions {
  /** Symbolic link to the pty. */
  tty: string;
  /** Unix socket for commands; `tty` with `.ctl` unless given. */
  control?: string;
  /** Slave addresses on the bus, each a machine of its own. */
  addresses?: readonly number[];
  /** One code for each address, or none. */
  devices?: readonly string[];
  process?: Process;
  /** GB/T 10249 designation. */
  model?: string;
  vrd?: boolean;
  seed?: number;
  /** Recording that every machine plays from the moment it is energised. */
  trace?: string;
  /** The contactor is bridged from the start. */
  bypass?: boolean;
  speed?: number;
  baud?: number;
  /** `8N1`, `8E1`, `8N2` … */
  frame?: string;
  paced?: boolean;
  windowMs?: number;
  rangeAmps?: number;
  /** 32 bytes. */
  linkKey?: Uint8Array;
  /** 32 bytes, shared with the platform. */
  budgetKey?: Uint8Array;
  /** Folder of the chips' non-volatile memory; without it they forget. */
  state?: string;
}

export interface CheckedOptions extends Required<Omit<ChipOptions, "model" | "process" | "vrd" | "trace" | "state" | "frame">> {
  machine: Machine;
  characterBits: number;
  trace: string | undefined;
  state: string | undefined;
}

const DEFAULT_MODEL = { mma: "ZX7-400", mag: "NBC-350", tig: "WS-315" } as const satisfies Record<Process, string>;
const BAUDS = [1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600];
const RANGES_AMPS = [100, 200, 300, 500, 600, 800, 1_000, 1_500, 2_000, 3_000];
const MOST_CHIPS = 16;
const MOST_ADDRESS = 247;
const DEVICE = /^[0-9A-Z]{20}$/;

/** Throws `chip.badOption` (naming the option) or `codes.badDesignation`. */
export function checkOptions(options: ChipOptions): CheckedOptions {
  const machine = machineOf(options);
  const baud = inRange("baud", options.baud ?? 115_200, 1_200, 921_600);
  if (!BAUDS.includes(baud)) throw bad("baud", `one of ${BAUDS.join(", ")}`);
  const bits = characterBits(options.frame ?? "8N1");
  if (bits === undefined) throw bad("frame", "8N1, 8E1, 8O1, 8N2 …");
  const addresses = options.addresses ?? [1];
  const linkKey = options.linkKey ?? DEVELOPMENT_LINK_KEY;
  if (linkKey.length !== 32) throw bad("key", "64 hex digits");
  const budgetKey = options.budgetKey ?? DEVELOPMENT_BUDGET_KEY;
  if (budgetKey.length !== 32) throw bad("budget-key", "64 hex digits");
  if (options.tty === "") throw bad("tty", "a path");
  return {
    tty: options.tty,
    control: options.control ?? `${options.tty}.ctl`,
    addresses: checkAddresses(addresses),
    devices: checkDevices(options.devices ?? addresses.map(defaultDevice), addresses),
    machine,
    seed: inRange("seed", options.seed ?? 1, 0, 2 ** 32 - 1),
    trace: options.trace,
    bypass: options.bypass ?? false,
    speed: inRange("speed", options.speed ?? 1, 0.01, 2_000),
    baud,
    characterBits: bits,
    paced: options.paced ?? true,
    // Below 57,600 baud a line cannot carry ten windows a second of several machines.
    windowMs: Math.round(inRange("window-ms", options.windowMs ?? (baud < 57_600 ? 1_000 : 100), 20, 10_000)),
    rangeAmps: Math.round(inRange("range-amps", options.rangeAmps ?? rangeFor(machine.ratedAmps), 10, 3_000)),
    linkKey,
    budgetKey,
    state: options.state,
  };
}

function machineOf(options: ChipOptions): Machine {
  const designation = parseDesignation(options.model ?? DEFAULT_MODEL[options.process ?? "mma"]);
  const process = processOf(designation);
  if (options.process && options.process !== process) throw bad("process", `${designation.designation} is a ${process} machine`);
  return { process, ratedAmps: designation.ratedAmps, alternating: designation.alternating, vrd: options.vrd ?? false };
}

function processOf({ process, designation }: Designation): Process {
  if (process === "plasma") throw bad("model", `${designation}: plasma is not modelled`);
  return process === "submerged" ? "mma" : process;
}

function checkAddresses(addresses: readonly number[]): readonly number[] {
  if (addresses.length < 1 || addresses.length > MOST_CHIPS) throw bad("address", `1 to ${MOST_CHIPS} of them on a bus`);
  for (const address of addresses) {
    if (!Number.isInteger(address)) throw bad("address", "whole numbers");
    inRange("address", address, 1, MOST_ADDRESS);
  }
  if (new Set(addresses).size !== addresses.length) throw bad("address", "each only once");
  return addresses;
}

function checkDevices(devices: readonly string[], addresses: readonly number[]): readonly string[] {
  if (devices.length !== addresses.length) throw bad("device", `${addresses.length} codes for ${addresses.length} addresses`);
  for (const device of devices) if (!DEVICE.test(device)) throw bad("device", "20 characters, digits and capitals");
  if (new Set(devices).size !== devices.length) throw bad("device", "each only once");
  return devices;
}

/** A machine of Feicheng, made by nobody. */
function defaultDevice(address: number): string {
  const payload = `370983ZSIMU${String(address).padStart(8, "0")}`;
  return payload + checkCharacters("MOD 37,36", payload);
}

/** Short circuits draw half as much again as the rated current. */
function rangeFor(ratedAmps: number): number {
  return RANGES_AMPS.find((range) => range >= ratedAmps * 1.5) ?? 3_000;
}

function inRange(name: string, value: number, least: number, most: number): number {
  if (!(value >= least && value <= most)) throw bad(name, `${least} to ${most}`);
  return value;
}

function bad(name: string, wanted: string): CodedError {
  return new CodedError("chip.badOption", `--${name}: ${wanted}`);
}
