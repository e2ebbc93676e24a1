import { parseArgs } from "node:util";
import { z } from "zod";
import { CodedError } from "#protocol/errors/codedError.ts";
import { explain } from "#protocol/errors/explain.ts";
import { installAll } from "#scripts/install/batch/installAll.ts";
import { MachineOrder } from "#scripts/install/machine/order.ts";
import { SHARED_HELP, SHARED_OPTIONS, settingsOf } from "#scripts/install/machine/settings.ts";

const HELP = `一台焊机从裸片到投用：烧录、写入编码和密钥、配置、标签、自检 one machine, from a bare chip to a signed report
arcgate-install machine --name NAME --port TTY --division D --maker M --designation MODEL --sensorRangeAmps A --hotline TEL
                        --firmware FILE --trust FILE --installer FILE [options]

  --name NAME         焊机名称，也是文件夹名 names the machine and its folder
  --port TTY          芯片所接串口 where its chip is
  --division D        行政区划代码 6 digits of GB/T 2260 (370983)
  --maker M           4 位厂商代码 four digits or capitals
  --designation MODEL 焊机型号 by GB/T 10249 (ZX7-400)
  --sensorRangeAmps A 电流传感器量程 the current sensor's range
  --hotline TEL       标签上的服务热线 on the label
  --address N         从站地址 1–246 (1)
  --deviceCode CODE   使用已有的设备编码 takes this code in the place of one that is assigned
  --sensorRangeVolts  (200)  --baudRate (115200)  --bootParity even|none (even)  --pagePort (8321)

${SHARED_HELP}
  --help

中断后再次运行同一命令即可继续。 Interrupted? Run the same command again.
最后一行为 JSON；退出码 0 完成，1 未完成，2 参数有误。 The last line is JSON; exit code 0 done, 1 not, 2 usage.`;

/** Machines that share a module are installed from a list. */
const OF_LISTS: readonly string[] = ["module", "bus", "busBaudRate"];
const COLUMNS = Object.keys(MachineOrder.shape).filter((column) => !OF_LISTS.includes(column));

/** Gives the exit code. */
export async function runMachine(argv: string[]): Promise<number> {
  try {
    const values = parsed(argv);
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    return await installAll([orderOf(values)], settingsOf(values), { atOnce: 1, stage: "all" });
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    console.error(explain(error));
    return 2;
  }
}

function orderOf(values: Readonly<Record<string, unknown>>): MachineOrder {
  const cells = Object.fromEntries(COLUMNS.flatMap((column) => (values[column] === undefined ? [] : [[column, values[column]]])));
  const order = MachineOrder.safeParse(cells);
  if (order.success) return order.data;
  throw badOption(z.prettifyError(order.error).replaceAll("\n", " "));
}

function parsed(argv: string[]) {
  const columns = Object.fromEntries(COLUMNS.map((column) => [column, { type: "string" } as const]));
  try {
    return parseArgs({ args: argv, options: { ...columns, ...SHARED_OPTIONS }, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw badOption(error instanceof Error ? error.message : String(error));
  }
}

function badOption(detail: string): CodedError {
  return new CodedError("install.badOption", detail);
}
