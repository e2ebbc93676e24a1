/** Labels as they come off the sheet, damaged in each way, and read by two foreign readers. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildDeviceCode } from "#protocol/codes/deviceCode.ts";
import { SHANDONG_PROFILE } from "#protocol/profile/profile.ts";
import { type LabelText, labelText } from "#scripts/install/label/facts.ts";
import { LABEL, type Label, labelOf } from "#scripts/install/label/layout.ts";
import { LABELS_A_SHEET, placeOf, sheetsOf } from "#scripts/install/label/sheets.ts";
import { pdfOf } from "#scripts/install/paper/pdf.ts";
import { isWithinQ } from "#test/chaos/labels/codeWords.ts";
import { blurred, rotated, soiled, within } from "#test/chaos/labels/damage.ts";
import { type Area, cut, type Picture, readPgm, writePgm } from "#test/chaos/labels/picture.ts";
import { READERS, type Reader } from "#test/chaos/labels/readers.ts";
import { seededRandom } from "#test/list/fixtures.ts";

const run = promisify(execFile);

/** As a phone sees the label from half a metre; a nearer one sees more. */
const DPI = 200;
const PIXELS_PER_MM = DPI / 25.4;

/** A module, where the platform's host is as long as ours. */
const MODULE_MM = 0.8;
const FINDER_MODULES = 8;

/** Standard deviation. */
const UNSHARP_MM = { least: 0.3 * MODULE_MM, most: 0.5 * MODULE_MM };
const DIRTY_SHARE = 0.15;
/** Grease, dust and fingers: one sees through them, darkly. */
const GREASE = { radius: { least: 0.5 * PIXELS_PER_MM, most: 4 * PIXELS_PER_MM }, letsThrough: { least: 0.35, most: 0.7 } };
/** Paint and soot: nothing of what is below is seen. */
const PAINT = { radius: { least: 2 * PIXELS_PER_MM, most: 5 * PIXELS_PER_MM }, letsThrough: { least: 0, most: 0 } };
const LIGHTLY = { unsharpMm: 0.2 * MODULE_MM, degrees: 15, dirtyShare: 0.05 };

const DAMAGES = {
  plain: (label: Picture) => label,
  blurred: (label: Picture, _: Area, random: () => number) => blurred(label, within(UNSHARP_MM, random) * PIXELS_PER_MM),
  rotated: (label: Picture, _: Area, random: () => number) => rotated(label, random() * 360),
  /** The corners that readers look for are not spared. */
  soiled: (label: Picture, area: Area, random: () => number) => soiled(label, { ...GREASE, share: DIRTY_SHARE, area }, random),
  /** The three, each lightly. */
  combined: (label: Picture, area: Area, random: () => number) => {
    const dirty = soiled(label, { ...GREASE, share: LIGHTLY.dirtyShare, area }, random);
    return blurred(rotated(dirty, (2 * random() - 1) * LIGHTLY.degrees), LIGHTLY.unsharpMm * PIXELS_PER_MM);
  },
  /** More than level Q was made for: shows that as much is corrected as it promises, and no more. */
  blotted: (label: Picture, area: Area, random: () => number) =>
    soiled(label, { ...PAINT, share: DIRTY_SHARE, area, clean: finders(area) }, random),
};
type Damage = keyof typeof DAMAGES;
const DAMAGE_NAMES = Object.keys(DAMAGES) as Damage[];

export interface LabelSums {
  codes: number;
  decoded: Record<Reader, Record<Damage, number>>;
  /** Of the blotted: those whose wrong code words are no more than the error level corrects. */
  blottedWithinQ: number;
  /** Readings that gave another text than the label's. */
  misread: number;
  /** Those, and pictures that neither reader read, the blotted left out. */
  failed: number;
}

