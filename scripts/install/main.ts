/** `arcgate-install COMMAND …`: the installer's tool. */
const HELP = `arcgate-install：安装工具 the installer's tool
  flash     烧录芯片固件 writes firmware to chips
  label     制作焊机身份码标签 makes labels
每个命令均有 --help。 Each command has --help.`;

const COMMANDS: Readonly<Record<string, () => Promise<(argv: string[]) => Promise<number>>>> = {
  flash: async () => (await import("#scripts/install/flash/command.ts")).runFlash,
  label: async () => (await import("#scripts/install/label/command.ts")).runLabel,
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
