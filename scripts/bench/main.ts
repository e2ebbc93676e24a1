/** `npm run bench -- NAME [--quick]`: a table, and on the last line the same as JSON. */
import { parseArgs } from "node:util";
import { type BenchResult, table } from "#scripts/bench/base/figures.ts";
import { CannotRun } from "#scripts/bench/base/workplace.ts";

const HELP = `性能对比：本系统与"裸调用底线"在同一次运行中交替测量
Benches: ours beside the floor (the raw library calls doing the same work), measured in turns in one run

用法 Usage: npm run bench -- <名称 NAME> [--quick]

  scan      百万名单下，扫码到租约写上总线 / from the scan to the lease on the wire, with a list of 1,000,000
  pipeline  窗口与事件的吞吐、延迟、写盘、CPU、内存 / windows and events per second, latency, flash, CPU, memory
  list      百万名单：接收、载入、查询、变更 / a list of 1,000,000: taken over, loaded, asked, changed
  encoding  批次编码：字节与 CPU，JSON/CBOR × 压缩 × 批量 / batches on the wire: bytes and CPU by encoding, compressor and size
  flash     烧录芯片：与线路极限、stm32flash 对比 / firmware to a chip: beside what the line allows, and stm32flash
  install   八台裸片到投用：与线路极限、stm32flash 对比 / eight machines from bare chips to signed reports: beside what the line allows
            install --buses：32 台共用一个模块，两条总线，先工作台后现场 / 32 machines at one module on two buses: bench, then site (JSON of its own)
  start     进程启动到首次续租 / from process start to the first lease renewal
  rivals    与 Node-RED 同负荷、同断电对比（需联网安装） / beside Node-RED, under the same load and the same kills; installs it
  year      一年的虚拟时间：内存、文件、事件循环 / a year of virtual time: memory, files, event loop (up to 30 minutes; JSON of its own)

  --quick   小规模试跑，数字不可信 / a small run that shows that it works; its figures mean little
  --help    本说明 / this text

最后一行是 JSON / the last line is JSON: {"bench","ours","floor","ratio"}; ratio = ours / floor (rivals: ours / nodeRed)
退出码 Exit codes: 0 · 2 用法 usage · 3 缺少所需 / what the bench needs is not to be had here`;

/** `quick` is for the smoke test. */
type Bench = (quick: boolean) => Promise<BenchResult>;

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  scan: async () => (await import("#scripts/bench/scan/scan.ts")).scan,
  pipeline: async () => (await import("#scripts/bench/pipeline/pipeline.ts")).pipeline,
  list: async () => (await import("#scripts/bench/list/list.ts")).list,
  encoding: async () => (await import("#scripts/bench/encoding/encoding.ts")).encoding,
  flash: async () => (await import("#scripts/bench/flash/flash.ts")).flash,
  start: async () => (await import("#scripts/bench/start/start.ts")).start,
  rivals: async () => (await import("#scripts/bench/rivals/rivals.ts")).rivals,
};

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  const asked = readArguments(argv);
  if (typeof asked === "string") return refuse(asked);
  if (asked.help) {
    console.log(HELP);
    return 0;
  }
  if (asked.name === undefined) return refuse("要测哪一项？ / which bench?");
  if (asked.buses && asked.name !== "install") return refuse("--buses: install");
  if (asked.buses) {
    const { installBuses } = await import("#scripts/bench/install/buses.ts");
    const result = await installBuses(asked.quick);
    console.log(JSON.stringify(result));
    return result.commissioned === result.machines ? 0 : 1;
  }
  if (asked.name === "install") {
    const { install } = await import("#scripts/bench/install/install.ts");
    const { machines, commissioned, ...result } = await install(asked.quick);
    console.log(`${table(result)}\n${JSON.stringify({ machines, commissioned, ...result })}`);
    return commissioned === machines ? 0 : 1;
  }
  if (asked.name === "year") {
    const { year } = await import("#scripts/bench/year/year.ts");
    console.log(JSON.stringify(await year(asked.quick)));
    return 0;
  }
  const load = Object.hasOwn(BENCHES, asked.name) ? BENCHES[asked.name] : undefined;
  if (!load) return refuse(`没有这一项 / there is no bench: ${asked.name.slice(0, 40)}`);
  const bench = await load();
  try {
    const result = await bench(asked.quick);
    console.log(`${table(result)}\n${JSON.stringify(result)}`);
    return 0;
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error;
    console.error(error.message);
    return 3;
  }
}

function refuse(reason: string): number {
  console.error(`${reason}\n\n${HELP}`);
  return 2;
}

/** What was asked, or what is wrong with it. */
function readArguments(argv: readonly string[]): { name: string | undefined; quick: boolean; buses: boolean; help: boolean } | string {
  try {
    const flag = { type: "boolean", default: false } as const;
    const options = { quick: flag, buses: flag, help: { ...flag, short: "h" } } as const;
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options });
    if (positionals.length > 1) return `一次一项 / one bench at a time: ${positionals.join(" ")}`;
    return { ...values, name: positionals[0] };
  } catch (error) {
    return (error as Error).message;
  }
}
