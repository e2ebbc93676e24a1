import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { CodedError } from "#protocol/errors/codedError.ts";
import { explain } from "#protocol/errors/explain.ts";
import { trustFromFile } from "#protocol/trust/trustFile.ts";
import { readFirmware } from "#scripts/install/flash/firmwareFile.ts";
import { type Flashed, type FlashOrder, flashChip } from "#scripts/install/flash/flashChip.ts";
import { ProgressLines } from "#scripts/install/flash/progressLines.ts";

const HELP = `烧录芯片固件 writes firmware to chips over the bootloader in their ROM (AN3155)
npm run flash -- --firmware FILE --trust FILE --port TTY [--port TTY …]

  --firmware FILE     签名的固件包 signed release of the chip's firmware
  --trust FILE        平台信任文件 the platform's trust file
  --port TTY          串口，可多次给出，同时烧录 serial port; several are written at once
  --baud N            波特率 (115200)
  --parity P          even | none：虚拟串口用 none (even)
  --erase-protected   芯片已读保护时先全部擦除（含密钥） erases a read-protected chip first, its keys included
  --help

中断后再次运行同一命令即可继续。 Interrupted? Run the same command again: it goes on with what is missing.
最后一行为 JSON；退出码 0 全部成功，1 有失败，2 参数有误。 The last line is JSON; exit code 0 all written, 1 some failed, 2 usage.`;

const OPTIONS = {
  firmware: { type: "string" },
  trust: { type: "string" },
  port: { type: "string", multiple: true },
  baud: { type: "string", default: "115200" },
  parity: { type: "string", default: "even" },
  "erase-protected": { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

const BAUD = { least: 1_200, most: 1_000_000 } as const;

/** Gives the exit code. */
export async function runFlash(argv: string[]): Promise<number> {
  try {
    const orders = ordersOf(argv);
    if (orders === "help") {
      console.log(HELP);
      return 0;
    }
    return await flashAll(orders);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    console.error(explain(error));
    return 2;
  }
}

type Order = Omit<FlashOrder, "progress">;

function ordersOf(argv: string[]): Order[] | "help" {
  const { values } = parsed(argv);
  if (values.help) return "help";
  const { firmware: file, trust, port: ports = [], baud, parity } = values;
  if (file === undefined || trust === undefined || ports.length === 0) throw badOption("--firmware, --trust and --port are needed");
  if (new Set(ports).size < ports.length) throw badOption("--port: each once");
  if (parity !== "even" && parity !== "none") throw badOption("--parity: even or none");
  const rate = Number(baud);
  if (!Number.isInteger(rate) || rate < BAUD.least || rate > BAUD.most) throw badOption(`--baud: ${BAUD.least} to ${BAUD.most}`);
  const firmware = readFirmware(file, trustFromFile(jsonOf(trust)));
  const eraseProtected = values["erase-protected"] ?? false;
  return ports.map((port) => ({ port, baud: rate, parity, firmware, eraseProtected }));
}

async function flashAll(orders: readonly Order[]): Promise<number> {
  const lines = new ProgressLines(
    orders.map(({ port }) => port),
    process.stderr,
    () => performance.now(),
  );
  const results = await Promise.all(orders.map((order) => flashOne(order, lines)));
  const flashed = results.filter((result) => "uid" in result).length;
  console.log(JSON.stringify({ chips: results.length, flashed, failed: results.length - flashed, results }));
  return flashed === results.length ? 0 : 1;
}

type Result = { port: string } & (Flashed | { code: string; detail: string });

/** One chip that cannot be written keeps no other from it. */
async function flashOne(order: Order, lines: ProgressLines): Promise<Result> {
  const { port } = order;
  try {
    const flashed = await flashChip({ ...order, progress: (step) => lines.step(port, step) });
    const { silicon, version, before, seconds, pagesWritten } = flashed;
    const done = pagesWritten === 0 ? "已是该固件 had it already" : `${before ?? "空片 bare"} → ${version}`;
    lines.end(port, `✓ ${silicon} · ${done} · ${seconds} s`);
    return { port, ...flashed };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    lines.end(port, `✗ ${explain(error)}`);
    return { port, code: error.code, detail: error.detail };
  }
}

function parsed(argv: string[]) {
  try {
    return parseArgs({ args: argv, options: OPTIONS, strict: true, allowPositionals: false });
  } catch (error) {
    throw badOption(error instanceof Error ? error.message : String(error));
  }
}

function jsonOf(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new CodedError("flash.badOption", `--trust ${path}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function badOption(detail: string): CodedError {
  return new CodedError("flash.badOption", detail);
}
