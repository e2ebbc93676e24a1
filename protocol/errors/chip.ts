import type { ErrorTable } from "#protocol/errors/table.ts";

export const CHIP_ERRORS = {
  "chip.badOption": {
    en: "The chip simulator cannot start with this option",
    zh: "芯片模拟器的启动参数有误",
    remedyEn: "Run `npm run sim -- chip --help` and correct the option named",
    remedyZh: "请运行 `npm run sim -- chip --help`，修改所指出的参数",
  },
  "chip.badTrace": {
    en: "The recording cannot be read",
    zh: "录波文件无法读取",
    remedyEn: "Correct the line named: a header `t_s,current_a,voltage_v`, then rows of numbers in rising time",
    remedyZh: "请修改所指出的行：首行为 t_s,current_a,voltage_v，其后各行为数字且时间递增",
  },
  "chip.badCommand": {
    en: "The chip simulator does not understand the command",
    zh: "芯片模拟器不识别该命令",
    remedyEn: "Send one JSON object a line, as simulator/README.md lists them",
    remedyZh: "请按 simulator/README.md 的命令表，每行发送一个 JSON 对象",
  },
  "chip.pathTaken": {
    en: "Something else stands where the simulator's port or socket should be",
    zh: "端口链接或控制套接字的路径已被占用",
    remedyEn: "Remove the file, stop the other simulator, or choose another path",
    remedyZh: "请删除该文件、停止另一个模拟器，或换一个路径",
  },
  "chip.badMemory": {
    en: "The chip's non-volatile memory cannot be read or written",
    zh: "芯片的掉电保存区无法读写",
    remedyEn: "Check the folder given with --state, or remove the file named to begin with a new chip",
    remedyZh: "请检查 --state 指定的目录；或删除所指出的文件，按新芯片启动",
  },
  "chip.noPty": {
    en: "No pseudo-terminal could be opened",
    zh: "无法打开虚拟串口",
    remedyEn: "Check that /dev/pts is mounted and that @lydell/node-pty is installed for this platform",
    remedyZh: "请检查 /dev/pts 是否挂载，以及 @lydell/node-pty 是否支持本平台",
  },
} as const satisfies ErrorTable;
