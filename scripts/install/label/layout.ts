/** A label of 60 × 40 mm: QR code left, words right, the device code in clear below. Black only, for printers of labels know nothing else. */
import type { LabelText } from "#scripts/install/label/facts.ts";
import { type Box, type Drawing, fittingSizeMm, type Shape, type Text } from "#scripts/install/paper/drawing.ts";
import { qrFill } from "#scripts/install/paper/qrFill.ts";

export const LABEL = { widthMm: 60, heightMm: 40 } as const;

/** A knife or a printer that is off by so much still leaves the quiet zone whole. */
const QR_SQUARE = { xMm: 0.8, yMm: 0.8, sizeMm: 32.8 } as const;
/** Phones of the shop floor read no smaller ones from a grimy label. The longest host that a profile allows stays above. */
export const MODULE_LEAST_MM = 0.4;

const RIGHT = { xMm: 33.8, widthMm: 24.7 } as const;
const MIDDLE_MM = RIGHT.xMm + RIGHT.widthMm / 2;
const BAND: Box = { ...RIGHT, yMm: 2, heightMm: 6.8 };

const CELL_MM = 2.2;
const GROUP_GAP_MM = 1.9;
const CODE = { baselineMm: 37.5, sizeMm: 3.7 } as const;

export interface Label extends Drawing {
  readonly moduleMm: number;
  /** The QR code without its quiet zone. */
  readonly symbol: Box;
}

export function labelOf(label: LabelText): Label {
  const { fill, moduleMm, symbol } = qrFill(label.qr, QR_SQUARE);
  if (moduleMm < MODULE_LEAST_MM) throw new RangeError(`${label.qr}: modules of ${moduleMm} mm`);
  return { ...LABEL, moduleMm, symbol, shapes: [fill, ...words(label), ...codeInClear(label.groups)] };
}

function words({ hotline, uidLines, machine }: LabelText): Shape[] {
  const left = { kind: "text", xMm: RIGHT.xMm } as const;
  const middle = { kind: "text", xMm: MIDDLE_MM, anchor: "middle" } as const;
  const machineText = { ...left, text: machine, baselineMm: 18.9, sizeMm: fittingSizeMm(machine, 2.5, RIGHT.widthMm) };
  const hotlineText = { ...left, text: hotline, baselineMm: 32.3, sizeMm: fittingSizeMm(hotline, 4, RIGHT.widthMm), bold: true };
  return [
    { kind: "fill", boxes: [BAND] },
    { ...middle, text: "焊机身份码", baselineMm: 7.1, sizeMm: 4.6, bold: true, ink: "white" },
    { ...left, text: "扫码开机", baselineMm: 13.2, sizeMm: 3.9, bold: true },
    { ...left, text: "Scan to weld", baselineMm: 15.7, sizeMm: 2 },
    ...(machine === "" ? [] : [machineText]),
    { ...left, text: "芯片号 Chip", baselineMm: 21.7, sizeMm: 1.9 },
    ...uidLines.map((line, at): Text => ({ ...left, text: line, baselineMm: 24 + at * 2.4, sizeMm: 2.1, cellMm: 1.5 })),
    { ...left, text: "24 小时服务热线 Hotline", baselineMm: 28.9, sizeMm: 1.9 },
    hotlineText,
  ];
}

/** The check character stands white on black: whoever reads the code aloud sees where it ends. */
function codeInClear(groups: readonly string[]): Shape[] {
  const widthMm = groups.join("").length * CELL_MM + (groups.length - 1) * GROUP_GAP_MM;
  let xMm = (LABEL.widthMm - widthMm) / 2;
  const shapes: Shape[] = [];
  for (const [at, group] of groups.entries()) {
    const isCheck = at === groups.length - 1;
    const groupWidthMm = group.length * CELL_MM;
    if (isCheck) shapes.push({ kind: "fill", boxes: [{ xMm: xMm - 0.4, yMm: 34.1, widthMm: groupWidthMm + 0.8, heightMm: 4.2 }] });
    shapes.push({ kind: "text", text: group, xMm, ...CODE, bold: true, ink: isCheck ? "white" : "black", cellMm: CELL_MM });
    xMm += groupWidthMm + GROUP_GAP_MM;
  }
  return shapes;
}
