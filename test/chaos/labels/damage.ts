/** What a label and its picture suffer: an unsharp camera, one held askew, and dirt. Each from its numbers and a seeded chance alone. */
import type { Area, Picture } from "#test/chaos/labels/picture.ts";

/** Of the machine's housing around a label held askew. */
const HOUSING_GREY = 150;

/** Gaussian, as a lens out of focus and an unsteady hand together; `sigma` in pixels. */
export function blurred(picture: Picture, sigma: number): Picture {
  const weights = gaussian(sigma);
  return across(across(picture, weights, 1), weights, picture.width);
}

function gaussian(sigma: number): Float64Array {
  const reach = Math.ceil(3 * sigma);
  const weights = Float64Array.from({ length: 2 * reach + 1 }, (_, at) => Math.exp(-((at - reach) ** 2) / (2 * sigma ** 2)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Along the rows with a `step` of 1, down the columns with one of a row. */
function across({ width, height, grey }: Picture, weights: Float64Array, step: number): Picture {
  const reach = (weights.length - 1) / 2;
  const out = new Uint8Array(grey.length);
  const last = (step === 1 ? width : height) - 1;
  for (let here = 0; here < grey.length; here++) {
    const place = step === 1 ? here % width : Math.floor(here / width);
    let sum = 0;
    for (let at = -reach; at <= reach; at++) {
      const there = Math.min(Math.max(place + at, 0), last);
      sum += (weights[at + reach] ?? 0) * (grey[here + (there - place) * step] ?? 0);
    }
    out[here] = sum;
  }
  return { width, height, grey: out };
}

/** About its middle, on a canvas that holds all of it. */
export function rotated(picture: Picture, degrees: number): Picture {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const width = Math.ceil(Math.abs(picture.width * cos) + Math.abs(picture.height * sin));
  const height = Math.ceil(Math.abs(picture.width * sin) + Math.abs(picture.height * cos));
  const grey = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [right, down] = [x + 0.5 - width / 2, y + 0.5 - height / 2];
      const fromX = right * cos + down * sin + picture.width / 2 - 0.5;
      const fromY = down * cos - right * sin + picture.height / 2 - 0.5;
      grey[y * width + x] = between(picture, fromX, fromY);
    }
  }
  return { width, height, grey };
}

function between(picture: Picture, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [right, down] = [x - left, y - top];
  const upper = at(picture, left, top) * (1 - right) + at(picture, left + 1, top) * right;
  const lower = at(picture, left, top + 1) * (1 - right) + at(picture, left + 1, top + 1) * right;
  return upper * (1 - down) + lower * down;
}

function at({ width, height, grey }: Picture, x: number, y: number): number {
  if (x < 0 || y < 0 || x >= width || y >= height) return HOUSING_GREY;
  return grey[y * width + x] ?? HOUSING_GREY;
}

export interface Dirt {
  /** Where it falls, and of which it covers `share`. */
  readonly area: Area;
  readonly share: number;
  /** Radius of a spot, in pixels. */
  readonly radius: Range;
  /** Of the light, by a spot: nothing by paint and soot, a good part by grease and dust. */
  readonly letsThrough: Range;
  /** Places within the area that stay clean. */
  readonly clean?: readonly Area[];
}

export interface Range {
  readonly least: number;
  readonly most: number;
}

export function within({ least, most }: Range, random: () => number): number {
  return least + random() * (most - least);
}

/** Round spots at random places until they cover the share. */
export function soiled(picture: Picture, dirt: Dirt, random: () => number): Picture {
  const { area, share, radius, letsThrough, clean = [] } = dirt;
  const grey = Uint8Array.from(picture.grey);
  const isDirty = new Uint8Array(grey.length);
  let left = Math.round(share * area.width * area.height);
  while (left > 0) {
    const reach = within(radius, random);
    const middle = { x: area.x + random() * area.width, y: area.y + random() * area.height };
    const through = within(letsThrough, random);
    for (const { x, y } of disc(middle, reach, area)) {
      const pixel = y * picture.width + x;
      if (left === 0 || isDirty[pixel] === 1 || clean.some((place) => isIn(place, x, y))) continue;
      isDirty[pixel] = 1;
      grey[pixel] = (grey[pixel] ?? 0) * through;
      left -= 1;
    }
  }
  return { ...picture, grey };
}

function* disc(middle: { x: number; y: number }, radius: number, area: Area): Generator<{ x: number; y: number }> {
  for (let y = Math.floor(middle.y - radius); y <= middle.y + radius; y++) {
    for (let x = Math.floor(middle.x - radius); x <= middle.x + radius; x++) {
      if ((x - middle.x) ** 2 + (y - middle.y) ** 2 <= radius ** 2 && isIn(area, x, y)) yield { x, y };
    }
  }
}

function isIn(area: Area, x: number, y: number): boolean {
  return x >= area.x && y >= area.y && x < area.x + area.width && y < area.y + area.height;
}
