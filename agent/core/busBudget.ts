/**
 * Can this bus keep its leases? The arithmetic of bytes, characters and seconds, asked by the configuration check.
 * A lease is renewed every second, so what every machine needs in one second must fit into a share of it.
 */
import { LEASE, PAGE, PAGE_RECORDS_MAX, WINDOW } from "#protocol/chip/arcgateChip.ts";
import { lineTimeMs } from "#protocol/chip/lineTime.ts";
import { METER_MAPS, type MeterMapName, RELAY_MAPS, type RelayMapName } from "#protocol/chip/maps/catalogue.ts";
import type { LineSettings, MeterMap, RelayMap } from "#protocol/chip/maps/foreign.ts";

/** Below it windows are 1 s long and fewer chips share a bus. */
const FAST_BAUD = 57_600;
const FAST_CHIPS_MAX = 16;
const SLOW_CHIPS_MAX = 4;
const LEASE_PERIOD_S = 8;
const PROBE_PERIOD_S = 5;
const BUSY_SHARE_MAX = 0.75;
/** A device's time to think, the adapter's latency and the silence between frames. */
const CHIP_TURNAROUND_MS = 6;
const FOREIGN_TURNAROUND_MS = 10;
/** What an answer may be late before it counts as missing. */
export const ANSWER_ALLOWANCE_MS = 30;

export type BudgetMachine =
  | { device: string; enforced: boolean; kind: "chip"; address: number }
  | {
      device: string;
      enforced: boolean;
      kind: "foreign";
      meter: { map: MeterMapName; address: number };
      relay: { map: RelayMapName; address: number; coil: number };
    };

export interface BudgetFigures {
  /** One renewal of the busiest machine, with all its windows. */
  longestExchangeMs: number;
  /** Wire time in each second: renewals, catching up, probing. */
  busyMsPerSecond: number;
  /** `busyMsPerSecond` as a part of the second; at most 0.75 is granted. */
  share: number;
}

export type BusBudget =
  | { ok: true; figures: BudgetFigures }
  | { ok: false; code: "link.busOverloaded" | "link.noDeadMan" | "link.addressTaken"; detail: string; figures: BudgetFigures };

/** Bytes of one FC23 that writes the lease and reads a page of so many records. */
export function leaseExchangeBytes(records: number): { request: number; answer: number } {
  return { request: 13 + LEASE.words * 2, answer: 5 + (PAGE.words + records * WINDOW.words) * 2 };
}

export function checkBusBudget(line: LineSettings, machines: readonly BudgetMachine[]): BusBudget {
  const figures = budgetFigures(line, machines);
  const refuse = (code: "link.busOverloaded" | "link.noDeadMan" | "link.addressTaken", detail: string): BusBudget => ({
    ok: false,
    code,
    detail,
    figures,
  });

  const bare = machines.find((machine) => machine.enforced && !hasDeadMan(machine));
  if (bare) return refuse("link.noDeadMan", bare.device);

  const clash = addressClash(machines);
  if (clash) return refuse("link.addressTaken", clash);

  const chips = machines.filter((machine) => machine.kind === "chip").length;
  const chipsMax = line.baudRate < FAST_BAUD ? SLOW_CHIPS_MAX : FAST_CHIPS_MAX;
  if (chips > chipsMax) return refuse("link.busOverloaded", `${chips} chips, ${chipsMax} at most at ${line.baudRate} baud`);

  if (figures.share > BUSY_SHARE_MAX) {
    const percent = Math.round(figures.share * 100);
    return refuse("link.busOverloaded", `${percent} % of each second on the wire, ${BUSY_SHARE_MAX * 100} % at most`);
  }
  return { ok: true, figures };
}

function hasDeadMan(machine: BudgetMachine): boolean {
  if (machine.kind === "chip") return true;
  const map: RelayMap = RELAY_MAPS[machine.relay.map];
  return map.relay.flashOn !== undefined;
}

/**
 * Routine renewals, and beside them one page of catching up for every machine in each lease period
 * (after a restart all of them have windows waiting), and the probe of a machine that stopped answering.
 */
function budgetFigures(line: LineSettings, machines: readonly BudgetMachine[]): BudgetFigures {
  const exchangesMs = machines.map((machine) => exchangeMs(line, machine));
  const routineMs = exchangesMs.reduce((sum, ms) => sum + ms, 0);
  const longestExchangeMs = Math.max(0, ...exchangesMs);
  const probeMs = machines.length > 0 ? (longestExchangeMs + ANSWER_ALLOWANCE_MS) / PROBE_PERIOD_S : 0;
  const busyMsPerSecond = routineMs + routineMs / LEASE_PERIOD_S + probeMs;
  return { longestExchangeMs, busyMsPerSecond, share: busyMsPerSecond / 1_000 };
}

/** What a machine needs on the wire in one second while it welds. */
function exchangeMs(line: LineSettings, machine: BudgetMachine): number {
  if (machine.kind === "foreign") return foreignExchangeMs(line, METER_MAPS[machine.meter.map]);
  const bytes = leaseExchangeBytes(line.baudRate < FAST_BAUD ? 1 : PAGE_RECORDS_MAX);
  return lineTimeMs(line, bytes.request + bytes.answer) + CHIP_TURNAROUND_MS;
}

/** The meter read, the relay renewed, the coil read back. */
function foreignExchangeMs(line: LineSettings, map: MeterMap): number {
  const meterBytes = 8 + 5 + map.meter.live.words * 2;
  const renewBytes = 8 + 8;
  const readBackBytes = 8 + 6;
  return lineTimeMs(line, meterBytes + renewBytes + readBackBytes) + 3 * FOREIGN_TURNAROUND_MS;
}

/** A board's relays may serve several machines; a chip or a meter shares its address with nobody. */
function addressClash(machines: readonly BudgetMachine[]): string | undefined {
  const owners = new Map<number, { device: string; relay: boolean }>();
  const coils = new Set<string>();
  for (const machine of machines) {
    for (const slave of slavesOf(machine)) {
      const owner = owners.get(slave.address);
      if (owner && !(owner.relay && slave.relay)) return `address ${slave.address}: ${owner.device} and ${machine.device}`;
      owners.set(slave.address, { device: machine.device, relay: slave.relay });
    }
    if (machine.kind === "chip") continue;
    const coil = `relay ${machine.relay.address}, coil ${machine.relay.coil}`;
    if (coils.has(coil)) return `${coil}: ${machine.device}`;
    coils.add(coil);
  }
  return undefined;
}

function slavesOf(machine: BudgetMachine): { address: number; relay: boolean }[] {
  if (machine.kind === "chip") return [{ address: machine.address, relay: false }];
  return [
    { address: machine.meter.address, relay: false },
    { address: machine.relay.address, relay: true },
  ];
}
