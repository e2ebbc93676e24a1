/** A workshop before its installation: a platform with its registry, bare parts at welding machines, a jig, and what an installer brings along. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { SILICON } from "#protocol/boot/silicon.ts";
import { RELEASE_ENTRY } from "#protocol/release/releaseFile.ts";
import { Random } from "#simulator/chip/plant/random.ts";
import type { PartMake } from "#simulator/chip/silicon/mountedPart.ts";
import { startPartLine } from "#simulator/chip/silicon/partLine.ts";
import { startPart } from "#simulator/chip/silicon/partProcess.ts";
import { standInFirmware } from "#simulator/chip/silicon/standIn.ts";
import { readKeys } from "#simulator/platform/keys.ts";
import { makeInstaller } from "#simulator/platform/registry/command.ts";
import { issueRelease } from "#simulator/platform/releaseIssuer.ts";
import { type Running, readiness, startNode } from "#simulator/stage/processes.ts";
import { type JigLine, startJig } from "#simulator/workshop/jigServer.ts";
import { machinesCsv, planMachines, type WorkshopMachine } from "#simulator/workshop/machines.ts";

export interface WorkshopOptions {
  folder: string;
  machines: number;
  seed: number;
  baud: number;
  paced: boolean;
  firmwareKilobytes: number;
  /** The machines of a folder that are provisioned, on their buses; bare ones would all have one address. */
  buses: boolean;
  /** The list gives the machines of two buses one module. */
  modules: boolean;
  perBus: number;
}

/** What the installer's tool needs to be told. */
export interface WorkshopReady {
  csv: string;
  registry: string;
  broker: string;
  brokerTls: string;
  trust: string;
  firmware: string;
  installer: string;
  jig: string;
  /** The platform's control socket and data folder. */
  platform: { control: string; data: string };
  /** `address`: as the list gives it. */
  machines: { name: string; port: string; control: string; address: number }[];
}

export interface Workshop {
  readonly ready: WorkshopReady;
  /** The platform ended, though nobody told it to. */
  readonly platformEnded: Promise<unknown>;
  close(): Promise<void>;
}

const SIMULATOR = fileURLToPath(new URL("../main.ts", import.meta.url));
const FIRMWARE_VERSION = "1.0.0";
const INSTALLER = "张三 Zhang San";
const ANY_PORT = "127.0.0.1:0";

/** Resolves when all of it can be used. A folder that was used before goes on where it was: its parts keep their flash. */
export async function startWorkshop({ folder: given, ...options }: WorkshopOptions): Promise<Workshop> {
  const folder = resolve(given);
  if (folder.includes(",")) throw new RangeError(`--folder: 路径中不能有逗号 / no comma in its path: ${folder}`);
  mkdirSync(folder, { recursive: true });
  const opened: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of opened.splice(0).reverse()) await end();
  };
  try {
    const data = join(folder, "platform");
    const platform = startPlatform(folder, data);
    opened.push(() => platform.stop());
    const machines = planMachines(options.machines, folder, options.perBus);
    const lines = await (options.buses ? startBuses : startBenches)(machines, options, opened);
    const { broker, brokerTls, registry, trust, control } = await readiness<PlatformReady>(platform, "平台已启动");
    const jig = join(folder, "jig");
    const server = await startJig(jig, lines, { dataDir: data, controlPath: control });
    opened.push(() => server.close());
    const files = await writeFiles(folder, data, machines, options);
    const ready: WorkshopReady = {
      ...{ ...files, registry, broker, brokerTls, trust, jig, platform: { control, data } },
      machines: machines.map(({ name, address, ...at }) => {
        const port = options.buses ? at.bus : at.port;
        return { name, port, control: `${port}.ctl`, address };
      }),
    };
    return { ready, platformEnded: platform.exited, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface PlatformReady {
  broker: string;
  brokerTls: string;
  registry: string;
  trust: string;
  control: string;
}

function startPlatform(folder: string, data: string): Running {
  const doors = ["--listen", ANY_PORT, "--tls-listen", ANY_PORT, "--registry", ANY_PORT];
  return startNode("platform", SIMULATOR, ["platform", "--data", data, "--quiet", ...doors], folder);
}

function partOf({ flash, number, model, sensorRangeAmps: rangeAmps }: WorkshopMachine, { seed }: { seed: number }): PartMake {
  const silicon = number % 2 === 1 ? "f030" : "f103";
  return { silicon, flash, serial: `${seed}/${number}`, machine: { model, rangeAmps, seed: seed + number - 1 } };
}

type Opened = (() => Promise<unknown>)[];
type LineOptions = Pick<WorkshopOptions, "baud" | "paced" | "seed">;

/** Each part alone. */
async function startBenches(machines: readonly WorkshopMachine[], options: LineOptions, opened: Opened): Promise<Map<string, JigLine>> {
  const lines = new Map<string, JigLine>();
  for (const machine of machines) {
    const part = await startPart({ ...options, tty: machine.port, ...partOf(machine, options) });
    opened.push(() => part.close());
    lines.set(machine.port, () => part);
  }
  return lines;
}

async function startBuses(machines: readonly WorkshopMachine[], options: LineOptions, opened: Opened): Promise<Map<string, JigLine>> {
  const lines = new Map<string, JigLine>();
  for (const tty of new Set(machines.map(({ bus }) => bus))) {
    const makes = machines.filter(({ bus }) => bus === tty).map((machine) => partOf(machine, options));
    const bus = await startPartLine({ ...options, tty }, makes);
    opened.push(() => bus.close());
    lines.set(tty, (address) => {
      if (address === undefined) throw new RangeError(`${tty}: which address?`);
      return { command: (asked) => bus.command({ ...asked, at: address }) };
    });
  }
  return lines;
}

async function writeFiles(
  folder: string,
  data: string,
  machines: readonly WorkshopMachine[],
  { seed, firmwareKilobytes, modules }: Omit<WorkshopOptions, "folder">,
): Promise<Pick<WorkshopReady, "csv" | "firmware" | "installer">> {
  const files = {
    csv: join(folder, "machines.csv"),
    firmware: join(folder, "firmware.release"),
    installer: join(folder, "installer.json"),
  };
  writeFileSync(files.csv, machinesCsv(machines, modules));
  const random = new Random(seed);
  const bytes = standInFirmware(FIRMWARE_VERSION, firmwareKilobytes, (into) => {
    for (const at of into.keys()) into[at] = random.integer(0, 255);
  });
  const productIds = Object.values(SILICON).map(({ productId }) => productId);
  const about = { version: FIRMWARE_VERSION, issuedMs: Date.now(), target: "chip" as const, productIds };
  writeFileSync(files.firmware, issueRelease(readKeys(data), about, [{ name: RELEASE_ENTRY.chip, bytes }]));
  if (!existsSync(files.installer)) await makeInstaller(data, { out: files.installer, name: INSTALLER });
  return files;
}
