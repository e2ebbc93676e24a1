import type { ErrorTable } from "#protocol/errors/table.ts";

export const CONFIG_ERRORS = {
  "config.missing": {
    en: "The configuration file cannot be read",
    zh: "无法读取配置文件",
    remedyEn: "Give an existing file with --config FILE",
    remedyZh: "请用 --config 指定存在的配置文件",
  },
  "config.tooLarge": {
    en: "The configuration file is too large",
    zh: "配置文件过大",
    remedyEn: "A configuration has at most 256 KiB",
    remedyZh: "配置文件不得超过 256 KiB",
  },
  "config.badYaml": {
    en: "The configuration is not valid YAML",
    zh: "配置文件不是有效的 YAML",
    remedyEn: "Correct the named line; indent with spaces",
    remedyZh: "请修改所指行；缩进请用空格",
  },
  "config.unknownKey": {
    en: "The configuration has a key that nothing reads",
    zh: "配置中有未知的键",
    remedyEn: "Correct its spelling, or remove it",
    remedyZh: "请更正拼写或删除该键",
  },
  "config.badValue": {
    en: "A value of the configuration cannot be used",
    zh: "配置中的值不可用",
    remedyEn: "Correct the value on the named line",
    remedyZh: "请修改所指行的值",
  },
  "config.duplicateDevice": {
    en: "Two machines share a device code or an address",
    zh: "两台焊机的编码或地址重复",
    remedyEn: "Give each machine its own code, and its own address on the bus",
    remedyZh: "每台焊机须有唯一编码，同一总线上地址不得重复",
  },
  "config.sharedScanner": {
    en: "A scanner's port is used twice",
    zh: "扫码器的串口被重复使用",
    remedyEn: "Give each machine's scanner a port of its own, which is no bus",
    remedyZh: "每台焊机的扫码器须使用单独的串口，且不得与总线共用",
  },
  "config.badKey": {
    en: "A key cannot be read",
    zh: "无法读取密钥",
    remedyEn: "Give linkKey or linkKeyFile with 64 hexadecimal digits",
    remedyZh: "请提供 64 位十六进制的 linkKey 或 linkKeyFile",
  },
  "config.clockBehind": {
    en: "The system's clock is before the program's build date",
    zh: "系统时间早于程序版本日期",
    remedyEn: "Licensing does not use it, but TLS does: bring the module on line, or set the clock",
    remedyZh: "不影响扫码授权，但影响 TLS 连接：请联网或校准系统时间",
  },
  "config.diskFull": {
    en: "The disk is nearly full",
    zh: "磁盘空间不足",
    remedyEn: "Free some space, or bring the module on line so that it can deliver its records",
    remedyZh: "请清理空间，或让模块联网上传记录",
  },
  "config.usage": {
    en: "The command line cannot be understood",
    zh: "命令行参数有误",
    remedyEn: "See --help",
    remedyZh: "请查看 --help",
  },
} as const satisfies ErrorTable;
