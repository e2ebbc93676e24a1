/** `arcgate-install COMMAND …`: the installer's tool. */
const HELP = `arcgate-install：安装工具 the installer's tool
  flash     烧录芯片固件 writes firmware to chips
  provision 配置芯片 makes a chip and a module one device
  register  补登离线安装的设备 registers what was installed off line
每个命令均有 --help。 Each command has --help.`;

const COMMANDS: Readonly<Record<string, () => Promise<(argv: string[]) => Promise<number>>>> = {
  flash: async () => (await import("#scripts/install/flash/command.ts")).runFlash,
  provision: async () => (await import("#scripts/install/provision/command.ts")).runProvision,
  register: async () => (await import("#scripts/install/provision/command.ts")).runRegister,
};

const [name = "", ...rest] = process.argv.slice(2);
const load = COMMANDS[name];
if (load) {
  const run = await load();
  process.exitCode = await run(rest);
} else {
  console.log(HELP);
  process.exitCode = name === "--help" || name === "-h" ? 0 : 2;
}
