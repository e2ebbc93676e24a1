import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseMachineQr } from "#protocol/codes/machineQr.ts";
import { SHANDONG_PROFILE } from "#protocol/profile/profile.ts";
import { type LabelFacts, labelText } from "#scripts/install/label/facts.ts";
import { LABEL, labelOf, MODULE_LEAST_MM } from "#scripts/install/label/layout.ts";
import { makeLabel } from "#scripts/install/label/makeLabel.ts";
import type { Box } from "#scripts/install/paper/drawing.ts";
import { READERS } from "#test/chaos/labels/readers.ts";
import { refusalOf } from "#test/codes/coded.ts";

const run = promisify(execFile);

const CODE = "370983ZARCG00000001X";
const FACTS: LabelFacts = {
  ...{ deviceCode: CODE, uid: "32ffd8054e48373332571943", hotline: "400-000-0000", platformHost: SHANDONG_PROFILE.qr.host },
  ...{ designation: "ZX7-400", maker: "焊机厂 <一>" },
};
const GOOD: LabelFacts = { ...FACTS, maker: "焊机厂" };
const LONGEST_HOST = `${"a".repeat(60)}.com`;

describe("facts", () => {
  it("the code is grouped to be read aloud, its check last", () => {
    expect(labelText(GOOD)).toEqual({
      ...{ qr: `https://${SHANDONG_PROFILE.qr.host}/w/${CODE}`, code: CODE, groups: ["370983", "Z", "ARCG", "0000", "0001", "X"] },
      ...{ uidLines: ["32FFD8054E48", "373332571943"], hotline: "400-000-0000", machine: "ZX7-400 · 焊机厂" },
    });
  });

  it.each<[string, Partial<LabelFacts>, string]>([
    ["a wrong check character", { deviceCode: "370983ZARCG00000001Y" }, "codes.badDeviceCheck"],
    ["two characters swapped", { deviceCode: "379083ZARCG00000001X" }, "codes.unknownDivision"],
    ["a character wrong", { deviceCode: "370983ZARCG00000007X" }, "codes.badDeviceCheck"],
    ["a code too short", { deviceCode: "370983ZARCG0000001X" }, "codes.badDeviceCode"],
    ["a chip number of 23 digits", { uid: "2ffd8054e48373332571943" }, "label.badFact"],
    ["no telephone", { hotline: "call us" }, "label.badFact"],
    ["an address in the place of a host", { platformHost: "https://haohan.example" }, "label.badFact"],
    ["what is no model", { designation: "<svg>" }, "label.badFact"],
    ["a maker's name that runs over", { maker: "焊".repeat(25) }, "label.badFact"],
  ])("refused: %s", (_, wrong, code) => {
    expect(refusalOf(() => labelText({ ...GOOD, ...wrong }))).toBe(code);
  });
});

describe("layout", () => {
  it.each([SHANDONG_PROFILE.qr.host, LONGEST_HOST])("modules, quiet zone and edges: %s", (platformHost) => {
    const { moduleMm, symbol, shapes } = labelOf(labelText({ ...GOOD, platformHost }));
    expect(moduleMm).toBeGreaterThan(MODULE_LEAST_MM);
    const quiet = 4 * moduleMm - 1e-9;
    expect(Math.min(symbol.xMm, symbol.yMm)).toBeGreaterThan(quiet);
    const [, ...others] = shapes;
    const boxes: Box[] = others.flatMap((shape) =>
      shape.kind === "fill" ? shape.boxes : [{ xMm: shape.xMm, yMm: shape.baselineMm - shape.sizeMm, widthMm: 0, heightMm: shape.sizeMm }],
    );
    for (const { xMm, yMm, widthMm, heightMm } of boxes) {
      expect(xMm >= symbol.xMm + symbol.widthMm + quiet || yMm >= symbol.yMm + symbol.heightMm + quiet).toBe(true);
      expect(xMm + widthMm).toBeLessThan(LABEL.widthMm);
      expect(yMm + heightMm).toBeLessThan(LABEL.heightMm);
    }
  });
});

describe("made", () => {
  let folder: string;
  let text: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "arcgate-label-"));
    await makeLabel(GOOD, folder);
    text = (await run("pdftotext", ["-layout", join(folder, "label.pdf"), "-"])).stdout;
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("again it is the same, and a fact that is wrong leaves what is there", async () => {
    const files = ["label.svg", "label.pdf"].map((name) => join(folder, name));
    const before = await Promise.all(files.map((file) => readFile(file)));
    await makeLabel(GOOD, folder);
    await expect(makeLabel(FACTS, folder)).rejects.toMatchObject({ code: "label.badFact" });
    expect(await Promise.all(files.map((file) => readFile(file)))).toEqual(before);
    expect(existsSync(`${files[0]}.part`)).toBe(false);
  });

  it("SVG and PDF are read by both readers", async () => {
    const [svg, pdf] = [join(folder, "svg.png"), join(folder, "pdf.png")];
    await run("rsvg-convert", ["-d", "200", "-p", "200", "-o", svg, join(folder, "label.svg")]);
    await run("pdftoppm", ["-png", "-r", "200", "-singlefile", join(folder, "label.pdf"), pdf.slice(0, -".png".length)]);
    for (const read of Object.values(READERS)) {
      const codes = (await read([svg, pdf])).flat().map((qr) => parseMachineQr(qr, SHANDONG_PROFILE).code);
      expect(codes).toEqual([CODE, CODE]);
    }
  });

  it("the PDF is 60 × 40 mm, its words are text, its fonts are in it, and nothing is a raster", async () => {
    for (const words of ["焊机身份码", "扫码开机", "24 小时服务热线", "400-000-0000", "ZX7-400 · 焊机厂"]) expect(text).toContain(words);
    expect(text.replaceAll(/\s/g, "")).toContain(CODE);
    const pdf = join(folder, "label.pdf");
    expect((await run("pdfinfo", [pdf])).stdout).toMatch(/Page size: +170\.079 x 113\.386 pts/);
    const fonts = (await run("pdffonts", [pdf])).stdout.trimEnd().split("\n").slice(2);
    expect(fonts.map((line) => / yes yes yes /.test(line))).toEqual([true, true]);
    expect((await run("pdfimages", ["-list", pdf])).stdout.trimEnd().split("\n")).toHaveLength(2);
  });
});
