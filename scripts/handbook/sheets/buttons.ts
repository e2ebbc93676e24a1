/** What people press and see, at the chip's terminals. */
import { coverSwitch, emergencyStop, startButton } from "#scripts/handbook/drawing/contacts.ts";
import { buzzer, lamp, unit } from "#scripts/handbook/drawing/devices.ts";
import { text } from "#scripts/handbook/drawing/shapes.ts";
import type { Sheet } from "#scripts/handbook/drawing/sheet.ts";
import type { Wire } from "#scripts/handbook/drawing/wires.ts";

export const BUTTONS_AND_LAMPS: Sheet = {
  name: "08-buttons-lamps",
  zh: "外壳开关、启动按钮、指示灯",
  en: "enclosure switch, start button, lamps and buzzer",
  parts: {
    SB1: { at: [52, 46], part: emergencyStop(2) },
    SQ: { at: [52, 88], part: coverSwitch() },
    SB2: { at: [52, 116], part: startButton() },
    CH: {
      at: [124, 46],
      part: unit({
        ...{ zh: "焊闸芯片", en: "arcgate chip", size: [64, 98], nameAt: [30, 30] },
        left: [
          ["ES", 14, "ESTOP"],
          ["ENC", 42],
          ["ST", 70, "START"],
          ["COM", 88],
        ],
        right: [
          ["R", 10, "LR"],
          ["Y", 28, "LY"],
          ["G", 46, "LG"],
          ["B", 64, "LB"],
          ["Z", 82, "BZ"],
          ["0", 93, "0 V"],
        ],
      }),
    },
    HR: { at: [214, 56], part: lamp("HR 红灯", "red") },
    HY: { at: [214, 74], part: lamp("HY 黄灯", "yellow") },
    HG: { at: [214, 92], part: lamp("HG 绿灯", "green") },
    HB: { at: [214, 110], part: lamp("HB 蓝灯", "blue") },
    HZ: { at: [214, 128], part: buzzer("HA 蜂鸣器", "buzzer") },
  },
  wires: [
    { kind: "signal", path: ["SB1.22", "CH.ES"] },
    { kind: "signal", path: ["SQ.14", "CH.ENC"] },
    { kind: "signal", path: ["SB2.14", "CH.ST"] },
    { kind: "signal", path: ["CH.COM", { x: 34 }, { y: "SB1.21" }, "SB1.21"] },
    { kind: "signal", path: [[34, 88], "SQ.13"] },
    { kind: "signal", path: [[34, 116], "SB2.13"] },
    ...[
      ["R", "HR"],
      ["Y", "HY"],
      ["G", "HG"],
      ["B", "HB"],
      ["Z", "HZ"],
    ].flatMap(([pin = "", name = ""], index): Wire[] => [
      { kind: "control", path: [`CH.${pin}`, `${name}.a`] },
      ...(index === 0 ? [] : [{ kind: "minus" as const, path: [`${name}.b`, { x: 252 }] }]),
    ]),
    { kind: "minus", path: ["HR.b", { x: 252 }, { y: "CH.0" }, "CH.0"] },
  ],
  marks: [
    text([98, 58.6], "7", 2.6),
    text([98, 86.6], "8", 2.6),
    text([98, 114.6], "9", 2.6),
    text([98, 132.6], "5", 2.6),
    ...["10", "11", "12", "13", "14"].map((number, index) => text([200, 54.6 + index * 18], number, 2.6)),
    text([76, 44.6], "11-12 见图 7", 2.6, "start"),
  ],
  notes: [
    [
      "外壳开关：盖好时触点闭合，一开盖就断开；接触器立即断开，并上报。装在打开盖子先动的一边。",
      "Enclosure switch: closed while the cover is on; opening it opens the contactor at once and is reported.",
    ],
    [
      "启动按钮用常开、自复位。远程扫码后 30 秒内在焊机旁按下，才合闸；一直按着不算。",
      "Start button: a make contact that springs back; after a remote scan it is pressed within 30 s, at the machine.",
    ],
    ["COM 是干触点公共端，只接触点，不接电源和地。", "COM is for dry contacts alone: no supply, no earth."],
    [
      "指示灯、蜂鸣器用 24 V 直流，每只不超过 0.1 A，0 V 接回芯片。",
      "Lamps and buzzer: 24 V DC, 0.1 A each at most, back to the chip's 0 V.",
    ],
    [
      "没有外壳开关、启动按钮的，调试不会通过；短接代替会被发现。",
      "Without them commissioning does not pass; a bridge in their place is found.",
    ],
  ],
};
