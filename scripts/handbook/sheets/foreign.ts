/** A meter and a relay board of other makers in the place of the chip. */
import type { Sheet } from "#scripts/handbook/drawing/sheet.ts";
import { foreignCircuit } from "#scripts/handbook/sheets/foreignCircuit.ts";

const RELAY_NOTE = [
  "强制管控类焊机只能用带定时断开（flash-on）的继电器板，模块一停它 8 秒内自行断开；普通板只用于监测类。",
  "Enforced machines need a board with a timed output, which opens by itself within 8 s; a plain one serves monitored machines.",
] as const;

const SLOW_NOTE = [
  "外购电表没有密钥、没有缓存：模块停机期间的读数补不回来。急停、外壳、镜像触点没有告知回路。",
  "Foreign meters keep nothing and sign nothing: readings while the module is down are lost; e-stop and cover are not told.",
] as const;

export const PZEM_017: Sheet = {
  name: "10-pzem-017",
  zh: "外购电表 PZEM-017 与继电器板",
  en: "PZEM-017 and a relay board",
  ...foreignCircuit(
    ["PZEM-017", "DC meter"],
    ["电源 5 V / 24 V", "supply"],
    [
      ["P", 8, "+5 V"],
      ["0", 20, "0 V"],
    ],
    "+5 V",
  ),
  notes: [
    [
      "分流器装在“−”母排，规格 50/100/200/300 A，必须与电表内的设置一致；大于 300 A 的焊机不能用。",
      "The shunt is in the − bar, of the range that the meter is set to; machines above 300 A need another meter.",
    ],
    [
      "5 V 须独立供电（100 mA 以上）：被测电压低于 7 V 时电表不能自给。",
      "Feed 5 V (over 100 mA) on its own: below 7 V at its input the meter cannot feed itself.",
    ],
    [
      "出厂 9600 波特 8N2，地址 1；同一总线上的继电器板改用另一地址。",
      "From the factory 9600 baud 8N2, address 1; give the relay board another address.",
    ],
    RELAY_NOTE,
    SLOW_NOTE,
  ],
};

export const DJSF1352: Sheet = {
  name: "11-djsf1352",
  zh: "外购电表 DJSF1352-RN 与继电器板",
  en: "DJSF1352-RN and a relay board",
  ...foreignCircuit(
    ["DJSF1352-RN", "DC meter"],
    ["电源 24 V", "supply"],
    [
      ["P", 8, "辅 +"],
      ["0", 20, "辅 −"],
    ],
    "+24 V",
  ),
  notes: [
    [
      "分流器 75 mV，量程在电表内设置，须与分流器刻字一致；电流有正负，装反为负。",
      "75 mV shunt; the range set in the meter must be what the shunt says; current is signed.",
    ],
    [
      "辅助电源按表壳标注：图示为 24 V 型；220 V 型接断路器后的 L、N，经 2 A 熔断器。",
      "Auxiliary supply as marked on the meter: 24 V shown; the 220 V type takes L and N behind a 2 A fuse.",
    ],
    [
      "波特率 9600 或 38400（说明书两种写法都有）：`discover` 会自己试出来。端子号以表壳接线图为准。",
      "9600 or 38400 baud, its manual says both: discovery finds out. Terminal numbers are on the meter's case.",
    ],
    RELAY_NOTE,
    SLOW_NOTE,
  ],
};
