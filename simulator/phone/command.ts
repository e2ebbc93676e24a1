/** `npm run sim -- phone`: one scan by one person. Ends with 0 when it was allowed (or sent), 3 when refused, 2 on an error. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { PERSON_NAMES, parsePersonName, personOf } from "#simulator/people.ts";
import { machineCode } from "#simulator/phone/machineCode.ts";
import { passOf, scanAtPage, scanThroughPlatform } from "#simulator/phone/scan.ts";

const EXIT_REFUSED = 3;
const EXIT_ERROR = 2;
const DEFAULT_PAGE = "http://127.0.0.1:8321";
const DEFAULT_DATA = ".run/platform";

const HELP = `手机扫码（模拟） · a phone that scans

用法 Usage: npm run sim -- phone --as 角色 --machine 编码 [选项]

  --as NAME        角色 who scans:
${PERSON_NAMES.map((name) => `                     ${name.padEnd(15)}${personOf(name, 0).zh} · ${personOf(name, 0).en}`).join("\n")}
  --machine CODE   设备编码，或设备二维码的内容 · device code, or the text of the machine's QR
  --page URL       设备网页，默认 the agent's page, default ${DEFAULT_PAGE}
  --via platform   经平台下发，不走网页 · through the platform instead of the page
  --data DIR       平台数据目录，默认 the platform's data folder, default ${DEFAULT_DATA}
  --control PATH   平台控制口，默认 the platform's control socket, default DIR/platform.ctl
  --show           只显示凭证，不扫码 · only print the pass

结束码 Exit code: 0 通过或已下发 allowed or sent, ${EXIT_REFUSED} 拒绝 refused, ${EXIT_ERROR} 出错 error
`;

const OPTIONS = {
  as: { type: "string" },
  machine: { type: "string" },
  page: { type: "string", default: DEFAULT_PAGE },
  via: { type: "string", default: "page" },
  data: { type: "string", default: DEFAULT_DATA },
  control: { type: "string" },
  show: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

export async function runPhone(argv: string[]): Promise<void> {
  try {
    process.exitCode = await scanAsTold(argv);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = EXIT_ERROR;
  }
}

async function scanAsTold(argv: string[]): Promise<number> {
  const { values } = parseArgs({ args: argv, options: OPTIONS });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const name = parsePersonName(required(values.as, "--as"));
  if (values.show) {
    process.stdout.write(`${passOf(name, values.data)}\n`);
    return 0;
  }
  const machine = machineCode(required(values.machine, "--machine"));
  if (values.via === "platform") {
    const id = await scanThroughPlatform(values.control ?? join(values.data, "platform.ctl"), machine, name);
    process.stdout.write(`${JSON.stringify({ sent: true, id })}\n`);
    return 0;
  }
  if (values.via !== "page") throw new RangeError(`--via: page | platform`);
  const answer = await scanAtPage(values.page, machine, passOf(name, values.data));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
  return answer.allowed ? 0 : EXIT_REFUSED;
}

function required(value: string | undefined, option: string): string {
  if (value === undefined) throw new RangeError(`缺少参数 / missing ${option} (--help)`);
  return value;
}
