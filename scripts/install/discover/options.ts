/** The words of the command line, checked. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { isTcp } from "#agent/shell/serial/endpoint.ts";
import { BARE_ADDRESS } from "#protocol/chip/provision.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { ConfigWish, PairWish } from "#scripts/install/discover/fromFindings.ts";
import { BAUD_RATES } from "#scripts/install/discover/searchPlan.ts";

export const HELP = `查找串口上的设备并写出配置 finds what is on the serial ports, by reading alone, and writes the configuration
arcgate-install discover [--port TTY …] [options]

  --port PORT            串口或 tcp://地址:端口，可多次；默认本机全部串口 serial port or tcp://host:port, several; default: all of this computer
  --baud N[,N…]          只试这些波特率 only these rates (${BAUD_RATES.join(", ")})
  --addresses LIST       从站地址 slave addresses (1-16,${BARE_ADDRESS})
  --every-rate           找到后继续试其他波特率 goes on with the other rates when somebody was found
  --patience MS          每次应答的宽限 granted to each answer (60; tcp 160)
  --bootloader           无应答时唤醒芯片 ROM 引导程序；总线上有其他设备时勿用 wakes a chip's ROM bootloader where nothing answers;
                         not on a bus with other devices
  --write DIR            写出 DIR/arcgate.yaml writes the configuration
  --broker URL           平台消息服务 the platform's broker, with --write
  --designation [DEVICE=]TYPE   焊机型号 the machines' designation, of all or of one, e.g. ZX7-400
  --pair METER,RELAY.COIL=DEVICE[@PORT]   电表与继电器组成焊机 a machine of a meter and a relay, by their addresses
  --flash-on ADDRESS     该继电器板有定时断开（见其手册）this board has timed outputs, by its manual
  --key DEVICE=FILE      链路密钥文件 link key (DIR/link.key; of several chips DIR/DEVICE.key)
  --data DIR             程序数据文件夹 the agent's data folder (/var/lib/arcgate)
  --force                覆盖已有配置 overwrites a configuration that is not the tool's own
  --help

只读取，不写入任何设备。 Nothing is ever written to a device.
最后一行为 JSON；退出码 0 找到且无疑问，1 有问题，2 参数有误。 The last line is JSON; exit code 0 all is known, 1 something is wrong, 2 usage.`;

const OPTIONS = {
  port: { type: "string", multiple: true },
  baud: { type: "string", multiple: true },
  addresses: { type: "string", default: `1-16,${BARE_ADDRESS}` },
  "every-rate": { type: "boolean" },
  patience: { type: "string" },
  bootloader: { type: "boolean" },
  write: { type: "string" },
  broker: { type: "string" },
  designation: { type: "string", multiple: true },
  pair: { type: "string", multiple: true },
  "flash-on": { type: "string", multiple: true },
  key: { type: "string", multiple: true },
  data: { type: "string", default: "/var/lib/arcgate" },
  force: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

export interface DiscoverOptions {
  /** Null: all of this computer. */
  ports: string[] | null;
  bauds: number[];
  addresses: number[];
  everyRate: boolean;
  patienceMs: number | null;
  bootloader: boolean;
  write: { folder: string; wish: ConfigWish; force: boolean } | null;
}

const ADDRESS = { least: 1, most: 247 } as const;
const PATIENCE_MS = { least: 10, most: 5_000 } as const;
const PAIR = /^(\d{1,3}),(\d{1,3})\.(\d{1,2})=([0-9A-Z]{20})(?:@(.+))?$/;

/** Throws `discover.badOption`. */
export function optionsOf(argv: string[]): DiscoverOptions | "help" {
  const values = parsed(argv);
  if (values.help) return "help";
  const ports = values.port?.map((port) => (isTcp(port) ? port : resolve(port))) ?? null;
  if (ports && new Set(ports).size < ports.length) throw bad("--port: each once");
  const bauds = values.baud?.flatMap((text) => text.split(",")).map(baudOf) ?? [...BAUD_RATES];
  return {
    ...{ ports, bauds, addresses: addressesOf(values.addresses), everyRate: values["every-rate"] ?? false },
    patienceMs: values.patience === undefined ? null : within("--patience", values.patience, PATIENCE_MS),
    bootloader: values.bootloader ?? false,
    write: values.write === undefined ? null : writeOf(values, resolve(values.write)),
  };
}

type Values = ReturnType<typeof parsed>;

function writeOf(values: Values, folder: string): NonNullable<DiscoverOptions["write"]> {
  const { broker, designation = [], pair = [], key = [], "flash-on": flashOn = [], data } = values;
  if (broker === undefined) throw bad("--write needs --broker");
  if (!/^(mqtts?|tcp|ssl):\/\//.test(broker)) throw bad("--broker: mqtt://host:port or mqtts://host:port");
  if (designation.length === 0) throw bad("--write needs --designation");
  if (!existsSync(folder)) throw bad(`--write ${folder}: no such folder`);
  const named = designation.map((text) => text.split("="));
  const wish: ConfigWish = {
    ...{ folder, broker, dataFolder: data, pairs: pair.map(pairOf) },
    designation: named.findLast((parts) => parts.length === 1)?.[0] ?? null,
    designations: new Map(named.flatMap(([device = "", type]) => (type === undefined ? [] : [[device, type]]))),
    keys: new Map(key.map((text) => keyOf(text))),
    flashOn: flashOn.map((text) => within("--flash-on", text, ADDRESS)),
  };
  return { folder, wish, force: values.force ?? false };
}

function pairOf(text: string): PairWish {
  const [, meter = "", relay = "", coil = "", device = "", port] = PAIR.exec(text) ?? [];
  if (device === "") throw bad("--pair: METER,RELAY.COIL=DEVICE[@PORT], such as 1,2.0=370983ZARCG00000001X");
  return { meter: Number(meter), relay: Number(relay), coil: Number(coil), device, port: port ?? null };
}

function keyOf(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw bad("--key: DEVICE=FILE");
  return [text.slice(0, at), resolve(text.slice(at + 1))];
}

/** `1-16,247`: each once, in rising order. */
export function addressesOf(text: string): number[] {
  const all = text.split(",").flatMap((part) => {
    const [from = "", to = from, ...more] = part.split("-");
    if (more.length > 0) throw bad("--addresses: such as 1-16,247");
    const [first, last] = [within("--addresses", from, ADDRESS), within("--addresses", to, ADDRESS)];
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  });
  if (all.length === 0) throw bad("--addresses: from the lower to the higher");
  return [...new Set(all)].toSorted((left, right) => left - right);
}

function baudOf(text: string): number {
  const baud = BAUD_RATES.find((rate) => `${rate}` === text);
  if (baud === undefined) throw bad(`--baud: ${BAUD_RATES.join(", ")}`);
  return baud;
}

function within(name: string, text: string, { least, most }: { least: number; most: number }): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) throw bad(`${name}: ${least} to ${most}`);
  return value;
}

function parsed(argv: string[]) {
  try {
    return parseArgs({ args: argv, options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw bad(error instanceof Error ? error.message : String(error));
  }
}

function bad(detail: string): CodedError {
  return new CodedError("discover.badOption", detail);
}
