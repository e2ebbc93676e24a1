/** The welding circuit's side: where current and voltage are taken, so that leading current past the sensor shows. */
import { ring, shunt } from "#scripts/handbook/drawing/devices.ts";
import type { Sheet } from "#scripts/handbook/drawing/sheet.ts";
import { MINUS_ROW, PLUS_ROW, weldingCircuit } from "#scripts/handbook/sheets/weldingCircuit.ts";

/** The two notes that are the same wherever the sensor sits. */
const BYPASS_NOTES = [
  [
    "传感器是输出端子之前的最后一个元件，盖在焊机外壳内、贴封签；它与焊机内部电路之间没有可接线的螺栓。",
    "The sensor is the last thing before the terminal, under the sealed cover; no bolt before it can take a cable.",
  ],
  [
    "电压线接在传感器的焊机一侧：有人绕过传感器焊接，芯片看到有弧压而无电流，会报警。",
    "Voltage is taken on the machine's side: welding past the sensor shows as arc voltage without current.",
  ],
] as const;

export const DC_SHUNT: Sheet = {
  name: "03-dc-shunt",
  zh: "直流焊机，分流器",
  en: "DC machine with a shunt",
  ...weldingCircuit({
    machine: ["直流焊机内部", "inside the DC machine"],
    poles: ["+", "−"],
    sensor: { at: [104, MINUS_ROW], part: shunt() },
    sensorRow: "minus",
    pins: [
      ["S1", 40, "I−"],
      ["S2", 54, "I+"],
    ],
    sensorWires: [
      { kind: "signal", path: ["RS.s1", { y: 104 }, { x: "CH.S1" }, "CH.S1"] },
      { kind: "signal", path: ["RS.s2", { y: 100 }, { x: "CH.S2" }, "CH.S2"] },
    ],
  }),
  notes: [
    [
      "分流器装在“−”母排上。电流从“+”流出、经工件回到“−”为正；焊把正接反接都不必改线。",
      "The shunt sits in the − bar. Out of +, back into − is positive, whichever way the electrode is connected.",
    ],
    ...BYPASS_NOTES,
    [
      "采样线拧在分流器小螺钉上，双绞，离焊接电缆 20 cm 以上；电压线红接 +、黑接 −；FU2、FU3 装在取样点。",
      "Sense wires at the small screws, twisted, 20 cm from welding cables; voltage leads red +, black −; fuses at the tap.",
    ],
    [
      "分流器带焊接电位：裸露部分须绝缘，芯片采样端须隔离，任何一点不得接 PE。",
      "The shunt is at welding potential: insulate it, isolate the chip's inputs, connect nothing to PE.",
    ],
  ],
};

export const DC_HALL: Sheet = {
  name: "04-dc-hall",
  zh: "直流焊机，霍尔传感器",
  en: "DC machine with a Hall sensor",
  ...weldingCircuit({
    machine: ["直流焊机内部", "inside the DC machine"],
    poles: ["+", "−"],
    sensor: {
      at: [103, PLUS_ROW],
      part: ring("RS 霍尔传感器", "Hall sensor", [
        ["P", 5, "+V"],
        ["Q", 11, "−V"],
        ["M", 17, "OUT"],
        ["G", 23, "0V"],
      ]),
    },
    sensorRow: "plus",
    pins: [
      ["P", 30, "+V"],
      ["Q", 39, "−V"],
      ["M", 48, "I+"],
      ["G", 57, "0V"],
    ],
    sensorWires: [
      { kind: "plus", path: ["RS.P", { y: 103 }, { x: "CH.P" }, "CH.P"] },
      { kind: "control", path: ["RS.Q", { y: 100 }, { x: "CH.Q" }, "CH.Q"] },
      { kind: "signal", path: ["RS.M", { y: 97 }, { x: "CH.M" }, "CH.M"] },
      { kind: "minus", path: ["RS.G", { y: 94 }, { x: "CH.G" }, "CH.G"] },
    ],
  }),
  notes: [
    [
      "霍尔套在“+”母排上，箭头 P1→P2 指向输出端子。装反时读数为负：断电调头，锁定前也可在校准中反向。",
      "The arrow P1→P2 points to the output terminal; mounted the other way round it reads negative.",
    ],
    ...BYPASS_NOTES,
    [
      "只穿一根母排，穿一匝；旁边 10 cm 内不走别的大电流导线，否则零点漂移。",
      "One bar, one turn; no other heavy conductor within 10 cm, or the zero drifts.",
    ],
    [
      "霍尔由芯片供电，四线：+V、−V、信号、0V（单电源型无 −V）。拔下插头，芯片会报“传感器断开”。",
      "Four wires from the chip, three where the sensor needs no −V; pulling the plug is told as a missing sensor.",
    ],
  ],
};

export const AC_TRANSFORMER: Sheet = {
  name: "05-ac-transformer",
  zh: "交流弧焊机（BX），互感器或霍尔",
  en: "AC machine (BX) with a current transformer or Hall sensor",
  ...weldingCircuit({
    machine: ["弧焊变压器 BX", "AC welding transformer"],
    poles: ["~1", "~2"],
    sensor: {
      at: [103, PLUS_ROW],
      part: ring("TA 电流互感器", "current transformer", [
        ["S1", 8],
        ["S2", 20],
      ]),
    },
    sensorRow: "plus",
    pins: [
      ["I1", 40, "I~"],
      ["I2", 52, "I~"],
    ],
    sensorWires: [
      { kind: "signal", path: ["RS.S1", { y: 104 }, { x: "CH.I1" }, "CH.I1"] },
      { kind: "signal", path: ["RS.S2", { y: 100 }, { x: "CH.I2" }, "CH.I2"] },
    ],
  }),
  notes: [
    [
      "互感器二次侧严禁开路：焊机通电前先接好 S1、S2；更换芯片时先短接 S1–S2。",
      "Never leave the transformer's secondary open: connect S1, S2 before power; short them before the chip is changed.",
    ],
    ...BYPASS_NOTES,
    [
      "交流按有效值计量，没有极性，P1、P2 不分方向。改用霍尔时须为交直流型，接法同图 4。",
      "AC counts by RMS and has no polarity. A Hall sensor must be AC/DC, wired as on sheet 4.",
    ],
    [
      "BX 焊机一次侧多为 380 V 接两根相线：两根都经接触器；线圈与电源按 380 V 选，见图 2。",
      "The primary mostly takes two lines of 380 V: both pass the contactor; coil and supply for 380 V, sheet 2.",
    ],
  ],
};
