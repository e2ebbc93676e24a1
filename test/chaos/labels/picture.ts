/** Grey pictures, and the one file format that every reader takes and that needs no library: PGM, binary, one byte a pixel. */
import { readFileSync, writeFileSync } from "node:fs";

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Row by row from the upper left; 0 is black. */
  readonly grey: Uint8Array;
}

/** In pixels. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function readPgm(path: string): Picture {
  const bytes = readFileSync(path);
  const header = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(bytes.toString("latin1", 0, 64));
  if (!header) throw new TypeError(`${path}: no PGM of one byte a pixel`);
  const [width, height] = [Number(header[1]), Number(header[2])];
  const grey = bytes.subarray(header[0].length);
  if (grey.length !== width * height) throw new TypeError(`${path}: ${grey.length} pixels in place of ${width} × ${height}`);
  return { width, height, grey };
}

export function writePgm(path: string, { width, height, grey }: Picture): void {
  writeFileSync(path, Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), grey]));
}

export function cut({ width, grey }: Picture, area: Area): Picture {
  const part = new Uint8Array(area.width * area.height);
  for (let row = 0; row < area.height; row++) {
    const from = (area.y + row) * width + area.x;
    part.set(grey.subarray(from, from + area.width), row * area.width);
  }
  return { width: area.width, height: area.height, grey: part };
}
