import type { ErrorTable } from "#protocol/errors/table.ts";

export const DISCOVER_ERRORS = {
  "discover.badOption": {
    en: "The search cannot start with this option",
    zh: "查找设备的参数有误",
    remedyEn: "Run `arcgate-install discover --help` and correct the option named",
    remedyZh: "请运行 `arcgate-install discover --help`，修改所指出的参数",
  },
  "discover.noPorts": {
    en: "This computer has no serial port",
    zh: "本机没有串口",
    remedyEn: "Plug the USB-to-RS-485 adapter in, or name a port with --port (a tty, or tcp://host:port)",
    remedyZh: "请插入 USB 转 RS-485 转换器，或用 --port 指定串口（或 tcp://地址:端口）",
  },
  "discover.noPort": {
    en: "The port cannot be opened",
    zh: "端口无法打开",
    remedyEn: "Check the port's name and that the adapter is plugged in; for tcp:// the converter's address, port and power",
    remedyZh: "请检查端口名称、转换器是否插好；tcp:// 方式请检查转换器的地址、端口和供电",
  },
  "discover.portInUse": {
    en: "Another program has the port",
    zh: "端口正被其他程序占用",
    remedyEn: "Stop it first; the agent: systemctl stop arcgate. `fuser -v PORT` names it",
    remedyZh: "请先停止占用的程序（焊闸程序：systemctl stop arcgate）；可用 fuser -v 端口 查看",
  },
  "discover.noPermission": {
    en: "This user may not open the port",
    zh: "当前用户无权打开该端口",
    remedyEn: "Run it with sudo, or join the group of serial ports (sudo usermod -aG dialout $USER) and log in again",
    remedyZh: "请用 sudo 运行，或将本用户加入 dialout 组（sudo usermod -aG dialout $USER）后重新登录",
  },
  "discover.portLost": {
    en: "The port went away during the search",
    zh: "查找过程中端口断开",
    remedyEn: "Plug the adapter in firmly and run the same command again",
    remedyZh: "请插好转换器，再次运行同一命令",
  },
  "discover.nothingAnswers": {
    en: "Nothing answers on this port",
    zh: "该端口上没有设备应答",
    remedyEn:
      "Check the device's power, swap A and B, check the common ground; then try more: --addresses 1-247, --every-rate, or --bootloader for a chip without firmware",
    remedyZh: "请检查设备供电、对调 A/B 线、检查共地；再扩大范围：--addresses 1-247、--every-rate；芯片无固件时用 --bootloader",
  },
  "discover.noise": {
    en: "Bytes come that nobody asked for: another master, or noise",
    zh: "线路上有非请求的数据：可能有其他主站，或存在干扰",
    remedyEn:
      "Disconnect the other master (PLC, agent, display); check A and B, ground, terminating and biasing resistors; keep away from a burning arc",
    remedyZh: "请断开其他主站（PLC、焊闸程序、触摸屏）；检查 A/B 线、共地、终端和偏置电阻；远离正在燃弧的焊机",
  },
  "discover.addressShared": {
    en: "Two devices seem to answer at the same address",
    zh: "疑似两个设备使用同一地址",
    remedyEn: "Leave one of them on the bus, give it another address, then connect the next; bare chips are provisioned one at a time",
    remedyZh: "总线上只留其中一个，改好地址后再接下一个；未绑定的芯片须逐个绑定",
  },
  "discover.unknownDevice": {
    en: "A device answers Modbus, and is none that is known",
    zh: "有设备应答 Modbus，但不是已知型号",
    remedyEn: "See what it is not, and why; fit our chip, or one of the meters and relays of the specification",
    remedyZh: "请查看所列的不符原因；请改用焊闸芯片，或说明书所列的电表和继电器",
  },
  "discover.badFacts": {
    en: "These facts make no configuration",
    zh: "所给信息不能生成配置",
    remedyEn: "Correct what is named; `arcgate-install discover --help` says what --write needs",
    remedyZh: "请更正所指出的内容；--write 所需信息见 `arcgate-install discover --help`",
  },
  "discover.configTaken": {
    en: "The configuration that is there was written or changed by somebody else",
    zh: "已有的配置文件不是由本工具生成，或生成后被修改过",
    remedyEn: "Keep it and name another folder, or overwrite it with --force",
    remedyZh: "请保留该文件并换一个文件夹，或用 --force 覆盖",
  },
} as const satisfies ErrorTable;
