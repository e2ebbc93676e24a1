/** Makes the folder of a module out of those of its machines, once they were on the bench: anew in every run. */
import { X509Certificate } from "node:crypto";
import { join, resolve } from "node:path";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { BusFacts, ConfigFacts } from "#scripts/install/discover/configFacts.ts";
import { writeConfig } from "#scripts/install/discover/writeConfig.ts";
import { checkOrder, onBench } from "#scripts/install/machine/installMachine.ts";
import { Job } from "#scripts/install/machine/job.ts";
import { type MachineFile, machineFile } from "#scripts/install/machine/machineFolder.ts";
import { type BusOrder, busBaudRateOf } from "#scripts/install/machine/order.ts";
import type { Settings } from "#scripts/install/machine/settings.ts";
import { moduleFolder, shareModuleKey } from "#scripts/install/module/moduleFolder.ts";
import { isCoded } from "#scripts/install/provision/chipWire.ts";
import { fileText, keepFile } from "#scripts/install/provision/files.ts";
import { openInstaller } from "#scripts/install/provision/installer.ts";
import { kept } from "#scripts/install/provision/order.ts";
import { registerJob } from "#scripts/install/provision/register.ts";
import { askRegistry } from "#scripts/install/provision/registryClient.ts";

interface Member {
  order: BusOrder;
  folder: string;
  deviceCode: string;
  linkKey: string;
  /** Null until it is registered. */
  registered: { certificate: string; brokerUrl: string | null } | null;
}

const READABLE = 0o644;

/** Gives what keeps single machines out, by their names: the others are configured. Throws what keeps all of them out. */
export async function gatherModule(
  module: string,
  orders: readonly BusOrder[],
  settings: Settings,
): Promise<ReadonlyMap<string, CodedError>> {
  const members: Member[] = [];
  const missing = new Map<string, CodedError>();
  for (const order of orders) {
    try {
      members.push(await memberOf(order, settings));
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      missing.set(order.name, error);
    }
  }
  const [first, ...others] = members;
  if (first) {
    const newest = others.reduce((one, other) => (lastsUntilMs(other) > lastsUntilMs(one) ? other : one), first);
    const broker = (await presentBroker(newest, settings)) ?? newest.registered?.brokerUrl ?? `mqtts://${settings.platformHost}:8883`;
    writeModule(moduleFolder(settings.out, module), members, newest, broker);
  }
  return missing;
}

/** What was left off line is registered now. A module whose machines are not all registered with its key would hear nothing. */
async function memberOf(order: BusOrder, { out, registry, installerFile }: Settings): Promise<Member> {
  const folder = join(out, order.name);
  const job = new Job(folder);
  try {
    const { deviceCode } = onBench(job);
    checkOrder(order, job);
    shareModuleKey(out, order.module, folder);
    if (registry !== null) await ifReached(() => registerJob(job, registry, installerFile));
    const linkKey = fileText(machineFile(folder, "linkKey"));
    if (linkKey === undefined) throw new CodedError("provision.keyUnknown", deviceCode);
    return { order, folder, deviceCode, linkKey, registered: registeredOf(job) };
  } finally {
    job.close();
  }
}

/** Weeks may lie between bench and site, and the platform may have moved meanwhile. */
async function presentBroker({ deviceCode: device }: Member, { registry, installerFile }: Settings): Promise<string | null> {
  if (registry === null) return null;
  const answer = await ifReached(() => askRegistry(registry, openInstaller(installerFile), "ask", { device }));
  return answer?.known?.brokerUrl ?? null;
}

/** Null off line: the platform's items are left for later, as on a machine of its own. */
async function ifReached<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (!isCoded(error, "provision.unreachable")) throw error;
    return null;
  }
}

function registeredOf(job: Job): Member["registered"] {
  const known = kept(job, "provision/registered");
  const certificate = fileText(machineFile(job.folder, "certificate"));
  if (known === undefined || certificate === undefined || known.issue !== kept(job, "provision/keys")?.issue) return null;
  return { certificate, brokerUrl: known.brokerUrl };
}

/** Zero: not registered. */
function lastsUntilMs({ registered }: Member): number {
  return registered === null ? 0 : Date.parse(new X509Certificate(registered.certificate).validTo);
}

function writeModule(folder: string, members: readonly Member[], newest: Member, brokerUrl: string): void {
  for (const { order, linkKey } of members) keepFile(linkKeyFile(folder, order), linkKey);
  for (const file of ["ca", "trust"] as const)
    keepFile(machineFile(folder, file), fileText(machineFile(newest.folder, file)) ?? "", READABLE);
  const { registered } = newest;
  if (registered) keepFile(machineFile(folder, "certificate"), registered.certificate, READABLE);
  writeConfig(factsOf(folder, members, registered !== null, brokerUrl), folder);
}

function factsOf(folder: string, members: readonly Member[], isRegistered: boolean, url: string): ConfigFacts {
  const file = (name: MachineFile) => resolve(machineFile(folder, name));
  const [bus, ...moreBuses] = busesOf(folder, members);
  if (!bus) throw new RangeError(`${folder}: no machine`);
  const own = isRegistered ? { certFile: file("certificate"), keyFile: file("ownKey") } : {};
  return {
    ...{ ...bus, moreBuses },
    broker: { url, tls: { caFile: file("ca"), ...own } },
    dataFolder: resolve(folder, "data"),
    page: { host: "127.0.0.1", port: members[0]?.order.pagePort ?? 0 },
  };
}

function busesOf(folder: string, members: readonly Member[]): BusFacts[] {
  const buses = new Map<string, { bus: BusFacts["bus"]; machines: BusFacts["machines"][number][] }>();
  for (const { order, deviceCode: device } of members) {
    const { bus: line, address, designation } = order;
    const port = line.includes("://") ? line : resolve(line);
    const bus = buses.get(port) ?? { bus: { port, baudRate: busBaudRateOf(order), parity: "none", stopBits: 1 }, machines: [] };
    bus.machines.push({ device, address, designation, linkKeyFile: resolve(linkKeyFile(folder, order)) });
    buses.set(port, bus);
  }
  return [...buses.values()];
}

function linkKeyFile(folder: string, { name }: BusOrder): string {
  return join(folder, `${name}.link.key`);
}
