/**
 * How many code words of a QR code are wrong in a picture whose grid is known: what a reader could do at best. From ISO/IEC 18004 for version 4 at
 * level Q, which our labels have: 100 code words, by turns of two blocks, in each of which 26 of 50 serve correction, so that 13 wrong ones are borne.
 */
import QRCode from "qrcode";
import type { Area, Picture } from "#test/chaos/labels/picture.ts";

const VERSION = 4;
const CODE_WORDS = 100;
const BLOCKS = 2;
const CORRECTED_A_BLOCK = 13;
const TIMING_COLUMN = 6;

export function isWithinQ(picture: Picture, symbol: Area, text: string): boolean {
  const { version, modules } = QRCode.create(text, { errorCorrectionLevel: "Q" });
  if (version !== VERSION) throw new RangeError(`version ${version}: ${text}`);
  const { size, data, reservedBit } = modules;
  const moduleWidth = symbol.width / size;
  const isWrong = (module: number) => {
    const x = Math.floor(symbol.x + ((module % size) + 0.5) * moduleWidth);
    const y = Math.floor(symbol.y + (Math.floor(module / size) + 0.5) * moduleWidth);
    return (picture.grey[y * picture.width + x] ?? 0) < 128 !== Boolean(data[module]);
  };
  const order = dataModules(size, reservedBit);
  const wrong = Array.from({ length: BLOCKS }, () => 0);
  for (let word = 0; word < CODE_WORDS; word++) {
    if (order.slice(8 * word, 8 * word + 8).some(isWrong)) wrong[word % BLOCKS] = (wrong[word % BLOCKS] ?? 0) + 1;
  }
  return wrong.every((words) => words <= CORRECTED_A_BLOCK);
}

/** In the order of the bits: up and down in columns of two from the right, past what is reserved. */
function dataModules(size: number, isReserved: Uint8Array): number[] {
  const order: number[] = [];
  let isUpward = true;
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === TIMING_COLUMN) right -= 1;
    for (let step = 0; step < size; step++) {
      const row = isUpward ? size - 1 - step : step;
      for (const column of [right, right - 1]) if (!isReserved[row * size + column]) order.push(row * size + column);
    }
    isUpward = !isUpward;
  }
  return order;
}
