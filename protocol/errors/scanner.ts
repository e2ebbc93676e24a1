import type { ErrorTable } from "#protocol/errors/table.ts";

export const SCANNER_ERRORS = {
  "scanner.deaf": {
    en: "The scanner does not answer",
    zh: "扫码器无应答",
    remedyEn: "Check its power, that TX and RX are crossed, and model and baudRate in the configuration",
    remedyZh: "请检查扫码器供电、TX/RX 是否交叉连接，以及配置中的 model 和 baudRate",
  },
  "scanner.refused": {
    en: "The scanner refused a setting",
    zh: "扫码器拒绝了设置",
    remedyEn: "Check the model in the configuration; it reads all the same",
    remedyZh: "请核对配置中的 model；扫码仍可使用",
  },
  "scanner.tooLong": {
    en: "The scanner sent more than 1,024 characters without an end",
    zh: "扫码内容超过 1024 个字符",
    remedyEn: "Show the pass on the phone, not another code",
    remedyZh: "请出示手机上的凭证二维码，不要扫其他码",
  },
  "scanner.badCharacters": {
    en: "What the scanner sent is no text: noise, or another kind of code",
    zh: "扫码内容含有不可识别的字符：线路干扰或不是本系统的码",
    remedyEn: "Show the pass again; if it happens often, check baudRate and the cable",
    remedyZh: "请重新出示凭证；若频繁发生，请检查 baudRate 和连线",
  },
  "scanner.repeated": {
    en: "The same code was read again at once",
    zh: "短时间内重复扫到同一个码",
    remedyEn: "Nothing to do: it counts once. To scan again take the phone away for 3 s",
    remedyZh: "无需处理，只计一次；如需再扫，请移开手机 3 秒",
  },
  "scanner.tooMany": {
    en: "The scanner sends more codes than anybody can show",
    zh: "扫码器短时间内送来过多内容",
    remedyEn: "Wait 3 s and show one code; if it happens often, check the cable for interference",
    remedyZh: "请等待 3 秒后只出示一个码；若频繁发生，请检查连线是否受干扰",
  },
  "scanner.badOption": {
    en: "The scanner simulator cannot start with this option",
    zh: "扫码器模拟器的启动参数有误",
    remedyEn: "Run `npm run sim -- scanner --help` and correct the option named",
    remedyZh: "请运行 `npm run sim -- scanner --help`，修改所指出的参数",
  },
  "scanner.badCommand": {
    en: "The scanner simulator does not understand the command",
    zh: "扫码器模拟器不识别该命令",
    remedyEn: "Send one JSON object a line, as simulator/README.md lists them",
    remedyZh: "请按 simulator/README.md 的命令表，每行发送一个 JSON 对象",
  },
} as const satisfies ErrorTable;
