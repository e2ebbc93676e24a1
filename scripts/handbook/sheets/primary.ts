/** The supply's side: breaker, contactor, coil circuit, chip and module. The machine is cut off whole. */
import { breaker, contactor, emergencyStop, relayBetween } from "#scripts/handbook/drawing/contacts.ts";
import { earth, fuse, mains, type Pin, unit } from "#scripts/handbook/drawing/devices.ts";
import { type Shape, text } from "#scripts/handbook/drawing/shapes.ts";
import type { Sheet } from "#scripts/handbook/drawing/sheet.ts";
import type { Wire, WireKind } from "#scripts/handbook/drawing/wires.ts";

const PITCH = 8;
const FIRST_ROW = 44;
const SUPPLY_ROW = 94;

export const SINGLE_PHASE: Sheet = {
  ...primarySheet(["L1", "N"], "220 V 单相焊机", "1-phase machine"),
  name: "01-single-phase",
  zh: "单相焊机（220 V）",
  en: "single-phase machine, 220 V",
  notes: [
    ["接触器断开相线和中性线；焊机自身电源开关保持接通。", "The contactor breaks line and neutral; the machine's own switch stays on."],
    [
      "24 V 电源和线圈回路取自断路器之后、接触器之前：焊机断电时芯片仍有电。",
      "24 V and coil circuit come from before the contactor: the chip lives on when the machine is off.",
    ],
    [
      "急停 11-12 串在线圈回路里，断开它，接触器必定释放，与芯片、模块无关。",
      "The e-stop's 11-12 is in series with the coil: it wins, whatever chip and module do.",
    ],
    [
      "QF、KM 按焊机铭牌最大输入电流选；FU1 2 A；线圈 220 V，并接 RC 吸收器。",
      "QF and KM by the rating plate's input current; FU1 2 A; 220 V coil with an RC suppressor.",
    ],
    ["PE 不经任何开关。线号 1–6 与图 6–8 相同。", "PE passes no switch. Numbers 1–6 are those of sheets 6–8."],
  ],
};

export const THREE_PHASE: Sheet = {
  ...primarySheet(["L1", "L2", "L3"], "380 V 三相焊机", "3-phase machine"),
  name: "02-three-phase",
  zh: "三相焊机（380 V）",
  en: "three-phase machine, 380 V",
  notes: [
    [
      "三根相线全部经过接触器；只断一相或两相，焊机内仍带电，也容易被绕过。",
      "All three lines pass the contactor: a machine cut in one or two is still live.",
    ],
    [
      "线圈与 24 V 电源用 L3–N 220 V。现场没有 N 线：改用 380 V 线圈和 380 V 输入的电源，接 L2–L3。",
      "Coil and supply take 220 V from L3-N; without N take a 380 V coil and supply, between L2 and L3.",
    ],
    [
      "急停 11-12 串在线圈回路里，断开它，接触器必定释放，与芯片、模块无关。",
      "The e-stop's 11-12 is in series with the coil: it wins, whatever chip and module do.",
    ],
    [
      "QF、KM 按焊机铭牌最大输入电流选；FU1 2 A；线圈并接 RC 吸收器。",
      "QF and KM by the rating plate's input current; FU1 2 A; an RC suppressor at the coil.",
    ],
    ["PE 不经任何开关。线号 1–6 与图 6–8 相同。", "PE passes no switch. Numbers 1–6 are those of sheets 6–8."],
  ],
};

