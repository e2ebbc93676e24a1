/** `npm run sim -- workshop`: all that an installation needs at its far ends, in one folder. */
import { parseArgs } from "node:util";
import { CodedError } from "#protocol/errors/codedError.ts";
import { explain } from "#protocol/errors/explain.ts";
import { startWorkshop } from "#simulator/workshop/workshop.ts";

const MOST_MACHINES = 64;
const MOST_PER_BUS = 16;

const HELP = `安装演练车间：平台、裸芯片与焊机、工装 a workshop before its installation: platform, bare chips at welding machines, a jig
npm run sim -- workshop --machines N --folder DIR [options]

  --machines N        焊机台数 welding machines, each on a pty of its own (8)
  --folder DIR        所有文件所在目录；再次使用时芯片内容保留 everything is kept in it; used again, the parts keep their flash (needed)
  --seed N            随机种子 (1)
  --baud N            线路波特率 (115200)
  --unpaced           不按波特率限速 no line pacing
  --kilobytes N       占位固件大小 size of the stand-in firmware (40)
  --modules           清单中两条总线的焊机共用一个模块 the list gives the machines of two buses one module
  --buses             已配置的焊机改接到这些总线（含 --modules） machines that are provisioned, on their buses: DIR/bus1, DIR/bus2 … (and --modules)
  --per-bus N         每条总线的台数 machines on a bus (16)
  --help

就绪后打印一行 JSON；SIGTERM 正常退出。安装全部焊机： Prints one JSON line when ready; SIGTERM ends it cleanly. To install all machines:
  arcgate-install batch DIR/machines.csv --registry URL --trust FILE --firmware FILE --installer FILE --jig SOCKET`;

const OPTIONS = {
  machines: { type: "string", default: "8" },
  folder: { type: "string" },
  seed: { type: "string", default: "1" },
  baud: { type: "string", default: "115200" },
  unpaced: { type: "boolean", default: false },
  kilobytes: { type: "string", default: "40" },
  buses: { type: "boolean", default: false },
  modules: { type: "boolean", default: false },
  "per-bus": { type: "string", default: "16" },
  help: { type: "boolean", short: "h" },
} as const;

/** Resolves when it was told to end, and has. */
export async function runWorkshop(argv: string[]): Promise<void> {
  try {
    await runAsTold(argv);
  } catch (error) {
    console.error(error instanceof CodedError ? explain(error) : error instanceof Error ? error.message : error);
    process.exitCode = 2;
  }
}

async function runAsTold(argv: string[]): Promise<void> {
  const { values } = parseArgs({ args: argv, options: OPTIONS });
  if (values.help) return console.log(HELP);
  if (values.folder === undefined) throw new RangeError("--folder is needed (--help)");
  // What is half started when it is told to end is ended as soon as it is whole.
  const asked = signalled();
  const workshop = await startWorkshop({
    folder: values.folder,
    machines: whole("machines", values.machines, 1, MOST_MACHINES),
    seed: whole("seed", values.seed, 0, 2 ** 31),
    baud: whole("baud", values.baud, 1_200, 921_600),
    paced: !values.unpaced,
    buses: values.buses,
    modules: values.modules || values.buses,
    perBus: whole("per-bus", values["per-bus"], 1, MOST_PER_BUS),
    firmwareKilobytes: whole("kilobytes", values.kilobytes, 1, 62),
  });
  console.log(JSON.stringify({ ready: true, ...workshop.ready }));
  const isAlone = await Promise.race([asked.then(() => false), workshop.platformEnded.then(() => true)]);
  await workshop.close();
  if (isAlone) throw new Error("平台已停止 / the platform ended");
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) throw new RangeError(`--${name}: ${least} – ${most}`);
  return value;
}
