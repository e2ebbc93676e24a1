import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { buildDeviceCode } from "#protocol/codes/deviceCode.ts";
import { SHANDONG_PROFILE } from "#protocol/profile/profile.ts";
import { runLabel } from "#scripts/install/label/command.ts";
import { labelsOf } from "#scripts/install/label/labelsFile.ts";
import { LABEL } from "#scripts/install/label/layout.ts";
import { LABELS_A_SHEET, placeOf } from "#scripts/install/label/sheets.ts";
import { READERS } from "#test/chaos/labels/readers.ts";

const run = promisify(execFile);

const DEFAULTS = { hotline: "400-000-0000", platformHost: SHANDONG_PROFILE.qr.host };
const UID = "32ffd8054e48373332571943";

function codeOf(serial: number): string {
  const parts = { division: "370983", process: "Z", maker: "ARCG", serial: String(serial).padStart(8, "0") };
  return buildDeviceCode(parts, SHANDONG_PROFILE.deviceCode);
}

const csvOf = (...rows: string[]) => ["device,uid", ...rows].join("\r\n");

describe("the list of labels", () => {
  it("rows win over what is said for all, and what spreadsheets add is borne", () => {
    const csv = `\ufeffdevice,uid,hotline,designation\r\n${codeOf(1)},${UID},0531-1234567,NBC-350\r\n${codeOf(2)},${UID},,\r\n,,,\r\n`;
    const labels = labelsOf(csv, { ...DEFAULTS, designation: "ZX7-400" });
    expect(labels.map(({ hotline, machine }) => [hotline, machine])).toEqual([
      ["0531-1234567", "NBC-350"],
      ["400-000-0000", "ZX7-400"],
    ]);
  });

  it("every line that is wrong is named, and nothing is made", () => {
    const csv = csvOf(`${codeOf(1)},${UID}`, `370983ZARCG00000001Y,${UID}`, `${codeOf(3)},12`, `${codeOf(1)},${UID}`);
    expect(() => labelsOf(csv, DEFAULTS)).toThrowError(
      /label\.badSheet.*line 3: codes\.badDeviceCheck.*line 4: label\.badFact.*line 5:.*line 2/,
    );
  });

  it.each<[string, string, RegExp]>([
    ["nothing", "", /0 labels/],
    ["a header alone", "device,uid", /0 labels/],
    ["an unknown column", `device,uid,colour\n${codeOf(1)},${UID},red`, /line 2.*colour/],
    ["a missing column", `device\n${codeOf(1)}`, /line 2.*uid/],
    ["a cell too many", csvOf(`${codeOf(1)},${UID},x`), /Record Length/],
  ])("refused: %s", (_, csv, fault) => {
    expect(() => labelsOf(csv, DEFAULTS)).toThrowError(fault);
  });
});

describe("the command", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "arcgate-labels-"));
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await rm(folder, { recursive: true, force: true });
  });

  /** The exit code and the last line. */
  async function label(...args: string[]): Promise<[number, unknown]> {
    vi.spyOn(console, "error").mockReturnValue();
    const log = vi.spyOn(console, "log").mockReturnValue();
    const code = await runLabel(args);
    const [last] = log.mock.calls.at(-1) ?? ["null"];
    log.mockClear();
    return [code, JSON.parse(String(last))];
  }

  it("makes sheets of as many as fit, for SVG and PDF", async () => {
    const codes = Array.from({ length: LABELS_A_SHEET + 1 }, (_, at) => codeOf(at + 1));
    const csv = join(folder, "labels.csv");
    await writeFile(csv, csvOf(...codes.map((code) => `${code},${UID}`)));
    const files = ["labels.pdf", "labels-1.svg", "labels-2.svg"].map((name) => join(folder, name));
    const said = await label("--sheet", csv, "--hotline", "400-000-0000", "--out", folder);
    expect(said).toEqual([0, { labels: 22, pages: 2, moduleMm: 0.8, files }]);
    const pages = (await run("pdftotext", ["-layout", files[0] ?? "", "-"])).stdout.split("\f").map((page) => page.replaceAll(/\s/g, ""));
    expect(codes.map((code) => pages.findIndex((page) => page.includes(code)))).toEqual([...Array(LABELS_A_SHEET).fill(0), 1]);
    const picture = join(folder, "page.png");
    await run("rsvg-convert", ["-d", "150", "-p", "150", "-o", picture, files[2] ?? ""]);
    for (const read of Object.values(READERS)) expect((await read([picture])).flat().map((qr) => qr.slice(-20))).toEqual([codes.at(-1)]);
  });

  it("ends with 1 for a code that is not one or a folder that cannot be, and with 2 for options that are not", async () => {
    const wrong = await label("--device", "370983ZARCG00000001Y", "--uid", UID, "--hotline", "400-000-0000");
    expect(wrong).toMatchObject([1, { labels: 0, code: "codes.badDeviceCheck" }]);
    const facts = ["--device", codeOf(1), "--uid", UID, "--hotline", "400-000-0000"];
    expect(await label(...facts, "--out", "/dev/null/labels")).toMatchObject([1, { code: "label.notWritten" }]);
    expect(await label("--device", codeOf(1))).toEqual([2, null]);
    expect(await label("--sheet", "labels.csv", "--uid", UID)).toEqual([2, null]);
  });
});

it("labels of a sheet stand on the page and not on each other", () => {
  const places = Array.from({ length: LABELS_A_SHEET }, (_, at) => placeOf(at));
  expect(new Set(places.map(({ xMm, yMm }) => `${xMm} ${yMm}`)).size).toBe(21);
  for (const { xMm, yMm } of places) {
    expect([xMm % LABEL.widthMm, yMm % LABEL.heightMm]).toEqual([15, 8.5]);
    expect(xMm + LABEL.widthMm <= 210 && yMm + LABEL.heightMm <= 297).toBe(true);
  }
});