export async function playLabels(codes: number, seed: number, say: (line: string) => void): Promise<LabelSums> {
  const random = seededRandom(seed);
  const texts = Array.from({ length: codes }, (_, at) => labelText(factsOf(at, random)));
  const labels = texts.map(labelOf);
  const sums: LabelSums = { codes, decoded: { zbar: none(), zxing: none() }, blottedWithinQ: 0, misread: 0, failed: 0 };
  const folder = await mkdtemp(join(tmpdir(), "arcgate-labels-"));
  try {
    await writeFile(join(folder, "labels.pdf"), await pdfOf("labels", sheetsOf(labels)));
    for (let from = 0, page = 1; from < codes; from += LABELS_A_SHEET, page += 1) {
      const sheet = await pictureOf(folder, page);
      const part = labels.slice(from, from + LABELS_A_SHEET);
      const pictures = part.map((_, at) => cut(sheet, areaOf({ ...placeOf(at), ...LABEL })));
      await judge({ folder, texts: texts.slice(from, from + LABELS_A_SHEET), labels: part, pictures, random }, sums);
      say(`${Math.min(from + LABELS_A_SHEET, codes)}/${codes} ${JSON.stringify(sums.decoded)}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return sums;
}

interface Sheet {
  folder: string;
  texts: readonly LabelText[];
  labels: readonly Label[];
  pictures: readonly Picture[];
  random: () => number;
}

async function judge({ folder, texts, labels, pictures, random }: Sheet, sums: LabelSums): Promise<void> {
  for (const damage of DAMAGE_NAMES) {
    const files: string[] = [];
    for (const [at, { symbol }] of labels.entries()) {
      const area = areaOf(symbol);
      const picture = DAMAGES[damage](pictures[at] as Picture, area, random);
      const file = join(folder, `${at}.pgm`);
      writePgm(file, picture);
      files.push(file);
      if (damage === "blotted" && isWithinQ(picture, area, texts[at]?.qr ?? "")) sums.blottedWithinQ += 1;
    }
    const readings = { zbar: await READERS.zbar(files), zxing: await READERS.zxing(files) };
    for (const [at, { qr }] of texts.entries()) count(damage, qr, { zbar: readings.zbar[at] ?? [], zxing: readings.zxing[at] ?? [] }, sums);
  }
}

function count(damage: Damage, qr: string, read: Record<Reader, readonly string[]>, sums: LabelSums): void {
  const all = [...read.zbar, ...read.zxing];
  const wrong = all.filter((text) => text !== qr).length;
  for (const reader of ["zbar", "zxing"] as const) if (read[reader].includes(qr)) sums.decoded[reader][damage] += 1;
  sums.misread += wrong;
  sums.failed += wrong + (all.includes(qr) || damage === "blotted" ? 0 : 1);
}

function finders({ x, y, width, height }: Area): Area[] {
  const size = Math.round(FINDER_MODULES * MODULE_MM * PIXELS_PER_MM);
  const square = { width: size, height: size };
  return [
    { x, y, ...square },
    { x: x + width - size, y, ...square },
    { x, y: y + height - size, ...square },
  ];
}

async function pictureOf(folder: string, page: number): Promise<Picture> {
  const name = join(folder, "sheet");
  await run("pdftoppm", ["-gray", "-r", `${DPI}`, "-f", `${page}`, "-l", `${page}`, "-singlefile", join(folder, "labels.pdf"), name]);
  return readPgm(`${name}.pgm`);
}

function areaOf(box: { xMm: number; yMm: number; widthMm: number; heightMm: number }): Area {
  const pixels = (mm: number) => Math.round(mm * PIXELS_PER_MM);
  return { x: pixels(box.xMm), y: pixels(box.yMm), width: pixels(box.widthMm), height: pixels(box.heightMm) };
}

function factsOf(at: number, random: () => number) {
  const pick = (characters: string, length: number) =>
    Array.from({ length }, () => characters[Math.floor(random() * characters.length)]).join("");
  const [division, process] = [pick("01", 1) === "0" ? "370983" : "370102", pick("ABLMNWZ", 1)];
  const parts = { division, process, maker: pick("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 4), serial: String(at + 1).padStart(8, "0") };
  return {
    deviceCode: buildDeviceCode(parts, SHANDONG_PROFILE.deviceCode),
    uid: pick("0123456789abcdef", 24),
    hotline: "400-000-0000",
    platformHost: SHANDONG_PROFILE.qr.host,
    designation: "ZX7-400",
  };
}

function none(): Record<Damage, number> {
  return { plain: 0, blurred: 0, rotated: 0, soiled: 0, combined: 0, blotted: 0 };
}
