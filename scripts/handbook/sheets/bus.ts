/** What is on the serial lines: several chips on one bus, and a bare chip on the flasher's desk. */
import { earth, resistor, unit } from "#scripts/handbook/drawing/devices.ts";
import { type Part, text } from "#scripts/handbook/drawing/shapes.ts";
import type { Sheet } from "#scripts/handbook/drawing/sheet.ts";
import type { Placed, Wire } from "#scripts/handbook/drawing/wires.ts";

const CHIPS = [
  { name: "C1", x: 92, zh: "焊机 1", en: "address 1" },
  { name: "C2", x: 142, zh: "焊机 2", en: "address 2" },
  { name: "C3", x: 192, zh: "焊机 …", en: "address …" },
  { name: "C4", x: 242, zh: "焊机 16", en: "address 16" },
] as const;

const A_ROW = 50;
const B_ROW = 64;
const SHIELD_ROW = 74;

export const BUS: Sheet = {
  name: "09-rs485-bus",
  zh: "多台焊机的 RS-485 总线",
  en: "an RS-485 bus of several machines",
  parts: {
    MO: {
      at: [14, 38],
      part: unit({
        zh: "模块",
        en: "module",
        size: [40, 46],
        right: [
          ["A", 12],
          ["B", 26],
          ["S", 36, "屏蔽"],
        ],
        nameAt: [15, 20],
      }),
    },
    R1: { at: [66, A_ROW], part: resistor("120 Ω") },
    R2: { at: [272, A_ROW], part: resistor("120 Ω") },
    E: { at: [62, 90], part: earth() },
    ...Object.fromEntries(CHIPS.map(({ name, x, zh, en }): [string, Placed] => [name, { at: [x, 86], part: slave(zh, en) }])),
  },
  wires: [
    { kind: "busA", path: ["MO.A", "R2.a"] },
    { kind: "busB", path: ["MO.B", "R2.b"] },
    { kind: "shield", path: ["MO.S", { x: 268 }] },
    { kind: "PE", path: [[62, SHIELD_ROW], "E.t"] },
    ...CHIPS.flatMap(({ name, x }): Wire[] => [
      { kind: "busA", path: [[x + 8, A_ROW], `${name}.A`] },
      { kind: "busB", path: [[x + 20, B_ROW], `${name}.B`] },
    ]),
  ],
  marks: [
    text([160, 44], "手拉手，两端各一只终端电阻 daisy chain, a resistor at each end", 3.2),
    text([80, 48.4], "A", 2.6),
    text([80, 62.4], "B", 2.6),
    text([14, 96], "屏蔽层只在模块一端接 PE", 2.8, "start"),
    text([14, 100], "shield earthed here alone", 2.4, "start"),
  ],
  notes: [
    [
      "一条 115200 波特的总线最多 16 台；低于 57600 波特最多 4 台。32 台用两条总线、两只串口、一只模块。",
      "16 machines on a bus at 115,200 baud, 4 below 57,600; 32 machines take two buses.",
    ],
    [
      "从芯片端子进、再从同一端子出，不接成星形；支线不超过 1 米，总长不超过 1200 米（115200 波特不超过 300 米）。",
      "In and out at each chip's terminal, no star; stubs under 1 m, 1,200 m in all (300 m at 115,200 baud).",
    ],
    [
      "120 Ω 只在两端接，中间不接。断电量 A–B 之间约 60 Ω：偏大少接一只，偏小多接了。",
      "120 Ω at the two ends only; without power A–B measures about 60 Ω.",
    ],
    [
      "全线 A 接 A、B 接 B。没有一台应答，多半是 A、B 接反。总线与焊接电缆分槽，相距 20 cm 以上。",
      "A to A, B to B: when nobody answers they are swapped. Keep 20 cm from welding cables.",
    ],
    [
      "空芯片都在地址 247：先在工作台上逐块赋码，再上总线；每台地址互不相同。",
      "Bare chips all answer at 247: provision them one by one at the desk, then connect them.",
    ],
  ],
};

export const FLASHING: Sheet = {
  name: "12-flashing",
  zh: "在工作台上烧录空芯片",
  en: "a bare chip at the desk",
  parts: {
    PC: { at: [16, 52], part: unit({ zh: "电脑", en: "computer", size: [44, 60], right: [["U", 30, "USB"]], nameAt: [18, 30] }) },
    UA: {
      at: [90, 52],
      part: unit({
        ...{ zh: "USB 转串口", en: "USB to UART, 3.3 V", size: [52, 60], nameAt: [26, 16] },
        left: [["U", 30, "USB"]],
        right: [
          ["TX", 26],
          ["RX", 38],
          ["G", 50, "GND"],
        ],
      }),
    },
    CH: {
      at: [196, 52],
      part: unit({
        ...{ zh: "焊闸芯片（空片）", en: "arcgate chip, bare", size: [66, 60], nameAt: [36, 44] },
        left: [
          ["RX", 26],
          ["TX", 38],
          ["G", 50, "GND"],
        ],
        top: [
          ["B0", 24, "BOOT0"],
          ["V", 42, "3.3 V"],
        ],
        right: [
          ["P", 26, "+24 V"],
          ["0", 38, "0 V"],
        ],
      }),
    },
  },
  wires: [
    { kind: "control", path: ["PC.U", "UA.U"] },
    { kind: "signal", path: ["UA.TX", "CH.RX"] },
    { kind: "signal", path: ["UA.RX", "CH.TX"] },
    { kind: "minus", path: ["UA.G", "CH.G"] },
    { kind: "control", path: ["CH.B0", { y: 42 }, { x: "CH.V" }, "CH.V"] },
    { kind: "plus", path: ["CH.P", { x: 278 }] },
    { kind: "minus", path: ["CH.0", { x: 278 }] },
  ],
  marks: [
    text([229, 39.5], "跳线帽，烧录后取下 jumper, taken off afterwards", 2.8),
    text([169, 76.4], "TX → RX", 2.6),
    text([169, 88.4], "RX ← TX", 2.6),
    text([270, 76.4], "24 V", 2.6),
  ],
  notes: [
    ["跳线短接 BOOT0 与 3.3 V，再给芯片重新上电，然后烧录。", "Bridge BOOT0 to 3.3 V, power the chip anew, then flash."],
    [
      "TX 接 RX，RX 接 TX，GND 接 GND；电平 3.3 V，不接 RS-232，不接 RS-485。",
      "TX to RX, RX to TX, ground to ground; 3.3 V, neither RS-232 nor RS-485.",
    ],
    [
      "烧录完成后取下跳线，重新上电：空码芯片在地址 247 应答，可以赋码。",
      "Take the jumper off and power anew: the chip answers at 247, ready to be provisioned.",
    ],
    ["烧录时芯片不接焊机。可同时烧录多块，每块一只转换器。", "No machine is connected; several chips at once, an adapter each."],
  ],
};

function slave(zh: string, en: string): Part {
  return unit({
    zh,
    en,
    size: [40, 40],
    top: [
      ["A", 8],
      ["B", 20],
    ],
    nameAt: [20, 22],
  });
}
