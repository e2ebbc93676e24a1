/** How a sheet with a foreign meter and relay is laid out; only the meter and its supply differ. */
import { coil } from "#scripts/handbook/drawing/contacts.ts";
import { fuse, mains, type Pin, shunt, unit } from "#scripts/handbook/drawing/devices.ts";
import { type Part, text } from "#scripts/handbook/drawing/shapes.ts";
import type { Sheet } from "#scripts/handbook/drawing/sheet.ts";
import type { Wire } from "#scripts/handbook/drawing/wires.ts";

const PLUS_ROW = 46;
const MINUS_ROW = 78;
const A_RAIL = 150;
const B_RAIL = 153;

type Names = readonly [zh: string, en: string];
type Layout = Pick<Sheet, "parts" | "wires" | "marks">;

export function foreignCircuit(meter: Names, supply: Names, supplyPins: readonly Pin[], supplyLabel: string): Layout {
  return {
    parts: {
      ...weldingParts(),
      ...boxes(meter, supply, supplyPins, supplyLabel),
    },
    wires: [...weldingCircuit(), ...measuring(), ...supplies(), ...busRails()],
    marks: [
      { is: "rect", box: { x: 11, y: 27, width: 191, height: 72 }, dashed: true },
      text([14, 31.5], "焊机外壳，贴封签 machine's cover, sealed", 2.8, "start"),
      text([246, PLUS_ROW - 2], "焊把 holder", 2.8),
      text([246, MINUS_ROW - 2], "工件 work", 2.8),
      text([260, 114.6], "2　来自 SB1-12，图 7", 2.6),
      text([241, 126.6], "3", 2.6),
      text([277, 141], "N", 3, "start"),
    ],
  };
}

function weldingParts(): Layout["parts"] {
  return {
    M: {
      at: [16, 34],
      part: unit({
        zh: "直流焊机内部",
        en: "inside the machine",
        size: [40, 56],
        right: [
          ["1", 12, "+"],
          ["2", 44, "−"],
        ],
        nameAt: [20, 27],
        fill: "#ffffff",
      }),
    },
    RS: { at: [112, MINUS_ROW], part: shunt() },
    OUT: {
      at: [170, 34],
      part: unit({
        ...{ zh: "输出端子", en: "output", size: [26, 56], nameAt: [13, 27] },
        left: [
          ["a1", 12, "+"],
          ["a2", 44, "−"],
        ],
        right: [
          ["b1", 12, "+"],
          ["b2", 44, "−"],
        ],
      }),
    },
    FU2: { at: [72, 116], part: fuse("FU2 0.5 A") },
    FU3: { at: [72, 128], part: fuse("FU3 0.5 A") },
  };
}

function boxes(meter: Names, supply: Names, supplyPins: readonly Pin[], supplyLabel: string): Layout["parts"] {
  return {
    MO: {
      at: [14, 108],
      part: unit({
        zh: "模块",
        en: "module",
        size: [34, 36],
        bottom: [
          ["A", 8],
          ["B", 20],
        ],
        nameAt: [17, 14],
      }),
    },
    PZ: {
      at: [92, 108],
      part: unit({
        ...{ zh: meter[0], en: meter[1], size: [46, 36], nameAt: [23, 18] },
        left: [
          ["U-", 8, "U−"],
          ["U+", 20, "U+"],
        ],
        top: [
          ["I-", 28, "I−"],
          ["I+", 38, "I+"],
        ],
        right: supplyPins,
        bottom: [
          ["A", 14],
          ["B", 26],
        ],
      }),
    },
    PS: {
      at: [150, 108],
      part: unit({
        zh: supply[0],
        en: supply[1],
        size: [36, 36],
        left: [
          ["P", 8, supplyLabel],
          ["0", 20, "0 V"],
        ],
        right: [
          ["24", 8, "+24 V"],
          ["z", 20, "0 V"],
        ],
        nameAt: [18, 28],
      }),
    },
    KA: { at: [198, 108], part: relayBoard() },
    KM: { at: [246, 128], part: coil() },
    N: { at: [262, 140], part: mains([["N", 0, ""]]) },
  };
}

function weldingCircuit(): Wire[] {
  return [
    { kind: "weld", path: ["M.1", "OUT.a1"] },
    { kind: "weld", path: ["M.2", "RS.a"] },
    { kind: "weld", path: ["RS.b", "OUT.a2"] },
    { kind: "weld", path: ["OUT.b1", { x: 276 }] },
    { kind: "weld", path: ["OUT.b2", { x: 276 }] },
  ];
}

function measuring(): Wire[] {
  return [
    { kind: "signal", path: [[62, PLUS_ROW], { y: "FU3.a" }, "FU3.a"] },
    { kind: "signal", path: [[67, MINUS_ROW], { y: "FU2.a" }, "FU2.a"] },
    { kind: "signal", path: ["FU3.b", "PZ.U+"] },
    { kind: "signal", path: ["FU2.b", "PZ.U-"] },
    { kind: "signal", path: ["RS.s1", "PZ.I-"] },
    { kind: "signal", path: ["RS.s2", "PZ.I+"] },
  ];
}

function supplies(): Wire[] {
  return [
    { kind: "plus", path: ["PZ.P", "PS.P"] },
    { kind: "minus", path: ["PZ.0", "PS.0"] },
    { kind: "plus", path: ["PS.24", "KA.24"] },
    { kind: "minus", path: ["PS.z", "KA.0"] },
    { kind: "control", path: ["KA.COM", { x: 284 }] },
    { kind: "control", path: ["KA.NO", "KM.A1"] },
    { kind: "N", path: ["KM.A2", { x: "N.N" }, "N.N"] },
  ];
}

/** A and B run below all that is on the bus. */
function busRails(): Wire[] {
  return [
    { kind: "busA", path: ["MO.A", { y: A_RAIL }, { x: "KA.A" }, "KA.A"] },
    { kind: "busB", path: ["MO.B", { y: B_RAIL }, { x: "KA.B" }, "KA.B"] },
    { kind: "busA", path: [[106, A_RAIL], "PZ.A"] },
    { kind: "busB", path: [[118, B_RAIL], "PZ.B"] },
  ];
}

function relayBoard(): Part {
  return unit({
    ...{ zh: "继电器板", en: "relay board", size: [38, 36], nameAt: [19, 26] },
    left: [
      ["24", 8, "+24 V"],
      ["0", 20, "0 V"],
    ],
    right: [
      ["COM", 8],
      ["NO", 20],
    ],
    bottom: [
      ["A", 10],
      ["B", 22],
    ],
  });
}
