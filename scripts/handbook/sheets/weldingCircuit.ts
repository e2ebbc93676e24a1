/** How every sheet of the welding circuit is laid out; only the sensor differs. */
import { fuse, type Pin, unit } from "#scripts/handbook/drawing/devices.ts";
import { type Part, type Shape, text } from "#scripts/handbook/drawing/shapes.ts";
import type { Sheet } from "#scripts/handbook/drawing/sheet.ts";
import type { Placed, Step, Wire } from "#scripts/handbook/drawing/wires.ts";

export const PLUS_ROW = 48;
export const MINUS_ROW = 84;
const CHIP_TOP = 112;

interface Secondary {
  machine: readonly [zh: string, en: string];
  poles: readonly [string, string];
  sensor: Placed;
  sensorRow: "plus" | "minus";
  /** Of the sensor, at the chip's top. */
  pins: readonly Pin[];
  sensorWires: readonly Wire[];
}

export function weldingCircuit({
  machine,
  poles,
  sensor,
  sensorRow,
  pins,
  sensorWires,
}: Secondary): Pick<Sheet, "parts" | "wires" | "marks"> {
  const through = (row: "plus" | "minus", from: string, to: string): Wire[] => {
    if (row !== sensorRow) return [{ kind: "weld", path: [from, to] }];
    return [
      { kind: "weld", path: [from, "RS.a"] },
      { kind: "weld", path: ["RS.b", to] },
    ];
  };
  const tap = (y: number, x: number, name: string): Step[] => [[x, y], { y: name }, name];
  return {
    parts: {
      M: { at: [16, 34], part: source(machine, poles) },
      RS: sensor,
      OUT: { at: [164, 34], part: terminals(poles) },
      WORK: { at: [232, 34], part: place() },
      FU2: { at: [72, 122], part: fuse("FU2 0.5 A") },
      FU3: { at: [72, 136], part: fuse("FU3 0.5 A") },
      CH: { at: [100, CHIP_TOP], part: chip(pins) },
      MO: {
        at: [206, CHIP_TOP],
        part: unit({
          zh: "模块",
          en: "module",
          size: [44, 36],
          left: [
            ["A", 10],
            ["B", 24],
          ],
          nameAt: [26, 18],
        }),
      },
    },
    wires: [
      ...through("plus", "M.1", "OUT.a1"),
      ...through("minus", "M.2", "OUT.a2"),
      { kind: "weld", path: ["OUT.b1", "WORK.1"] },
      { kind: "weld", path: ["OUT.b2", "WORK.2"] },
      { kind: "signal", path: tap(PLUS_ROW, 64, "FU3.a") },
      { kind: "signal", path: tap(MINUS_ROW, 69, "FU2.a") },
      { kind: "signal", path: ["FU3.b", "CH.U+"] },
      { kind: "signal", path: ["FU2.b", "CH.U-"] },
      ...sensorWires,
      { kind: "busA", path: ["CH.A", "MO.A"] },
      { kind: "busB", path: ["CH.B", "MO.B"] },
    ],
    marks: [...cover(), text([185, 120.6], "A", 2.6), text([185, 134.6], "B", 2.6)],
  };
}

function source([zh, en]: readonly [string, string], poles: readonly [string, string]): Part {
  return unit({
    zh,
    en,
    size: [40, 64],
    right: [
      ["1", 14, poles[0]],
      ["2", 50, poles[1]],
    ],
    nameAt: [20, 31],
    fill: "#ffffff",
  });
}

function terminals(poles: readonly [string, string]): Part {
  return unit({
    ...{ zh: "输出端子", en: "output", size: [26, 64], nameAt: [13, 31] },
    left: [
      ["a1", 14, poles[0]],
      ["a2", 50, poles[1]],
    ],
    right: [
      ["b1", 14, poles[0]],
      ["b2", 50, poles[1]],
    ],
  });
}

function place(): Part {
  return unit({
    ...{ zh: "焊接点", en: "welding place", size: [44, 64], nameAt: [24, 31], fill: "#ffffff" },
    left: [
      ["1", 14, "焊把 holder"],
      ["2", 50, "工件 work"],
    ],
  });
}

function chip(pins: readonly Pin[]): Part {
  return unit({
    ...{ zh: "焊闸芯片", en: "arcgate chip", size: [80, 36], nameAt: [44, 20] },
    left: [
      ["U-", 10, "U−"],
      ["U+", 24, "U+"],
    ],
    right: [
      ["A", 10],
      ["B", 24],
    ],
    top: pins,
  });
}

/** The cover under which everything sits that somebody might lead current past. */
function cover(): Shape[] {
  return [
    { is: "rect", box: { x: 11, y: 26, width: 184, height: 80 }, dashed: true },
    text([14, 31], "焊机外壳，贴封签 machine's cover, sealed", 2.8, "start"),
  ];
}
