/** `npm run sim -- platform`: the platform as a process, and `platform report`: what its store holds; `platform release`: a release under its key. */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { SILICON } from "#protocol/boot/silicon.ts";
import { ALGORITHMS } from "#protocol/crypto.ts";
import { RELEASE_ENTRY, type ReleaseAbout } from "#protocol/release/releaseFile.ts";
import type { Platform, PlatformNotice } from "#simulator/platform/contract.ts";
import { reportDay } from "#simulator/platform/dayReport.ts";
import { dayText, LANGUAGES } from "#simulator/platform/dayText.ts";
import { endpointOf } from "#simulator/platform/endpoint.ts";
import { readKeys } from "#simulator/platform/keys.ts";
import { startPlatform } from "#simulator/platform/platform.ts";
import { issueRelease } from "#simulator/platform/releaseIssuer.ts";
import { openForReading, reportStreams } from "#simulator/platform/report.ts";
import { noticeLine, reportTable } from "#simulator/platform/terminal.ts";

const EXIT_INCOMPLETE = 1;
const EXIT_ERROR = 2;
const DEFAULT_DATA = ".run/platform";
const DEFAULT_LISTEN = "127.0.0.1:1883";
const MAX_RETURN_SPREAD_S = 900;
const MAX_LIST_SIZE = 10_000_000;

const HELP = `省级平台（模拟） · the provincial platform, simulated

用法 Usage: npm run sim -- platform [选项]
            npm run sim -- platform report [--data DIR] [--device CODE] [--day YYYY-MM-DD] [--lang zh|en] [--json]
            npm run sim -- platform release [--data DIR] --program FILE --version X.Y.Z --journal-format N --out FILE
            npm run sim -- platform release [--data DIR] --firmware FILE --version X.Y.Z --part f030[,f103] --out FILE
            npm run sim -- platform installer [--data DIR] [--name TEXT] --out FILE
            npm run sim -- platform register [--data DIR] --voucher TEXT|FILE [--out FILE]

  --broker URL        使用现有消息服务器，默认内置 · use this MQTT broker; default: an embedded one
  --listen HOST:PORT  内置服务器地址，端口 0 为任意 · where the embedded one listens, 0 for any port; default ${DEFAULT_LISTEN}
  --tls-listen HOST:PORT  内置服务器的双向证书入口 · where the embedded one takes modules with certificates
  --registry HOST:PORT    登记服务，供安装工具使用 · where installers' tools register devices (HTTP)
  --data DIR          数据目录：密钥、名单、收到的记录 · keys, list and records; default ${DEFAULT_DATA}
  --list-size N       名单证书数 · certificates in the list; default 1000
  --algorithm NAME    名单签名算法 · of the list's signature: ${ALGORITHMS.join(" | ")}; default ed25519, fixed at the first start
  --device CODE       已登记设备，可重复 · a registered device, repeatable; others are taken and flagged
  --return-spread S   断线后重连分散秒数 · seconds over which devices spread their return after an outage; default 0: their own jitter
  --control PATH      控制口 · control socket; default DIR/platform.ctl
  --quiet             不显示实时状态 · no live lines

release: 签发升级包 · signs a release: of the agent's program (npm run build makes .build/arcgate.mjs), or of the chip's firmware
  --program FILE --version X.Y.Z --journal-format N --out FILE
  --firmware FILE --version X.Y.Z --part ${Object.keys(SILICON).join(",")} --out FILE

installer: 签发安装员文件 · a file for an installer: id, key, serials, whom to believe
register: 登记纸质凭单 · registers a voucher that was scanned from paper; the module's certificate goes to FILE

report: 查询已收到与缺失的记录，平台运行时也可用 · what is held and what is missing, also while the platform runs
  --device CODE       该设备，重新计算哈希链 · of this machine, with its chain computed again
  --day YYYY-MM-DD    某日（Asia/Shanghai，按事件最早时间），可证明完整 · of one day by event time, and whether it is complete
                      不完整时返回 1 · exits with 1 when something is missing or was changed
`;

const OPTIONS = {
  broker: { type: "string" },
  listen: { type: "string", default: DEFAULT_LISTEN },
  registry: { type: "string" },
  "tls-listen": { type: "string" },
  data: { type: "string", default: DEFAULT_DATA },
  "list-size": { type: "string", default: "1000" },
  algorithm: { type: "string", default: "ed25519" },
  device: { type: "string", multiple: true, default: [] as string[] },
  "return-spread": { type: "string", default: "0" },
  control: { type: "string" },
  quiet: { type: "boolean", default: false },
  day: { type: "string" },
  lang: { type: "string", default: "zh" },
  json: { type: "boolean", default: false },
  program: { type: "string" },
  firmware: { type: "string" },
  part: { type: "string", default: "" },
  version: { type: "string", default: "" },
  "journal-format": { type: "string", default: "" },
  out: { type: "string" },
  name: { type: "string", default: "" },
  voucher: { type: "string" },
  help: { type: "boolean", default: false },
} as const;

/** Resolves when the platform was told to end: by its control socket, SIGINT or SIGTERM. */
export async function runPlatform(argv: string[]): Promise<void> {
  try {
    await runAsTold(argv);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = EXIT_ERROR;
  }
}

