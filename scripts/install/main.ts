/** `arcgate-install COMMAND …`: the installer's tool. */
const HELP = `arcgate-install：安装工具 the installer's tool
  flash     烧录芯片固件 writes firmware to chips
  label     制作焊机身份码标签 makes labels
  discover  查找设备并写出配置 finds devices and writes the configuration
每个命令均有 --help。 Each command has --help.`;

const COMMANDS: Readonly<Record<string, () => Promise<(argv: string[]) => Promise<number>>>> = {
  flash: async () => (await import("#scripts/install/flash/command.ts")).runFlash,
  label: async () => (await import("#scripts/install/label/command.ts")).runLabel,
  discover: async () => (await import("#scripts/install/discover/command.ts")).runDiscover,
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
