import type { ErrorTable } from "#protocol/errors/table.ts";

export const LINK_ERRORS = {
  "link.timeout": {
    en: "The machine did not answer",
    zh: "设备无应答",
    remedyEn: "Check the chip's power and the A/B wires of the bus",
    remedyZh: "请检查芯片供电和总线 A/B 线",
  },
  "link.portMissing": {
    en: "The serial port is not there",
    zh: "找不到串口",
    remedyEn: "Plug the adapter in, or correct `port` in the configuration",
    remedyZh: "请插好串口转换器，或修改配置中的 port",
  },
  "link.badAnswer": {
    en: "The answer is not what the register map promises",
    zh: "应答内容与寄存器表不符",
    remedyEn: "Check address, baud rate and parity; another device may share the address",
    remedyZh: "请检查地址、波特率和校验位；可能有其他设备占用了该地址",
  },
  "link.badMac": {
    en: "The chip's answer is not authentic",
    zh: "芯片应答未通过校验",
    remedyEn: "The chip or its key was changed: provision the machine again",
    remedyZh: "芯片或密钥已被更换，请重新绑定",
  },
  "link.foreignDevice": {
    en: "Another kind of device answers at the address",
    zh: "该地址上是其他类型的设备",
    remedyEn: "Correct `map` or `address` of the machine in the configuration",
    remedyZh: "请修改配置中该焊机的 map 或 address",
  },
  "link.exception": {
    en: "The device refused the request",
    zh: "设备拒绝了请求",
    remedyEn: "Check that the device is of the configured type and firmware",
    remedyZh: "请确认设备型号和固件与配置一致",
  },
  "link.rebooted": {
    en: "The chip has started anew: its window numbers and counters begin again",
    zh: "芯片已重新启动，窗口编号和计数重新开始",
    remedyEn: "Nothing to do, the agent adopts it again; if it happens often, check the chip's power supply",
    remedyZh: "无需处理，系统会自动重新接管；若频繁发生，请检查芯片供电",
  },
  "link.staleCounter": {
    en: "Another program is giving orders to the chip",
    zh: "有其他程序正在向芯片下发指令",
    remedyEn: "Stop the second agent or tool that has the same bus open",
    remedyZh: "请停止占用同一总线的其他程序或工具",
  },
  "link.badEnvelope": {
    en: "The chip did not take the platform's envelope",
    zh: "芯片未接受平台的额度信封",
    remedyEn: "It is asked for again by itself; if it stays so, the chip's budget key is not the platform's: provision it again",
    remedyZh: "程序会自动重新申请；如仍出错，芯片的额度密钥与平台不一致，请重新绑定",
  },
  "link.busOverloaded": {
    en: "The bus cannot carry so many machines at this speed",
    zh: "总线速率不足以承载这些设备",
    remedyEn: "Raise the baud rate, or move machines to another bus",
    remedyZh: "请提高波特率，或将部分焊机移到另一条总线",
  },
  "link.addressTaken": {
    en: "Two devices of the bus have the same address",
    zh: "同一总线上有两个设备使用了相同地址",
    remedyEn: "Give each device of the bus an address of its own",
    remedyZh: "请为总线上的每个设备设置不同的地址",
  },
  "link.noDeadMan": {
    en: "The relay stays closed when the agent dies, so it cannot serve an enforced machine",
    zh: "该继电器在控制中断后不会自动断开，不能用于强制管控的焊机",
    remedyEn: "Fit the arcgate chip or a relay with a timed output, or set the machine's class to monitored",
    remedyZh: "请改用焊闸芯片或带定时断开功能的继电器，或将该焊机设为监测类",
  },
} as const satisfies ErrorTable;
