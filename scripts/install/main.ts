/** `arcgate-install COMMAND …`: the installer's tool. */
const HELP = `arcgate-install：安装工具 the installer's tool
  flash       烧录芯片固件 writes firmware to chips
  provision   配置芯片 makes a chip and a module one device
  register    补登离线安装的设备 registers what was installed off line
  discover    查找设备并写出配置 finds devices and writes the configuration
  label       制作焊机身份码标签 makes labels
  commission  调试：逐项自检并生成签名报告 a self-test with a signed report
  report      核验并显示调试报告 verifies a commissioning report and prints it
每个命令均有 --help。 Each command has --help.`;

const COMMANDS: Readonly<Record<string, () => Promise<(argv: string[]) => Promise<number>>>> = {
  commission: async () => (await import("#scripts/install/commission/command.ts")).runCommission,
  report: async () => (await import("#scripts/install/commission/reportCommand.ts")).runReport,
  flash: async () => (await import("#scripts/install/flash/command.ts")).runFlash,
  provision: async () => (await import("#scripts/install/provision/command.ts")).runProvision,
  register: async () => (await import("#scripts/install/provision/command.ts")).runRegister,
  label: async () => (await import("#scripts/install/label/command.ts")).runLabel,
  discover: async () => (await import("#scripts/install/discover/command.ts")).runDiscover,
};

/** The tool's commands in the order of the work. What the guide names is here; what COMMANDS lacks is not in this build. */
const PLANNED = ["flash", "provision", "discover", "label", "commission", "machine", "batch"];

const [name = "", ...rest] = process.argv.slice(2);
const load = COMMANDS[name];
if (load) {
  const run = await load();
  process.exitCode = await run(rest);
} else {
  const missing = PLANNED.filter((planned) => !(planned in COMMANDS));
  console.log(missing.length > 0 ? `${HELP}\n本版尚无 Not in this build: ${missing.join(", ")}` : HELP);
  process.exitCode = name === "--help" || name === "-h" ? 0 : 2;
}
