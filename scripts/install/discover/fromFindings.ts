/** A configuration's facts out of what was found and what the installer knows beside. Pure but for looking which of the folder's files are there. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isTcp } from "#agent/shell/serial/endpoint.ts";
import { METER_MAPS, RELAY_MAPS, type RelayMapName } from "#protocol/chip/maps/catalogue.ts";
import type { LineSettings } from "#protocol/chip/maps/foreign.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { BusFacts, ConfigFacts, MachineFacts } from "#scripts/install/discover/configFacts.ts";
import type { FoundDevice } from "#scripts/install/discover/device.ts";
import { CHIP_LINE, lineName } from "#scripts/install/discover/searchPlan.ts";
import type { PortFindings } from "#scripts/install/discover/searchPort.ts";
import { machineFile } from "#scripts/install/machine/machineFolder.ts";

/** A meter and a relay that make one machine; `port` where several buses have such addresses. */
export interface PairWish {
  meter: number;
  relay: number;
  coil: number;
  device: string;
  port: string | null;
}

export interface ConfigWish {
  folder: string;
  broker: string;
  dataFolder: string;
  /** Of every machine that `designations` does not name. */
  designation: string | null;
  designations: ReadonlyMap<string, string>;
  keys: ReadonlyMap<string, string>;
  pairs: readonly PairWish[];
  /** Boards of which the installer knows that they have timed outputs. */
  flashOn: readonly number[];
}

/** Throws `discover.badFacts`. */
export function factsFrom(findings: readonly PortFindings[], wish: ConfigWish): ConfigFacts {
  const pairs = wish.pairs.map((pair) => ({ pair, findings: portOf(pair, findings) }));
  const chips = findings.flatMap(({ found }) => found.flatMap(({ device }) => (device.kind === "chip" ? [device] : [])));
  const buses = findings.flatMap((each): BusFacts[] => {
    const own = pairs.filter((pair) => pair.findings === each).map(({ pair }) => pairMachine(pair, each, wish));
    const machines = [...each.found.flatMap(({ device }) => chipMachine(device, wish, chips.length)), ...own];
    return machines.length === 0 ? [] : [{ bus: busOf(each), machines }];
  });
  const [first, ...moreBuses] = buses;
  if (!first) throw bad("no chip that is provisioned, and no --pair");
  return { ...first, moreBuses, broker: brokerOf(wish), dataFolder: wish.dataFolder };
}

function chipMachine(device: FoundDevice, wish: ConfigWish, chips: number): MachineFacts[] {
  if (device.kind !== "chip") return [];
  const { address, deviceCode, state } = device;
  if (state === "bare") throw bad(`the chip at ${address} is bare: provision it first`);
  const ownKey = chips === 1 ? machineFile(wish.folder, "linkKey") : join(wish.folder, `${deviceCode}.key`);
  const linkKeyFile = wish.keys.get(deviceCode) ?? ownKey;
  return [{ device: deviceCode, address, designation: designationOf(deviceCode, wish), linkKeyFile }];
}

function pairMachine({ meter, relay, coil, device }: PairWish, { port, found }: PortFindings, wish: ConfigWish): MachineFacts {
  const at = (address: number) => found.find((each) => each.device.address === address)?.device;
  const [metering, switching] = [at(meter), at(relay)];
  if (metering?.kind !== "meter") throw bad(`${port}: no meter at ${meter}`);
  if (switching?.kind !== "relay") throw bad(`${port}: no relay board at ${relay}`);
  const relayMap: RelayMapName = wish.flashOn.includes(relay) ? "relay-flash-on" : switching.map;
  return {
    ...{ device, designation: designationOf(device, wish) },
    ...{ meter: { map: metering.map, address: meter }, relay: { map: relayMap, address: relay, coil } },
  };
}

function portOf({ port, meter, relay }: PairWish, findings: readonly PortFindings[]): PortFindings {
  const has = (each: PortFindings, address: number) => each.found.some(({ device }) => device.address === address);
  const fitting = findings.filter((each) => (port === null ? has(each, meter) && has(each, relay) : each.port === port));
  const [only, ...others] = fitting;
  if (!only) throw bad(`--pair ${meter},${relay}: ${port ?? "no port"} has no such addresses`);
  if (others.length > 0) throw bad(`--pair ${meter},${relay}: several ports have them, so add @PORT`);
  return only;
}

function designationOf(device: string, { designation, designations }: ConfigWish): string {
  const own = designations.get(device) ?? designation;
  if (own === null) throw bad(`--designation of ${device}`);
  return own;
}

/** Two stop bits reach everybody; with one a device that wants two may miss a frame. */
function busOf({ port, found }: PortFindings): BusFacts["bus"] {
  const lines = found.flatMap(({ device, line }) => (isTcp(port) ? factoryLine(device) : [line]));
  const [first = CHIP_LINE] = lines;
  const { baudRate, parity } = first;
  const other = lines.find((line) => line.baudRate !== baudRate || line.parity !== parity);
  if (other) throw bad(`${port}: devices at ${lineName(first)} and at ${lineName(other)} on one bus`);
  return { port, baudRate, parity, stopBits: lines.some(({ stopBits }) => stopBits === 2) ? 2 : 1 };
}

/** Behind a converter a rate cannot be seen from here: it is taken for the one that such devices leave the factory with. */
function factoryLine(device: FoundDevice): LineSettings[] {
  if (device.kind === "chip") return [CHIP_LINE];
  if (device.kind === "meter") return [METER_MAPS[device.map].line];
  return device.kind === "relay" ? [RELAY_MAPS[device.map].line] : [];
}

function brokerOf({ broker, folder }: ConfigWish): ConfigFacts["broker"] {
  if (!/^(mqtts|ssl):/.test(broker)) return { url: broker };
  const [caFile, certFile, keyFile] = (["ca", "certificate", "ownKey"] as const).map((file) => machineFile(folder, file));
  const ca = caFile !== undefined && existsSync(caFile) ? { caFile } : {};
  const own = certFile !== undefined && keyFile !== undefined && existsSync(certFile) && existsSync(keyFile) ? { certFile, keyFile } : {};
  return { url: broker, tls: { ...ca, ...own } };
}

function bad(detail: string): CodedError {
  return new CodedError("discover.badFacts", detail);
}
