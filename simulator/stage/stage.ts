/** Chip, platform and agent as separate processes on one computer, joined by a pty and the loopback. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { buildDeviceCode } from "#protocol/codes/deviceCode.ts";
import { parseDesignation } from "#protocol/codes/gbt10249.ts";
import { SHANDONG_PROFILE } from "#protocol/profile/profile.ts";
import { DEVELOPMENT_LINK_KEY } from "#simulator/developmentKeys.ts";
import { type Running, readiness, startNode } from "#simulator/stage/processes.ts";

export interface StageOptions {
  /** Everything is kept below it. */
  folder: string;
  /** Entry of the agent: its source or the bundle. */
  agentScript: string;
  /** `agentScript` is the launcher, which is told the data folder first. */
  launched?: boolean;
  /** GB/T 10249; one machine each. */
  models: readonly string[];
  /** Machines of one bus; a chip process each bus. */
  perBus?: number;
  listSize?: number;
  /** A broker to use instead of the platform's own. */
  brokerUrl?: string;
  baud?: number;
  /** More of the chip's options. */
  chip?: readonly string[];
  /** Over the configuration's top members. */
  agentConfig?: object;
  /** Over the policy of every machine. */
  policy?: object;
  /** More members of every machine. */
  machine?: object;
  /** Everything but the agent, which somebody else starts. */
  withoutAgent?: boolean;
}

export interface StageBus {
  readonly tty: string;
  readonly control: string;
  chip: Running;
}

export interface Stage {
  readonly folder: string;
  readonly devices: readonly string[];
  readonly buses: readonly StageBus[];
  readonly configFile: string;
  readonly platformData: string;
  readonly platformControl: string;
  readonly page: string;
  /** The running agent; null between its end and its next start. */
  agent: Running | null;
  startAgent(): Promise<void>;
  close(): Promise<void>;
}

const SIMULATOR = fileURLToPath(new URL("../main.ts", import.meta.url));
const MAKER = "ARCG";
/** 肥城市. */
const DIVISION = "370983";

/** Device code of the nth machine of a stage; its letter is the designation's family. */
export function stageDevice(model: string, index: number): string {
  const parts = {
    division: DIVISION,
    process: parseDesignation(model).processLetter,
    maker: MAKER,
    serial: String(index + 1).padStart(8, "0"),
  };
  return buildDeviceCode(parts, SHANDONG_PROFILE.deviceCode);
}

/** Resolves when all are ready and the agent's page answers. */
export async function startStage(options: StageOptions): Promise<Stage> {
  const { folder, models } = options;
  mkdirSync(folder, { recursive: true });
  const running: Running[] = [];
  const closeAll = async () => {
    for (const child of running.toReversed()) await child.stop();
  };
  try {
    const devices = models.map((model, index) => stageDevice(model, index));
    const platformData = join(folder, "platform");
    const platform = startPlatformProcess(options, platformData, devices);
    running.push(platform);
    const buses = chunks(models, options.perBus ?? models.length).map((models, index) => startBus(options, devices, models, index));
    running.push(...buses.map((bus) => bus.chip));
    const { broker, control } = await readiness<{ broker: string; control: string }>(platform, "平台已启动");
    for (const bus of buses) await readiness(bus.chip, '{"ready"');
    const configFile = writeConfig(options, { devices, buses, broker, trust: join(platformData, "trust.json") });
    const stage = new RunningStage(options, { folder, devices, buses, configFile, platformData, platformControl: control }, closeAll);
    if (!options.withoutAgent) await stage.startAgent();
    return stage;
  } catch (error) {
    await closeAll();
    throw error;
  }
}

type Parts = Pick<Stage, "folder" | "devices" | "buses" | "configFile" | "platformData" | "platformControl">;

class RunningStage implements Stage {
  readonly folder: string;
  readonly devices: readonly string[];
  readonly buses: readonly StageBus[];
  readonly configFile: string;
  readonly platformData: string;
  readonly platformControl: string;
  page = "";
  agent: Running | null = null;
  readonly #script: string;
  readonly #before: readonly string[];
  readonly #closeOthers: () => Promise<void>;
  #starts = 0;

  constructor({ agentScript, launched = false }: StageOptions, parts: Parts, closeOthers: () => Promise<void>) {
    this.folder = parts.folder;
    this.devices = parts.devices;
    this.buses = parts.buses;
    this.configFile = parts.configFile;
    this.platformData = parts.platformData;
    this.platformControl = parts.platformControl;
    this.#script = agentScript;
    this.#before = launched ? [join(parts.folder, "agent")] : [];
    this.#closeOthers = closeOthers;
  }

  async startAgent(): Promise<void> {
    this.agent = startNode(`agent-${++this.#starts}`, this.#script, [...this.#before, "run", "--config", this.configFile], this.folder);
    this.page = (await readiness<{ page: string }>(this.agent, "焊闸已启动")).page;
  }

  async close(): Promise<void> {
    await this.agent?.stop();
    await this.#closeOthers();
  }
}

function startPlatformProcess({ folder, brokerUrl, listSize = 1000 }: StageOptions, data: string, devices: readonly string[]): Running {
  const broker = brokerUrl ? ["--broker", brokerUrl] : ["--listen", "127.0.0.1:0"];
  const known = devices.flatMap((device) => ["--device", device]);
  return startNode(
    "platform",
    SIMULATOR,
    ["platform", "--data", data, "--list-size", String(listSize), "--quiet", ...broker, ...known],
    folder,
  );
}

interface BusPart {
  first: number;
  models: readonly string[];
}

function startBus(
  { folder, baud = 115_200, chip = [] }: StageOptions,
  devices: readonly string[],
  part: BusPart,
  index: number,
): StageBus & BusPart {
  const tty = join(folder, `bus${index}`);
  const own = devices.slice(part.first, part.first + part.models.length);
  const argv = ["--tty", tty, "--baud", String(baud), "--model", part.models[0] ?? "ZX7-400", "--device", own.join(",")];
  const addresses = own.map((_, at) => at + 1).join(",");
  const state = join(folder, `chip${index}`);
  mkdirSync(state, { recursive: true });
  const running = startNode(`chip${index}`, SIMULATOR, ["chip", ...argv, "--address", addresses, "--state", state, ...chip], folder);
  return { ...part, tty, control: `${tty}.ctl`, chip: running };
}

interface ConfigParts {
  devices: readonly string[];
  buses: readonly (StageBus & BusPart)[];
  broker: string;
  trust: string;
}

function writeConfig(
  { folder, baud = 115_200, agentConfig = {}, policy = {}, machine = {} }: StageOptions,
  { devices, buses, broker, trust }: ConfigParts,
): string {
  const linkKey = Buffer.from(DEVELOPMENT_LINK_KEY).toString("hex");
  const config = {
    data: join(folder, "agent"),
    page: { host: "127.0.0.1", port: 0 },
    broker: { url: broker, retryMaximumS: 3 },
    trust: { file: trust },
    ...agentConfig,
    buses: buses.map(({ tty, first, models }) => ({
      port: tty,
      baudRate: baud,
      machines: models.map((designation, at) => ({
        device: devices[first + at],
        address: at + 1,
        designation,
        linkKey,
        policy,
        ...machine,
      })),
    })),
  };
  const file = join(folder, "arcgate.yaml");
  writeFileSync(file, stringify(config));
  return file;
}

function chunks(models: readonly string[], size: number): BusPart[] {
  return Array.from({ length: Math.ceil(models.length / size) }, (_, index) => ({
    first: index * size,
    models: models.slice(index * size, (index + 1) * size),
  }));
}
