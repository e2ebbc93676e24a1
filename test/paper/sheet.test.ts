import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Sheet, writeSheet } from "#scripts/install/paper/sheet.ts";
import { READERS } from "#test/chaos/labels/readers.ts";

const run = promisify(execFile);

const QR = "https://haohan.example/w/370983ZARCG00000001X";
const ROWS: Sheet["rows"] = Array.from({ length: 40 }, (_, at) => ({
  ...{ zh: `急停切断 ${at + 1}`, en: `Emergency stop ${at + 1}`, measured: "0.12 s", wanted: "≤ 0.2 s" },
  verdict: (["pass", "fail", "skipped", "pass"] as const)[at % 4] ?? "pass",
}));
const SHEET: Sheet = {
  ...{ titleZh: "焊机投用报告", titleEn: "Commissioning report", rows: ROWS, qr: QR },
  facts: [
    { zh: "焊机身份码", en: "Device code", value: "370983ZARCG00000001X" },
    { zh: "安装人员", en: "Installer", value: "王五" },
  ],
  footer: ["本报告由安装人员签名。 Signed by the installer."],
};

describe("a sheet", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "arcgate-sheet-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function pagesOf(sheet: Sheet): Promise<string[]> {
    const pdf = join(folder, "sheet.pdf");
    await writeFile(pdf, await writeSheet(sheet));
    return (await run("pdftotext", ["-layout", pdf, "-"])).stdout.split("\f").slice(0, -1);
  }

  it("has every row once, whole, under a head on its page, with the verdict in words", async () => {
    const pages = await pagesOf(SHEET);
    expect(pages).toHaveLength(3);
    for (const [at, page] of pages.entries()) {
      expect(page).toMatch(/项目 Item +实测 Measured +要求 Required +结论 Verdict/);
      expect(page).toContain(`第 ${at + 1} 页 共 3 页 · Page ${at + 1} of 3`);
    }
    const lines = pages.join("\n").split("\n");
    const words = { pass: "合格", fail: "不合格", skipped: "未测" };
    for (const { zh, measured, wanted, verdict } of ROWS) {
      const found = lines.filter((line) => line.includes(`${zh} `));
      expect(found.map((line) => line.trim().split(/ {2,}/).slice(-4))).toEqual([[zh, measured, wanted, words[verdict]]]);
    }
    expect(pages[0]).toMatch(/合格 pass 20 +不合格 FAIL 10 +未测 not tested 10/);
    for (const text of ["焊机投用报告", "370983ZARCG00000001X", "王五"]) expect(pages[0]).toContain(text);
    expect(pages[2]).toContain("本报告由安装人员签名");
  });

  it("is A4, carries its fonts, and its QR code is read", async () => {
    await pagesOf(SHEET);
    const pdf = join(folder, "sheet.pdf");
    expect((await run("pdfinfo", [pdf])).stdout).toMatch(/Page size: +595\.\d+ x 841\.\d+ pts \(A4\)/);
    expect((await run("pdffonts", [pdf])).stdout.match(/ yes yes yes /g)).toHaveLength(2);
    const picture = join(folder, "page");
    await run("pdftoppm", ["-gray", "-r", "100", "-l", "1", "-singlefile", pdf, picture]);
    for (const read of Object.values(READERS)) expect(await read([`${picture}.pgm`])).toEqual([[QR]]);
  });

  it("bears nothing at all, and texts that nobody meant", async () => {
    expect(await pagesOf({ ...SHEET, facts: [], rows: [], footer: [] })).toHaveLength(1);
    const long = "很长的文字".repeat(2_000);
    const row = { zh: long, en: long, measured: long, wanted: long, verdict: "fail" } as const;
    const pages = await pagesOf({ ...SHEET, facts: [{ zh: "一", en: "one", value: long }], rows: [row, row], footer: [long] });
    expect(pages.length).toBeLessThan(6);
  });
});