async function runAsTold(argv: string[]): Promise<void> {
  const { values, positionals } = parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
  if (values.help) return void process.stdout.write(HELP);
  if (positionals[0] === "report") return printReport(values);
  if (positionals[0] === "release") return writeRelease(values);
  if (positionals[0] === "installer") return (await registryCommands()).writeInstaller(values.data, values);
  if (positionals[0] === "register") return (await registryCommands()).registerVoucher(values.data, values);
  if (positionals.length > 0) throw new RangeError(`不认识 / unknown: ${positionals[0]} (--help)`);

  const algorithm = ALGORITHMS.find((name) => name === values.algorithm);
  if (algorithm === undefined) throw new RangeError(`--algorithm: ${ALGORITHMS.join(" | ")}`);
  const platform = await startPlatform({
    dataDir: values.data,
    brokerUrl: values.broker,
    listen: endpointOf(values.listen, "--listen"),
    registry: values.registry === undefined ? undefined : endpointOf(values.registry, "--registry"),
    tlsListen: values["tls-listen"] === undefined ? undefined : endpointOf(values["tls-listen"], "--tls-listen"),
    listSize: wholeNumber(values["list-size"], "--list-size", MAX_LIST_SIZE),
    listAlgorithm: algorithm,
    devices: values.device,
    returnSpreadS: wholeNumber(values["return-spread"], "--return-spread", MAX_RETURN_SPREAD_S),
    controlPath: values.control,
    notice: values.quiet ? undefined : printer(),
  });
  process.stdout.write(`平台已启动 · platform ready ${JSON.stringify(readiness(platform))}\n`);
  await Promise.race([platform.quitAsked, signalled()]);
  await platform.close();
}

function registryCommands(): Promise<typeof import("#simulator/platform/registry/command.ts")> {
  return import("#simulator/platform/registry/command.ts");
}

/** What a script that started the platform needs to know. */
function readiness({ brokerUrl, brokerTlsUrl, registryUrl, controlPath, trustPath, list }: Platform): object {
  const doors = { ...(brokerTlsUrl && { brokerTls: brokerTlsUrl }), ...(registryUrl && { registry: registryUrl }) };
  return { broker: brokerUrl, ...doors, control: controlPath, trust: trustPath, listVersion: list.version, listEntries: list.entries };
}

interface ReportOrder {
  data: string;
  json: boolean;
  lang: string;
  day?: string | undefined;
  device: readonly string[];
}

/** The table of all streams; with a machine or a day, whether it is complete, and 1 when it is not. */
function printReport({ data, json, lang, day, device }: ReportOrder): void {
  const language = LANGUAGES.find((name) => name === lang);
  if (language === undefined) throw new RangeError(`--lang: ${LANGUAGES.join(" | ")}`);
  const database = openForReading(data);
  try {
    const streams = reportStreams(database);
    if (day === undefined && device.length === 0) {
      process.stdout.write(json ? `${JSON.stringify({ streams })}\n` : reportTable(streams));
      return;
    }
    const devices = device.length > 0 ? device : [...new Set(streams.map((stream) => stream.device))];
    const days = devices.map((each) => reportDay(database, each, day ?? null));
    process.stdout.write(json ? `${JSON.stringify({ days })}\n` : days.map((each) => dayText(each, language)).join(""));
    if (days.some(({ verdict }) => verdict === "incomplete" || verdict === "nothingHeld")) process.exitCode = EXIT_INCOMPLETE;
  } finally {
    database.close();
  }
}

interface ReleaseOrder {
  data: string;
  program?: string | undefined;
  firmware?: string | undefined;
  part: string;
  version: string;
  "journal-format": string;
  out?: string | undefined;
}

function writeRelease({ data, program, firmware, part, version, out, ...order }: ReleaseOrder): void {
  const content = program ?? firmware;
  if (content === undefined || out === undefined || (program !== undefined && firmware !== undefined))
    throw new RangeError("release: --program FILE or --firmware FILE, and --out FILE");
  const always = { version, issuedMs: Date.now() };
  const about: ReleaseAbout =
    program === undefined
      ? { ...always, target: "chip", productIds: part.split(",").map(productIdOf) }
      : { ...always, target: "module", journalFormat: wholeNumber(order["journal-format"], "--journal-format", 65_535) };
  writeFileSync(out, issueRelease(readKeys(data), about, [{ name: RELEASE_ENTRY[about.target], bytes: readFileSync(content) }]));
}

function productIdOf(name: string): number {
  const found = Object.entries(SILICON).find(([part]) => part === name);
  if (!found) throw new RangeError(`--part: ${Object.keys(SILICON).join(", ")}`);
  return found[1].productId;
}

/** A line when something changed; readings that come every second are no change. */
function printer(): (notice: PlatformNotice) => void {
  const last = new Map<string, string>();
  return (notice) => {
    const key = notice.notice === "state" ? notice.live.device : notice.notice;
    const line = noticeLine(notice);
    if (notice.notice === "state" && last.get(key) === line) return;
    last.set(key, line);
    process.stdout.write(`${line}\n`);
  };
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}

function wholeNumber(text: string, option: string, maximum: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > maximum) throw new RangeError(`${option}: 0 – ${maximum}`);
  return value;
}
