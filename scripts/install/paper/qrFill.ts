import QRCode from "qrcode";
import type { Box, Fill } from "#scripts/install/paper/drawing.ts";

/** Clear modules around the symbol (ISO/IEC 18004). */
const QUIET_MODULES = 4;

export interface PlacedQr {
  readonly fill: Fill;
  readonly moduleMm: number;
  /** The symbol without its quiet zone: a square. */
  readonly symbol: Box;
}

/** `text` at error level Q (a quarter of its code words may be damaged), in a square that holds the quiet zone too. */
export function qrFill(text: string, square: { xMm: number; yMm: number; sizeMm: number }): PlacedQr {
  const { size, data } = QRCode.create(text, { errorCorrectionLevel: "Q" }).modules;
  const moduleMm = square.sizeMm / (size + 2 * QUIET_MODULES);
  const [left, top] = [square.xMm + QUIET_MODULES * moduleMm, square.yMm + QUIET_MODULES * moduleMm];
  const boxes: Box[] = [];
  for (let row = 0; row < size; row++) {
    for (const { from, length } of darkRuns(data.subarray(row * size, (row + 1) * size))) {
      boxes.push({ xMm: left + from * moduleMm, yMm: top + row * moduleMm, widthMm: length * moduleMm, heightMm: moduleMm });
    }
  }
  const sizeMm = size * moduleMm;
  return { fill: { kind: "fill", boxes }, moduleMm, symbol: { xMm: left, yMm: top, widthMm: sizeMm, heightMm: sizeMm } };
}

function darkRuns(modules: Uint8Array): { from: number; length: number }[] {
  const runs: { from: number; length: number }[] = [];
  for (const [at, isDark] of modules.entries()) {
    const last = runs.at(-1);
    if (!isDark) continue;
    if (last && last.from + last.length === at) last.length += 1;
    else runs.push({ from: at, length: 1 });
  }
  return runs;
}
