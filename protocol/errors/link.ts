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
} as const satisfies ErrorTable;
