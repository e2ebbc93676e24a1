import { parseArgs } from "node:util";
import { CodedError } from "#protocol/errors/codedError.ts";
import { explain } from "#protocol/errors/explain.ts";
import { installAll, STAGES } from "#scripts/install/batch/installAll.ts";
import { readMachinesFile } from "#scripts/install/batch/machinesFile.ts";
import { SHARED_HELP, SHARED_OPTIONS, settingsOf } from "#scripts/install/machine/settings.ts";

const HELP = `按清单安装多台焊机：烧录、写入编码和密钥、配置、标签、自检 installs a list of machines: flash, provision, configuration, label, commissioning
arcgate-install batch FILE.csv --firmware FILE --trust FILE --installer FILE [options]

${SHARED_HELP}
  --at-once N         同时安装的串口数（现场为模块数）；同一串口、同一模块的焊机依次进行 ports (on site: modules) at once; machines of one port or module go one after another (8)
  --stage STAGE       bench 工作台：烧录、赋码、标签；site 现场：配置、自检；all 全部，但共用模块的焊机只到工作台阶段
                      bench: flash, provision, label; site: configuration, commissioning; all: both, but only the bench for machines that share a module (all)
  --help

FILE.csv（UTF-8，第一行为列名 the first line names the columns）:
  name,port,address,division,maker,designation,sensorRangeAmps,hotline
  A-01,/dev/ttyUSB0,1,370983,ARCG,ZX7-400,600,0538-0000000
可选列 optional: deviceCode, sensorRangeVolts (200), baudRate (115200), bootParity (even | none), pagePort (8321)
多台焊机共用一个模块 several machines at one module: module（模块名称 its name）, bus（模块的总线串口，或 tcp://地址:端口 the module's port）, busBaudRate (115200)
  name,port,address,division,maker,designation,sensorRangeAmps,hotline,module,bus
  A-01,/dev/ttyUSB0,1,370983,ARCG,ZX7-400,600,0538-0000000,workshop,/dev/ttyS1
  A-02,/dev/ttyUSB0,2,370983,ARCG,ZX7-400,600,0538-0000000,workshop,/dev/ttyS1

中断后再次运行同一命令即可继续，已完成的不再重做。 Interrupted? Run the same command again: what is done is not done again.
最后一行为 JSON；退出码 0 全部完成，1 有未完成，2 参数或清单有误。 The last line is JSON; exit code 0 all done, 1 some not, 2 usage or a fault of the list.`;

const AT_ONCE_MAX = 64;
const OPTIONS = { ...SHARED_OPTIONS, "at-once": { type: "string", default: "8" }, stage: { type: "string", default: "all" } } as const;

/** Gives the exit code. */
export async function runBatchCommand(argv: string[]): Promise<number> {
  try {
    const { values, positionals } = parsed(argv);
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    const [list, ...more] = positionals;
    if (list === undefined || more.length > 0) throw badOption("one FILE.csv");
    const atOnce = Number(values["at-once"]);
    if (!Number.isInteger(atOnce) || atOnce < 1 || atOnce > AT_ONCE_MAX) throw badOption(`--at-once: 1 to ${AT_ONCE_MAX}`);
    const stage = STAGES.find((known) => known === values.stage);
    if (stage === undefined) throw badOption(`--stage: ${STAGES.join(", ")}`);
    return await installAll(readMachinesFile(list), settingsOf(values), { atOnce, stage });
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    console.error(explain(error));
    return 2;
  }
}

function parsed(argv: string[]) {
  try {
    return parseArgs({ args: argv, options: OPTIONS, strict: true, allowPositionals: true });
  } catch (error) {
    throw badOption(error instanceof Error ? error.message : String(error));
  }
}

function badOption(detail: string): CodedError {
  return new CodedError("install.badOption", detail);
}
