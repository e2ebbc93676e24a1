import type { Bus, Clock, MachineLink } from "#agent/ports.ts";
import { BusLine, type BusLog } from "#agent/shell/serial/busLine.ts";
import { ChipIo } from "#agent/shell/serial/chipIo.ts";
import { ChipLink } from "#agent/shell/serial/chipLink.ts";
import { isTcp } from "#agent/shell/serial/endpoint.ts";
import { ForeignLink } from "#agent/shell/serial/foreignLink.ts";
import { ForeignMeter } from "#agent/shell/serial/foreignMeter.ts";
import { ForeignRelay } from "#agent/shell/serial/foreignRelay.ts";
import { METER_MAPS, type MeterMapName, RELAY_MAPS, type RelayMapName } from "#protocol/chip/maps/catalogue.ts";
import type { LineSettings } from "#protocol/chip/maps/foreign.ts";

/** A machine with our own chip; `linkKey` is what the chip was provisioned with. */
export interface ChipMachineConfig {
  device: string;
  map: "arcgate-chip";
  address: number;
  linkKey: Uint8Array;
}

/** A machine of bought parts: a meter and one relay of a board. */
export interface ForeignMachineConfig {
  device: string;
  meter: { map: MeterMapName; address: number };
  relay: { map: RelayMapName; address: number; coil: number };
}

export interface BusConfig extends LineSettings {
  /** A tty's path, or `tcp://host:port` of a converter (RTU frames over TCP). */
  port: string;
  /** Granted to every answer beyond line time + 30 ms; when absent 0 on a tty and 100 over TCP. */
  extraAllowanceMs?: number;
  machines: readonly (ChipMachineConfig | ForeignMachineConfig)[];
}

const TCP_ALLOWANCE_MS = 100;

/** Opens the port in the background and keeps it open; until then, and while it is gone, exchanges reject with link.portMissing. */
export function openBus(config: BusConfig, clock: Clock, log?: BusLog): Bus {
  const { port, baudRate, dataBits, parity, stopBits } = config;
  const extraAllowanceMs = config.extraAllowanceMs ?? (isTcp(port) ? TCP_ALLOWANCE_MS : 0);
  const line = new BusLine({ port, line: { baudRate, dataBits, parity, stopBits }, extraAllowanceMs }, clock, log);
  const machines = config.machines.map((machine) => makeLink(machine, line, clock));
  return { port, machines, close: () => line.close() };
}

function makeLink(machine: ChipMachineConfig | ForeignMachineConfig, line: BusLine, clock: Clock): MachineLink {
  if ("map" in machine) return new ChipLink(machine.device, new ChipIo(line, machine.address), machine.linkKey, clock);
  const { device, meter, relay } = machine;
  return new ForeignLink(
    device,
    new ForeignMeter(line, meter.address, METER_MAPS[meter.map]),
    new ForeignRelay(line, relay.address, relay.coil, RELAY_MAPS[relay.map]),
    clock,
  );
}
