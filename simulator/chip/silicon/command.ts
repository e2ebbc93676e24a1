import { randomFillSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { SILICON, type SiliconName } from "#protocol/boot/silicon.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import { explain } from "#protocol/errors/explain.ts";
import { MACHINE_HELP, MACHINE_OPTIONS, machineOptions } from "#simulator/chip/machineArguments.ts";
import { startPart } from "#simulator/chip/silicon/partProcess.ts";
import { standInFirmware } from "#simulator/chip/silicon/standIn.ts";

const PARTS = Object.keys(SILICON).join(" | ");

const HELP = `出厂裸片模拟器（烧录后即为芯片） a bare part, in the bootloader of its ROM (AN3155), then the chip that was flashed, on a real pty
npm run sim -- silicon --tty LINK [options]
npm run sim -- silicon firmware --version X.Y.Z --kilobytes N --out FILE

  --tty LINK          伪终端的符号链接 symbolic link to the pty (needed)
  --part P            ${PARTS} (f030)
  --flash FILE        闪存内容文件 file of what its flash keeps (LINK.flash)
  --serial TEXT       决定芯片唯一编号 makes its unique number (1)
  --baud N            线路波特率 (115200)
  --unpaced           不按波特率限速 no line pacing
  --boot0             BOOT0 跳线接通 the BOOT0 jumper is set from the start
${MACHINE_HELP}
  --help

firmware: 生成占位固件（随机内容，带版本信息） makes stand-in firmware: random bytes that tell a version
就绪后打印一行 JSON；SIGTERM 正常退出。控制套接字 LINK.ctl：{"do":"reset"}、{"do":"power","on":false}、{"do":"boot0","on":true}、{"do":"truth"}，以及 chip 的命令
Prints one JSON line when ready; SIGTERM ends it cleanly. Its socket takes the commands above, and those of the chip that runs.`;

const OPTIONS = {
  tty: { type: "string" },
  part: { type: "string", default: "f030" },
  flash: { type: "string" },
  serial: { type: "string", default: "1" },
  baud: { type: "string", default: "115200" },
  unpaced: { type: "boolean", default: false },
  boot0: { type: "boolean", default: false },
  ...MACHINE_OPTIONS,
  version: { type: "string", default: "" },
  kilobytes: { type: "string", default: "40" },
  out: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** `npm run sim -- silicon …`: resolves when the part has power, or with `process.exitCode` 2 after saying what is wrong. */
export async function runSilicon(argv: string[]): Promise<void> {
  try {
    const { values, positionals } = parsed(argv);
    if (values.help) return console.log(HELP);
    if (positionals[0] === "firmware") return makeFirmware(values.version, whole("kilobytes", values.kilobytes, 1, 256), values.out);
    if (values.tty === undefined) throw bad("--tty is needed");
    const { tty, serial } = values;
    const baud = whole("baud", values.baud, 1_200, 1_000_000);
    const flash = values.flash ?? `${tty}.flash`;
    const line = { tty, baud, paced: !values.unpaced };
    const machine = machineOptions(values);
    const part = await startPart({ ...line, silicon: partNamed(values.part), flash, serial, boot0: values.boot0, machine });
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void part.close().then(() => process.exit(0)));
    console.log(JSON.stringify({ ready: true, tty, control: part.control, flash }));
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    console.error(explain(error));
    process.exitCode = 2;
  }
}

function makeFirmware(version: string, kilobytes: number, out: string | undefined): void {
  if (out === undefined || version === "") throw bad("firmware: --version X.Y.Z --out FILE");
  writeFileSync(out, standInFirmware(version, kilobytes, randomFillSync));
}

function partNamed(name: string): SiliconName {
  const found = (Object.keys(SILICON) as SiliconName[]).find((part) => part === name);
  if (!found) throw bad(`--part: ${PARTS}`);
  return found;
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) throw bad(`--${name}: ${least} to ${most}`);
  return value;
}

function parsed(argv: string[]) {
  try {
    return parseArgs({ args: argv, options: OPTIONS, strict: true, allowPositionals: true });
  } catch (error) {
    throw bad(error instanceof Error ? error.message : String(error));
  }
}

function bad(detail: string): CodedError {
  return new CodedError("chip.badOption", detail);
}
