import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { CodedError } from "#protocol/errors/codedError.ts";
import { explain } from "#protocol/errors/explain.ts";
import type { CommissionReport } from "#protocol/install/report.ts";
import { type AgentCommand, defaultAgent } from "#scripts/install/commission/agentProcess.ts";
import { type CommissionOrder, commission } from "#scripts/install/commission/commission.ts";
import { readMachineSettings } from "#scripts/install/commission/machineSettings.ts";
import { OUTCOME_WORDS } from "#scripts/install/commission/reportText.ts";
import { ConsoleTeller } from "#scripts/install/machine/consoleTeller.ts";
import { Jig } from "#scripts/install/machine/jig.ts";
import { Job } from "#scripts/install/machine/job.ts";

const HELP = `调试：逐项自检并生成签名报告 commissioning: a self-test with a verdict for each item, and a signed report
arcgate-install commission --folder DIR [options]

  --folder DIR        焊机文件夹，内有 arcgate.yaml the machine's folder
  --device CODE       文件夹中有多台焊机时选择 which of its machines
  --agent COMMAND     焊闸程序的启动命令；须先停止正在运行的焊闸程序
                      how to start the agent (this repository's, else arcgate); one that runs must be stopped before
  --registry URL      平台登记处，合格报告交其登记（须同时给出 --installer）；缺省为离线，需平台的项目以后补做
                      the platform's registry, which is given the report of a machine that passed (with --installer); without it: off line
  --installer FILE    平台发给安装人员的文件，用其签署报告；缺省用模块密钥
                      the installer's file, whose key signs; the module's own without it
  --dry               以电阻或模拟信号代替电弧，报告中注明 a resistor or a simulated signal for the arc; the report says so
  --jig SOCKET        由治具代替人手 a jig instead of hands
  --haste N           模拟焊机的加速倍数 a simulated machine's speed (1)
  --help

按提示操作即可；不合格项会说明接线错误和处理方法。中断后再次运行同一命令即可继续，安全项 24 小时后须重做。
接触器只是租用：无论程序、线缆或电脑发生什么，最迟 3 秒内自行断开。
Do what it asks; what fails is named with its wiring fault and what to do. Interrupted? Run the same command again; safety items count for 24 hours.
The contactor is only rented: whatever becomes of this program, the cable or the computer, it opens by itself within 3 s.
最后一行为 JSON；退出码 0 合格，1 不合格或未完成，2 参数有误。 The last line is JSON; exit code 0 passed, 1 not passed or not finished, 2 usage.`;

const OPTIONS = {
  folder: { type: "string" },
  device: { type: "string" },
  agent: { type: "string" },
  registry: { type: "string" },
  installer: { type: "string" },
  dry: { type: "boolean" },
  jig: { type: "string" },
  haste: { type: "string", default: "1" },
  help: { type: "boolean", short: "h" },
} as const;

/** What was done by hand is there when it is said to be done; a contact needs no longer. */
const PATIENCE_MS = 3_000;
const LEASE_NOTE =
  "接触器最迟 3 秒内自行断开（焊闸程序运行过则 8 秒）。 The contactor opens by itself within 3 s (8 s after the agent ran).";
const USAGE = new Set(["commission.badOption", "commission.badFolder", "commission.noSigner"]);

/** Gives the exit code. */
export async function runCommission(argv: string[]): Promise<number> {
  const abort = new AbortController();
  const stop = () => abort.abort(new CodedError("commission.stopped", ""));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  try {
    const values = parsed(argv);
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    return await run(values, abort.signal);
  } catch (error) {
    const cause: unknown = abort.signal.aborted ? abort.signal.reason : error;
    if (!(cause instanceof CodedError)) throw error;
    console.error(explain(cause));
    if (!USAGE.has(cause.code)) console.error(LEASE_NOTE);
    console.log(JSON.stringify({ outcome: null, code: cause.code, detail: cause.detail }));
    return USAGE.has(cause.code) ? 2 : 1;
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.removeListener(signal, stop);
  }
}

async function run(values: ReturnType<typeof parsed>, signal: AbortSignal): Promise<number> {
  const order = orderOf(values, signal);
  const { line, address } = readMachineSettings(order.folder, order.device);
  const person = new ConsoleTeller();
  const jig = values.jig === undefined ? null : await Jig.open(values.jig, { port: line.port, address }, (told) => person.tell(told));
  const job = new Job(order.folder);
  try {
    return told(await commission(order, job, jig ?? person));
  } finally {
    job.close();
    jig?.close();
  }
}

function orderOf(values: ReturnType<typeof parsed>, signal: AbortSignal): CommissionOrder {
  const { folder, device = null, registry = null, installer = null, dry = false, agent, haste } = values;
  if (folder === undefined) throw badOption("--folder is needed");
  if (!existsSync(folder)) throw badOption(`--folder ${folder}: there is none`);
  if (registry !== null && !URL.canParse(registry)) throw badOption(`--registry ${registry}: a URL`);
  const pace = Number(haste);
  if (!(pace >= 1 && pace <= 100)) throw badOption("--haste: 1 to 100");
  return {
    ...{ folder, device, registry, dry, signal, agent: agent === undefined ? defaultAgent() : agentOf(agent) },
    ...{ installerFile: installer, patienceMs: PATIENCE_MS, haste: pace },
  };
}

function agentOf(text: string): AgentCommand {
  const [program, ...rest] = text.split(" ").filter(Boolean);
  if (program === undefined) throw badOption("--agent: a command");
  return [program, ...rest];
}

function told({ device, outcome, dry, items }: CommissionReport): number {
  const { zh, en } = OUTCOME_WORDS[outcome];
  console.error(`${device}：${zh} ${en}`);
  const failed = items.flatMap(({ item, safety, fault }) => (fault === null ? [] : [{ item, safety, fault }]));
  console.log(JSON.stringify({ device, outcome, dry, failed }));
  return outcome === "passed" ? 0 : 1;
}

function parsed(argv: string[]) {
  try {
    return parseArgs({ args: argv, options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw badOption(error instanceof Error ? error.message : String(error));
  }
}

function badOption(detail: string): CodedError {
  return new CodedError("commission.badOption", detail);
}
