import { parseArgs } from "node:util";
import { CodedError } from "#protocol/errors/codedError.ts";
import { explain } from "#protocol/errors/explain.ts";
import { startChip } from "#simulator/chip/chipProcess.ts";
import { MACHINE_HELP, MACHINE_OPTIONS, machineOptions, numberOption, onlyGiven } from "#simulator/chip/machineArguments.ts";
import type { ChipOptions } from "#simulator/chip/options.ts";

const HELP = `芯片与焊机模拟器 the chip and its welding machine, as a Modbus RTU slave on a real pty
npm run sim -- chip --tty LINK [options]

  --tty LINK          伪终端的符号链接 symbolic link to the pty (needed)
  --control PATH      控制套接字 Unix socket for JSON commands (LINK.ctl)
${MACHINE_HELP}
  --baud N --frame F  波特率与帧格式 (115200, 8N1)
  --unpaced           不按波特率限速 no line pacing, for benches
  --address A[,A…]    从站地址 slave addresses, one machine each (1)
  --device C[,C…]     设备编码 device codes, one for each address
  --key HEX           32 字节链路密钥 link key (development key 00 01 … 1f)
  --budget-key HEX    32 字节额度密钥 budget key, shared with the platform (development key 20 21 … 3f)
  --state DIR         掉电保存区目录 folder of the non-volatile memory
  --window-ms N       采样窗口 (100; 低于 57600 波特时 1000 below 57,600 baud)
  --help

就绪后打印一行 JSON；SIGTERM 正常退出。 Prints one JSON line when ready; SIGTERM ends it cleanly.`;

const OPTIONS = {
  tty: { type: "string" },
  control: { type: "string" },
  ...MACHINE_OPTIONS,
  baud: { type: "string" },
  frame: { type: "string" },
  unpaced: { type: "boolean" },
  address: { type: "string" },
  device: { type: "string" },
  key: { type: "string" },
  "budget-key": { type: "string" },
  state: { type: "string" },
  "window-ms": { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** `npm run sim -- chip …`: resolves when the chip runs, or with `process.exitCode` 2 after saying what is wrong. */
export async function runChip(argv: string[]): Promise<void> {
  try {
    const values = parse(argv);
    if (values.help) return console.log(HELP);
    const chip = await startChip(optionsOf(values), { failed: fail });
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.once(signal, () => void chip.close().then(() => process.exit(0), fail));
    }
    console.log(JSON.stringify({ ready: true, tty: chip.tty, control: chip.control, machines: chip.machines }));
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    console.error(explain(error));
    process.exitCode = 2;
  }
}

type Values = ReturnType<typeof parse>;

function parse(argv: string[]) {
  try {
    return parseArgs({ args: argv, options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new CodedError("chip.badOption", error instanceof Error ? error.message : String(error));
  }
}

function optionsOf(values: Values): ChipOptions {
  if (values.tty === undefined) throw new CodedError("chip.badOption", "--tty is needed");
  return {
    ...machineOptions(values),
    ...onlyGiven<ChipOptions>({
      tty: values.tty,
      control: values.control,
      baud: numberOption("baud", values.baud),
      frame: values.frame,
      paced: values.unpaced ? false : undefined,
      addresses: values.address?.split(",").map((text) => numberOption("address", text) ?? 0),
      devices: values.device?.split(","),
      linkKey: values.key === undefined ? undefined : keyOf("key", values.key),
      budgetKey: values["budget-key"] === undefined ? undefined : keyOf("budget-key", values["budget-key"]),
      state: values.state,
      windowMs: numberOption("window-ms", values["window-ms"]),
    }),
  };
}

function keyOf(name: string, text: string): Uint8Array {
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new CodedError("chip.badOption", `--${name}: 64 hex digits`);
  return Uint8Array.from(Buffer.from(text, "hex"));
}

function fail(error: unknown): void {
  console.error(error instanceof CodedError ? explain(error) : error);
  process.exit(1);
}
