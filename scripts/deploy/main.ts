/** `npm run bundle`, `npm run package`: makes what is installed on a module. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ARCHITECTURES, type Architecture, hostArchitecture } from "#scripts/deploy/architectures.ts";
import { bundle } from "#scripts/deploy/bundle.ts";
import { ROOT } from "#scripts/deploy/nodePackages.ts";
import { makeFontsPackage, makePackage, type Packed } from "#scripts/deploy/package.ts";

const HELP = `制作部署文件 makes what is installed on a module
npm run bundle                     程序文件 the programs, each in one file, in .build/
npm run package -- [选项 options]  Debian 软件包及字体包 Debian packages and one of fonts, in .build/deb/

  --arch NAME       amd64 | arm64 | armhf | all（默认：本机 default: of this computer）
  --revision N      同一程序的第几次打包 of the package (1)
  --out FOLDER      输出目录 (.build/deb)
  --help

无法完整制作的架构被拒绝，不生成残缺的软件包。 An architecture that cannot be made whole is refused.
最后一行为 JSON；退出码 0 全部完成，1 有未完成，2 参数有误。 The last line is JSON; exit code 0 all made, 1 some not, 2 usage.`;

interface Order {
  architectures: readonly Architecture[];
  revision: string;
  folder: string;
}

const [command, ...rest] = process.argv.slice(2);
if (command === "bundle" && rest.length === 0) await bundle((line) => console.log(line));
else if (command === "package") process.exitCode = await packages(rest);
else {
  console.error(HELP);
  process.exitCode = 2;
}

async function packages(argv: string[]): Promise<number> {
  const order = orderOf(argv);
  if (typeof order === "string") {
    (order === HELP ? console.log : console.error)(order);
    return order === HELP ? 0 : 2;
  }
  const bundles = await bundle((line) => console.error(line));
  const dated = epochS();
  const made: Packed[] = [];
  const refused: { architecture: string; why: string }[] = [];
  for (const architecture of order.architectures) {
    try {
      made.push(await makePackage({ ...order, architecture, epochS: dated, bundles }));
    } catch (error) {
      refused.push({ architecture: architecture.name, why: error instanceof Error ? error.message : String(error) });
    }
  }
  const fonts = makeFontsPackage({ ...order, epochS: dated });
  console.error(`✓ all: ${fonts}：打印标签和报告时安装 for where labels and reports are made`);
  for (const one of made) console.error(account(one));
  for (const { architecture, why } of refused) console.error(`✗ ${architecture}: 未制作 NOT MADE: ${why}`);
  console.log(JSON.stringify({ made, fonts, refused }));
  return refused.length === 0 ? 0 : 1;
}

function account({ architecture, file, bytes, sqlite, serial, runsHere }: Packed): string {
  const tried = runsHere
    ? "可在本机试用 can be tried here: npm run chaos -- deploy"
    : "本机未试运行 packed only, nothing of it has run here";
  return `✓ ${architecture}: ${file} (${Math.round(bytes / 1024)} KB)\n    better-sqlite3: ${sqlite}\n    @serialport/bindings-cpp: ${serial}\n    ${tried}`;
}

/** Text instead of an order: help, or what is wrong. */
function orderOf(argv: string[]): Order | string {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        ...{ arch: { type: "string" }, revision: { type: "string", default: "1" }, help: { type: "boolean", short: "h" } },
        out: { type: "string", default: join(ROOT, ".build/deb") },
      },
    });
    if (values.help) return HELP;
    if (!/^[1-9]\d{0,5}$/.test(values.revision)) return `--revision ${values.revision}: a whole number from 1 on`;
    const architectures = chosen(values.arch ?? hostArchitecture()?.name ?? "");
    if (architectures.length === 0) return `--arch: ${ARCHITECTURES.map(({ name }) => name).join(", ")} or all`;
    return { architectures, revision: values.revision, folder: values.out };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return error.message;
  }
}

/** SOURCE_DATE_EPOCH, or when the last commit was made. */
function epochS(): number {
  const text = process.env.SOURCE_DATE_EPOCH ?? execFileSync("git", ["log", "-1", "--format=%ct"], { cwd: ROOT, encoding: "utf8" }).trim();
  if (!/^\d{1,11}$/.test(text)) throw new Error(`SOURCE_DATE_EPOCH is no number of seconds: ${text}`);
  return Number(text);
}

function chosen(name: string): readonly Architecture[] {
  return name === "all" ? ARCHITECTURES : ARCHITECTURES.filter((architecture) => architecture.name === name);
}
