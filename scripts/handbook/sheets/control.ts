/** What switches: the contactor with its mirror contact, and the hard-wired e-stop. */
import { coil, contactor, emergencyStop, relayBetween } from "#scripts/handbook/drawing/contacts.ts";
import { fuse, mains, unit } from "#scripts/handbook/drawing/devices.ts";
import { text } from "#scripts/handbook/drawing/shapes.ts";
import type { Sheet } from "#scripts/handbook/drawing/sheet.ts";
import type { Wire } from "#scripts/handbook/drawing/wires.ts";

export const MIRROR_CONTACT: Sheet = {
  name: "06-mirror-contact",
  zh: "一次侧接触器与镜像触点",
  en: "contactor on the primary with its mirror contact",
  parts: {
    X: {
      at: [16, 30],
      part: mains([
        ["PE", 0],
        ["L1", 16],
        ["L2", 24],
        ["L3", 32],
        ["N", 43],
      ]),
    },
    KM: { at: [110, 46], part: contactor(3, 8) },
    RC: {
      at: [106, 96],
      part: unit({ zh: "RC 吸收器", en: "suppressor", size: [30, 16], left: [["a", 8, ""]], right: [["b", 8, ""]], nameAt: [15, 7] }),
    },
    M: {
      at: [232, 26],
      part: unit({
        zh: "焊机",
        en: "machine",
        size: [48, 42],
        left: [
          ["PE", 4],
          ["L1", 20],
          ["L2", 28],
          ["L3", 36],
        ],
        nameAt: [28, 22],
      }),
    },
    CH: {
      at: [180, 74],
      part: unit({
        ...{ zh: "焊闸芯片", en: "arcgate chip", size: [64, 72], nameAt: [34, 42] },
        left: [
          ["K14", 6, "K1 14"],
          ["MIR", 20],
          ["COM", 60],
        ],
        right: [["K13", 6, "K1 13"]],
        inner: relayBetween(12, 52, 6),
      }),
    },
  },
  wires: [
    { kind: "PE", path: ["X.PE", "M.PE"] },
    ...(["L1", "L2", "L3"] as const).flatMap((kind, index): Wire[] => [
      { kind, path: [`X.${kind}`, `KM.${2 * index + 1}`] },
      { kind, path: [`KM.${2 * index + 2}`, `M.${kind}`] },
    ]),
    { kind: "N", path: ["X.N", "KM.A2"] },
    { kind: "control", path: ["KM.A1", { x: 164 }, { y: "CH.K14" }, "CH.K14"] },
    { kind: "control", path: [[100, 73], { y: "RC.a" }, "RC.a"] },
    { kind: "control", path: [[146, 73], { y: "RC.b" }, "RC.b"] },
    { kind: "signal", path: ["KM.22", { x: 160 }, { y: "CH.MIR" }, "CH.MIR"] },
    { kind: "signal", path: ["KM.21", { x: 92 }, { y: "CH.COM" }, "CH.COM"] },
    { kind: "control", path: ["CH.K13", { x: 276 }] },
  ],
  marks: [
    text([154, 71.6], "3", 2.6),
    text([153, 82.6], "6", 2.6),
    text([132, 132.6], "5", 2.6),
    text([250, 78.6], "2", 2.6),
    text([248, 85.2], "来自急停 SB1-12", 2.8, "start"),
    text([248, 89.2], "from the e-stop, 图 7", 2.4, "start"),
    text([44, 42], "来自断路器 QF from the breaker", 2.8, "start"),
  ],
  notes: [
    [
      "镜像触点是常闭触点 21-22（GB/T 14048.4 附录 F）：任一主触点粘连，它就合不上。普通辅助触点不能代替。",
      "A mirror contact is a break contact that cannot close while a main contact is welded; no other auxiliary will do.",
    ],
    [
      "21 接 COM，22 接 MIR：回路通 = 主触点都断开；回路断 = 主触点闭合，或线断了。",
      "21 to COM, 22 to MIR: closed means the main contacts are open; open means closed, or a broken wire.",
    ],
    [
      "芯片把命令和镜像触点比对：断开后仍不通 0.5 秒，报“接触器粘连”并锁定。",
      "The chip compares: told to open, and not closed here for 0.5 s, it latches a welded contact.",
    ],
    [
      "交流线圈并接 RC；直流线圈反并二极管。没有吸收器，干扰会让总线出错、触点早坏。",
      "RC over an AC coil, a diode over a DC coil: without it the bus suffers and contacts die early.",
    ],
    [
      "接触器装在控制箱内，箱体接 PE，贴封签；一次侧不得有可绕过接触器的插座或端子。",
      "The contactor is in a sealed, earthed box; nothing on the primary may lead round it.",
    ],
  ],
};

