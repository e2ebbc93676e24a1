import { parseArgs } from "node:util";
import { CodedError } from "#protocol/errors/codedError.ts";
import { explain } from "#protocol/errors/explain.ts";
import { ConsoleTeller } from "#scripts/install/machine/consoleTeller.ts";
import { Job } from "#scripts/install/machine/job.ts";
import type { ProvisionOrder } from "#scripts/install/provision/order.ts";
import { provision } from "#scripts/install/provision/provision.ts";
import { register } from "#scripts/install/provision/register.ts";

const PROVISION_HELP = `配置芯片：设备编码、密钥、零点、模块证书和凭单 makes a flashed chip and a module one device
arcgate-install provision --folder DIR --port TTY --installer FILE --division N --process L --maker XXXX --range-amps N [选项]

  --folder DIR        该焊机的文件夹 the machine's folder
  --port TTY          串口 serial port
  --installer FILE    安装员文件（平台签发） the installer's file, from the platform
  --division N        行政区划代码（GB/T 2260，6 位） division, 6 digits
  --process L         焊机大类字母（GB/T 10249） family letter of the machine's designation
  --maker XXXX        制造单位代码（4 位） maker, 4 characters
  --range-amps N      电流传感器量程 range of the current sensor
  --range-volts N     电压传感器量程 range of the voltage sensor (200)
  --address N         芯片地址 1–246 the chip's address (1)
  --device-code CODE  采用已有的设备编码 takes this code in the place of an assigned one
  --registry URL      平台登记服务；不填则离线，以后用 register 补登 the platform's registry; without it off line, to be registered later
  --baud N            波特率 (115200)
  --parity P          none | even | odd (none)
  --help

中断后再次运行同一命令即可继续。 Interrupted? Run the same command again: it goes on with what is missing.
最后一行为 JSON；退出码 0 完成，1 未完成，2 参数有误。 The last line is JSON; exit code 0 done, 1 not done, 2 usage.`;

const REGISTER_HELP = `补登离线安装的设备 registers a device that was provisioned off line
arcgate-install register --folder DIR --registry URL [--installer FILE]

  --folder DIR        该焊机的文件夹 the machine's folder
  --registry URL      平台登记服务 the platform's registry
  --installer FILE    安装员文件（默认用配置时的文件） the installer's file (that of the provisioning)
  --help

最后一行为 JSON；退出码 0 完成，1 未完成，2 参数有误。 The last line is JSON; exit code 0 done, 1 not done, 2 usage.`;

const text = { type: "string" } as const;
const help = { type: "boolean", short: "h" } as const;
const REGISTER_OPTIONS = { folder: text, registry: text, installer: text, help } as const;
const PROVISION_OPTIONS = {
  ...{ ...REGISTER_OPTIONS, port: text, division: text, process: text, maker: text, "range-amps": text, "device-code": text },
  "range-volts": { type: "string", default: "200" },
  address: { type: "string", default: "1" },
  baud: { type: "string", default: "115200" },
  parity: { type: "string", default: "none" },
} as const;

/** Gives the exit code. */
export function runProvision(argv: string[]): Promise<number> {
  return run(PROVISION_HELP, () => {
    const values = parsed(argv, PROVISION_OPTIONS);
    if (values.help) return null;
    const folder = needed(values.folder, "folder");
    const order = orderOf(values);
    return async () => {
      const job = new Job(folder);
      try {
        return await provision(order, job, new ConsoleTeller());
      } finally {
        job.close();
      }
    };
  });
}

/** Gives the exit code. */
export function runRegister(argv: string[]): Promise<number> {
  return run(REGISTER_HELP, () => {
    const values = parsed(argv, REGISTER_OPTIONS);
    if (values.help) return null;
    const [folder, registry] = [needed(values.folder, "folder"), urlOf(needed(values.registry, "registry"))];
    return () => register(folder, registry, values.installer);
  });
}

/** `read` gives what is to be done, or null for the help. */
async function run(helpText: string, read: () => (() => Promise<object>) | null): Promise<number> {
  let began = false;
  try {
    const act = read();
    if (act === null) {
      console.log(helpText);
      return 0;
    }
    began = true;
    console.log(JSON.stringify(await act()));
    return 0;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    console.error(explain(error));
    if (began) console.log(JSON.stringify({ code: error.code, detail: error.detail }));
    return began ? 1 : 2;
  }
}

type Values = ReturnType<typeof parsed<typeof PROVISION_OPTIONS>>;

function orderOf(values: Values): ProvisionOrder {
  const { parity } = values;
  if (parity !== "none" && parity !== "even" && parity !== "odd") throw badOption("--parity: none, even or odd");
  return {
    ...{ port: needed(values.port, "port"), baudRate: whole(values.baud, "baud", 1_200, 1_000_000), parity },
    address: whole(values.address, "address", 1, 246),
    division: matching(values.division, "division", /^\d{6}$/),
    processLetter: matching(values.process, "process", /^[A-Z]$/),
    maker: matching(values.maker, "maker", /^[0-9A-Z]{4}$/),
    deviceCode: values["device-code"],
    sensorRangeAmps: whole(values["range-amps"], "range-amps", 1, 65_535),
    sensorRangeVolts: whole(values["range-volts"], "range-volts", 1, 65_535),
    registry: values.registry === undefined ? null : urlOf(values.registry),
    installerFile: needed(values.installer, "installer"),
  };
}

function parsed<const T extends typeof REGISTER_OPTIONS>(argv: string[], options: T) {
  try {
    return parseArgs({ args: argv, options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw badOption(error instanceof Error ? error.message : String(error));
  }
}

function needed(value: string | undefined, name: string): string {
  if (value === undefined) throw badOption(`--${name} is needed`);
  return value;
}

function matching(value: string | undefined, name: string, shape: RegExp): string {
  if (!shape.test(needed(value, name))) throw badOption(`--${name} ${value}`);
  return value ?? "";
}

function whole(value: string | undefined, name: string, least: number, most: number): number {
  const number = Number(needed(value, name));
  if (!Number.isInteger(number) || number < least || number > most) throw badOption(`--${name}: ${least} to ${most}`);
  return number;
}

function urlOf(value: string): string {
  if (!/^https?:/.test(value) || !URL.canParse(value)) throw badOption(`--registry ${value}`);
  return value;
}

function badOption(detail: string): CodedError {
  return new CodedError("provision.badOption", detail);
}
