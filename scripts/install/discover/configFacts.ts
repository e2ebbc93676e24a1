/** What a configuration is made of, and what is refused before it is written. */

import { type MeterMapName, RELAY_MAPS, type RelayMapName } from "#protocol/chip/maps/catalogue.ts";
import type { LineSettings, RelayMap } from "#protocol/chip/maps/foreign.ts";
import { BARE_ADDRESS } from "#protocol/chip/provision.ts";
import { parseDeviceCode } from "#protocol/codes/deviceCode.ts";
import { parseDesignation } from "#protocol/codes/gbt10249.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { SHANDONG_PROFILE } from "#protocol/profile/profile.ts";

interface MachineCommon {
  /** The device code, as on the label. */
  device: string;
  /** GB/T 10249, such as ZX7-400. */
  designation: string;
  scanner?: { port: string; model: string };
}

/** A machine with our chip. */
export interface ChipMachineFacts extends MachineCommon {
  address: number;
  linkKeyFile: string;
}

/** A machine with a bought meter and one relay of a board. */
export interface PairMachineFacts extends MachineCommon {
  meter: { map: MeterMapName; address: number };
  relay: { map: RelayMapName; address: number; coil: number };
}

export type MachineFacts = ChipMachineFacts | PairMachineFacts;

export interface BusFacts {
  bus: { port: string } & Pick<LineSettings, "baudRate" | "parity" | "stopBits">;
  machines: readonly MachineFacts[];
}

export interface ConfigFacts extends BusFacts {
  /** Where one bus does not carry all machines. */
  moreBuses?: readonly BusFacts[];
  broker: { url: string; tls?: { caFile?: string; certFile?: string; keyFile?: string } };
  /** Default: the folder's own. */
  trustFile?: string;
  dataFolder: string;
  page?: { host: string; port: number };
}

export function busesOf(facts: ConfigFacts): BusFacts[] {
  const { bus, machines, moreBuses = [] } = facts;
  return [{ bus, machines }, ...moreBuses];
}

/** A relay that stays closed when its master dies may only serve a machine that is watched and not locked. */
export function classOf(machine: MachineFacts): "enforced" | "monitored" {
  if (!("relay" in machine)) return "enforced";
  const { relay }: RelayMap = RELAY_MAPS[machine.relay.map];
  return relay.flashOn === undefined ? "monitored" : "enforced";
}

/** Throws `discover.badFacts`, or what is wrong with a device code or a designation. */
export function checkFacts(facts: ConfigFacts): void {
  const devices = new Set<string>();
  const ports = new Set<string>();
  for (const { bus, machines } of busesOf(facts)) {
    if (machines.length === 0) throw bad(`${bus.port}: no machine`);
    refuseTwice(ports, bus.port);
    const places = new Set<string>();
    for (const machine of machines) {
      parseDeviceCode(machine.device, SHANDONG_PROFILE.deviceCode);
      parseDesignation(machine.designation);
      refuseTwice(devices, machine.device);
      for (const place of placesOf(machine)) refuseTwice(places, place, bus.port);
    }
  }
  if (facts.broker.tls && !/^(mqtts|ssl):/.test(facts.broker.url)) throw bad(`${facts.broker.url}: TLS needs mqtts://`);
}

/** Many machines may have a relay of one board; everything else has its address to itself. */
function placesOf(machine: MachineFacts): string[] {
  if (!("relay" in machine)) {
    if (machine.address === BARE_ADDRESS) throw bad(`${machine.device}: address ${BARE_ADDRESS} is for bare chips`);
    return [`address ${machine.address}`];
  }
  const { meter, relay } = machine;
  if (meter.address === relay.address) throw bad(`${machine.device}: meter and relay have the same address ${meter.address}`);
  return [`address ${meter.address}`, `address ${relay.address}, relay ${relay.coil}`];
}

function refuseTwice(seen: Set<string>, what: string, where?: string): void {
  if (seen.has(what)) throw bad(`${where === undefined ? "" : `${where}: `}${what} twice`);
  seen.add(what);
}

function bad(detail: string): CodedError {
  return new CodedError("discover.badFacts", detail);
}
