/** `npm run sim -- scanner`: a QR scanner module on a real pty. */
import { parseArgs } from "node:util";
import { CodedError } from "#protocol/errors/codedError.ts";
import { explain } from "#protocol/errors/explain.ts";
import { modelNamed, type ScannerOptions } from "#simulator/scanner/options.ts";
import { startScanner } from "#simulator/scanner/scannerProcess.ts";

const HELP = `扫码器模拟器 a QR scanner module on a real pty
npm run sim -- scanner --tty LINK --model gm65|gm72|n3680|plain [options]

  --tty LINK          伪终端的符号链接 symbolic link to the pty (needed)
  --model M           型号 model: gm65 | gm72 | n3680 | plain (needed)
  --control PATH      控制套接字 Unix socket for JSON commands (LINK.ctl)
  --baud N            波特率 baud rate (出厂值 as the model leaves the factory)
  --seed N            随机种子 seed of noise and split reads (1)
  --help

出示二维码 show a code: echo '{"do":"show","text":"…"}' | nc -U LINK.ctl

就绪后打印一行 JSON；SIGTERM 正常退出。 Prints one JSON line when ready; SIGTERM ends it cleanly.`;

const OPTIONS = {
  tty: { type: "string" },
  model: { type: "string" },
  control: { type: "string" },
  baud: { type: "string" },
  seed: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** Resolves when the module runs, or with `process.exitCode` 2 after saying what is wrong. */
export async function runScanner(argv: string[]): Promise<void> {
  try {
    const values = parse(argv);
    if (values.help) return console.log(HELP);
    const scanner = await startScanner(optionsOf(values));
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.once(signal, () => void scanner.close().then(() => process.exit(0)));
    }
    console.log(JSON.stringify({ ready: true, tty: scanner.tty, control: scanner.control, model: values.model }));
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
    throw new CodedError("scanner.badOption", error instanceof Error ? error.message : String(error));
  }
}

function optionsOf({ tty, model, control, baud, seed }: Values): ScannerOptions {
  if (tty === undefined) throw new CodedError("scanner.badOption", "--tty is needed");
  return { tty, model: modelNamed(model), control, baud: number("baud", baud), seed: number("seed", seed) };
}

function number(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,10}$/.test(text)) throw new CodedError("scanner.badOption", `--${name}: a number`);
  return Number(text);
}