function primarySheet(lines: readonly WireKind[], machineZh: string, machineEn: string): Pick<Sheet, "parts" | "wires" | "marks"> {
  const rowOf = (index: number) => FIRST_ROW + index * PITCH;
  const hasOwnNeutral = !lines.includes("N");
  const neutralRow = hasOwnNeutral ? rowOf(lines.length) : rowOf(lines.length - 1);
  const feed = hasOwnNeutral ? lines.length - 1 : 0;
  const pins: Pin[] = [
    ["PE", 4],
    ...lines.map((name, index): Pin => [name, rowOf(index) - 26, name === "L1" && !hasOwnNeutral ? "L" : name]),
  ];
  const supply: Pin[] = [["PE", 0], ...lines.map((name, index): Pin => [name, rowOf(index) - 30, pins[index + 1]?.[2] ?? name])];
  const last = rowOf(lines.length - 1);
  return {
    parts: {
      X: { at: [10, 30], part: mains(hasOwnNeutral ? [...supply, ["N", neutralRow - 30]] : supply) },
      QF: { at: [36, FIRST_ROW], part: breaker(lines.length, PITCH, "QF 断路器") },
      KM: { at: [124, FIRST_ROW], part: contactor(lines.length, PITCH) },
      M: {
        at: [200, 26],
        part: unit({
          zh: machineZh,
          en: machineEn,
          size: [52, 44],
          left: pins,
          right: [
            ["+", 14, "+ (~)"],
            ["-", 32, "− (~)"],
          ],
          nameAt: [28, 21],
        }),
      },
      FU1: { at: [70, SUPPLY_ROW], part: fuse("FU1 2 A") },
      SB1: { at: [92, SUPPLY_ROW], part: emergencyStop(1) },
      PS: {
        at: [84, 112],
        part: unit({
          zh: "24 V 电源",
          en: "24 V supply",
          size: [42, 28],
          top: [["L", 4]],
          left: [["N", 8]],
          bottom: [["PE", 8]],
          right: [
            ["24", 8, "+24 V"],
            ["0", 18, "0 V"],
          ],
          nameAt: [18, 14],
        }),
      },
      E: { at: [92, 144], part: earth() },
      ...electronics(),
    },
    wires: [
      ...lines.map((kind, index): Wire => ({ kind, path: [`X.${kind}`, `QF.${2 * index + 1}`] })),
      ...lines.map((kind, index): Wire => ({ kind, path: [`QF.${2 * index + 2}`, `KM.${2 * index + 1}`] })),
      ...lines.map((kind, index): Wire => ({ kind, path: [`KM.${2 * index + 2}`, `M.${kind}`] })),
      { kind: "PE", path: ["X.PE", "M.PE"] },
      { kind: "PE", path: ["PS.PE", "E.t"] },
      { kind: lines[feed] ?? "L1", path: [[66, rowOf(feed)], { y: SUPPLY_ROW }, "FU1.a"] },
      { kind: "N", path: [...(hasOwnNeutral ? (["X.N", { x: 60 }] as const) : ([[60, last]] as const)), { y: "PS.N" }, "PS.N"] },
      { kind: "N", path: ["KM.A2", { x: 60 }] },
      ...coilCircuit(),
      ...lowVoltage(),
      { kind: "weld", path: ["M.+", { x: 270 }] },
      { kind: "weld", path: ["M.-", { x: 270 }] },
    ],
    marks: [...numbers(last), text([262, 49], "焊接回路", 2.8), text([262, 53], "见图 3–5", 2.8), text([262, 62], "sheets 3–5", 2.4)],
  };
}

function electronics(): Sheet["parts"] {
  return {
    CH: {
      at: [150, 104],
      part: unit({
        ...{ zh: "焊闸芯片", en: "arcgate chip", size: [58, 42], nameAt: [34, 26] },
        top: [
          ["MIR", 6],
          ["K13", 18, "K1 13"],
          ["K14", 34, "K1 14"],
        ],
        left: [
          ["COM", 8],
          ["24", 16, "+24 V"],
          ["0", 26, "0 V"],
        ],
        right: [
          ["A", 8],
          ["B", 18],
        ],
        inner: relayBetween(18, 34, 9),
      }),
    },
    MO: {
      at: [236, 104],
      part: unit({
        zh: "模块",
        en: "module",
        size: [46, 42],
        left: [
          ["A", 8],
          ["B", 18],
          ["24", 28, "+24 V"],
          ["0", 36, "0 V"],
        ],
        nameAt: [28, 20],
      }),
    },
  };
}

/** Numbers 1, 2 and 3: supply, e-stop, chip's relay, coil. */
function coilCircuit(): Wire[] {
  return [
    { kind: "control", path: ["FU1.b", "SB1.11"] },
    { kind: "control", path: ["SB1.12", { x: "CH.K13" }, "CH.K13"] },
    { kind: "control", path: ["CH.K14", { y: "KM.A1" }, "KM.A1"] },
    { kind: "control", path: [[88, SUPPLY_ROW], "PS.L"] },
    { kind: "signal", path: ["KM.22", { x: "CH.MIR" }, "CH.MIR"] },
    { kind: "signal", path: ["KM.21", { x: 118 }, { y: 100 }, { x: 144 }, { y: "CH.COM" }, "CH.COM"] },
  ];
}

function lowVoltage(): Wire[] {
  return [
    { kind: "plus", path: ["PS.24", "CH.24"] },
    { kind: "minus", path: ["PS.0", "CH.0"] },
    { kind: "plus", path: [[134, 120], { y: 152 }, { x: 216 }, { y: "MO.24" }, "MO.24"] },
    { kind: "minus", path: [[140, 130], { y: 149 }, { x: 224 }, { y: "MO.0" }, "MO.0"] },
    { kind: "busA", path: ["CH.A", "MO.A"] },
    { kind: "busB", path: ["CH.B", "MO.B"] },
  ];
}

function numbers(last: number): Shape[] {
  return [
    text([87, SUPPLY_ROW - 1.4], "1", 2.6),
    text([136, SUPPLY_ROW - 1.4], "2", 2.6),
    text([178, last + 9.6], "3", 2.6),
    text([121, 98.6], "5", 2.6),
    text([151, last + 20.6], "6", 2.6),
    text([222, 110.6], "A", 2.6),
    text([222, 120.6], "B", 2.6),
  ];
}