export const EMERGENCY_STOP: Sheet = {
  name: "07-emergency-stop",
  zh: "急停硬接线，串在线圈回路",
  en: "the emergency stop, hard-wired in series with the coil",
  parts: {
    X: { at: [12, 56], part: mains([["L", 12]]) },
    N: { at: [256, 56], part: mains([["N", 12, ""]]) },
    FU1: { at: [40, 68], part: fuse("FU1 2 A") },
    SB1: { at: [76, 68], part: emergencyStop(2) },
    CH: {
      at: [126, 56],
      part: unit({
        ...{ zh: "焊闸芯片", en: "arcgate chip", size: [70, 66], nameAt: [37, 34] },
        left: [
          ["K13", 12, "K1 13"],
          ["ES", 26, "ESTOP"],
          ["COM", 52],
        ],
        right: [
          ["K14", 12, "K1 14"],
          ["A", 44],
          ["B", 56],
        ],
        inner: relayBetween(12, 58, 12),
      }),
    },
    KM: { at: [218, 68], part: coil() },
    MO: {
      at: [232, 88],
      part: unit({
        zh: "模块",
        en: "module",
        size: [46, 34],
        left: [
          ["A", 12],
          ["B", 24],
        ],
        nameAt: [26, 16],
      }),
    },
  },
  wires: [
    { kind: "L1", path: ["X.L", "FU1.a"] },
    { kind: "control", path: ["FU1.b", "SB1.11"] },
    { kind: "control", path: ["SB1.12", "CH.K13"] },
    { kind: "control", path: ["CH.K14", "KM.A1"] },
    { kind: "N", path: ["KM.A2", "N.N"] },
    { kind: "signal", path: ["SB1.22", "CH.ES"] },
    { kind: "signal", path: ["SB1.21", { x: 66 }, { y: "CH.COM" }, "CH.COM"] },
    { kind: "busA", path: ["CH.A", "MO.A"] },
    { kind: "busB", path: ["CH.B", "MO.B"] },
  ],
  marks: [
    text([64, 66.6], "1", 2.6),
    text([112, 66.6], "2", 2.6),
    text([207, 66.6], "3", 2.6),
    text([112, 80.6], "7", 2.6),
    text([94, 106.6], "5", 2.6),
    text([214, 98.6], "A", 2.6),
    text([214, 110.6], "B", 2.6),
    text([271, 69], "N", 3, "start"),
    text([16, 40], "线圈回路：L → FU1 → 急停 11-12 → 芯片 K1 → 线圈 → N", 3.2, "start"),
    text([16, 44.5], "coil circuit: any one of them opens the contactor", 2.6, "start"),
    text([16, 130], "告知回路：急停 21-22 → ESTOP，只告知芯片，不代替线圈回路", 3.2, "start"),
    text([16, 134.5], "signal circuit: tells the chip why, and replaces nothing", 2.6, "start"),
    text([16, 142], "芯片死机、模块断电、总线断开、程序出错：按下急停，接触器照样断开。", 3.2, "start"),
    text([16, 146.5], "chip hung, module dead, bus cut, program wrong: the e-stop opens the contactor all the same", 2.6, "start"),
  ],
  notes: [
    [
      "急停用自锁蘑菇头、常闭触点、直接断开型；松开急停不会自动合闸，须重新扫码。",
      "Latching mushroom head, break contacts with direct opening; releasing it closes nothing: scan again.",
    ],
    [
      "急停触点 11-12 两端不得并接任何元件；不得用继电器、PLC 或芯片转接急停。",
      "Nothing may be parallel to 11-12, and no relay, controller or chip may stand in for it.",
    ],
    [
      "通电前量：按下急停，1 与 2 之间必须断开，7 与 5 之间必须断开。",
      "Measure before power: with the e-stop pressed 1–2 is open, and so is 7–5.",
    ],
    ["线断、端子松动等同按下急停：焊机不通电。", "A broken wire or loose terminal acts as a pressed e-stop."],
    [
      "急停装在焊工伸手可及处，红头黄底，旁边不设其他红色按钮。",
      "Red on yellow, within the welder's reach, no other red button beside it.",
    ],
  ],
};
