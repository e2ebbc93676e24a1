#!/usr/bin/env tsx
/** `arcgate-install COMMAND …`: the installer's tool, its commands in the order of the work. */
interface Command {
  readonly zh: string;
  readonly en: string;
  /** Gives the exit code. */
  load(): Promise<(argv: string[]) => Promise<number>>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  machine: {
    zh: "一台焊机从裸片到投用的全部步骤",
    en: "all of it for one machine, from a bare chip to a signed report",
    load: async () => (await import("#scripts/install/machine/command.ts")).runMachine,
  },
  batch: {
    zh: "按清单安装多台焊机",
    en: "all of it for a list of machines",
    load: async () => (await import("#scripts/install/batch/command.ts")).runBatchCommand,
  },
  flash: {
    zh: "烧录芯片固件",
    en: "writes firmware to chips",
    load: async () => (await import("#scripts/install/flash/command.ts")).runFlash,
  },
  provision: {
    zh: "写入设备编码和密钥，申请证书",
    en: "gives a chip its device code and keys, and the module its certificate",
    load: async () => (await import("#scripts/install/provision/command.ts")).runProvision,
  },
  register: {
    zh: "补登离线安装的焊机",
    en: "registers what was installed off line",
    load: async () => (await import("#scripts/install/provision/command.ts")).runRegister,
  },
  discover: {
    zh: "查找总线上的设备，写出模块配置",
    en: "finds the devices of a bus and writes the module's configuration",
    load: async () => (await import("#scripts/install/discover/command.ts")).runDiscover,
  },
  label: {
    zh: "制作焊机身份码标签",
    en: "makes labels",
    load: async () => (await import("#scripts/install/label/command.ts")).runLabel,
  },
  commission: {
    zh: "逐项自检，生成签名报告",
    en: "a self-test with a signed report",
    load: async () => (await import("#scripts/install/commission/command.ts")).runCommission,
  },
  report: {
    zh: "核验并显示自检报告",
    en: "verifies a commissioning report and prints it",
    load: async () => (await import("#scripts/install/commission/reportCommand.ts")).runReport,
  },
};

function help(): string {
  const lines = Object.entries(COMMANDS).map(([name, { zh, en }]) => `  ${name.padEnd(11)} ${zh} / ${en}`);
  return ["arcgate-install：安装工具 the installer's tool", "", ...lines, "", "每个命令均有 --help。 Each command has --help."].join("\n");
}

const [name = "", ...rest] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
if (command) {
  const run = await command.load();
  process.exitCode = await run(rest);
} else {
  const isAsked = name === "--help" || name === "-h";
  if (!isAsked && name !== "") console.error(`没有这个命令 there is no such command: ${name.slice(0, 40)}`);
  console.log(help());
  process.exitCode = isAsked ? 0 : 2;
}
