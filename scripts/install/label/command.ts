import { join } from "node:path";
import { parseArgs } from "node:util";
import { CodedError } from "#protocol/errors/codedError.ts";
import { explain } from "#protocol/errors/explain.ts";
import { SHANDONG_PROFILE } from "#protocol/profile/profile.ts";
import { type LabelFacts, labelText } from "#scripts/install/label/facts.ts";
import { type Defaults, readLabelsFile } from "#scripts/install/label/labelsFile.ts";
import { labelOf } from "#scripts/install/label/layout.ts";
import { makeLabel } from "#scripts/install/label/makeLabel.ts";
import { sheetsOf } from "#scripts/install/label/sheets.ts";
import { MACHINE_FILES } from "#scripts/install/machine/machineFolder.ts";
import { keepFile } from "#scripts/install/paper/keepFile.ts";
import { pdfOf } from "#scripts/install/paper/pdf.ts";
import { svgOf } from "#scripts/install/paper/svg.ts";

const HELP = `制作焊机身份码标签 makes labels of 60 × 40 mm, as SVG and PDF
arcgate-install label --device CODE --uid HEX --hotline TEL [--platform HOST] [--out DIR]
arcgate-install label --sheet FILE.csv [--hotline TEL] [--platform HOST] [--out DIR]

  --device CODE       焊机身份码，含校验位 device code, with its check character
  --uid HEX           芯片号，24 位十六进制 the chip's unique number
  --hotline TEL       24 小时服务热线 telephone that is answered day and night
  --platform HOST     二维码中的平台域名 host in the QR code (${SHANDONG_PROFILE.qr.host})
  --designation NAME  焊机型号，如 ZX7-400 model of the machine
  --maker NAME        制造单位 who made it
  --sheet FILE.csv    多张标签排版到 A4，带裁切线；列名 labels on A4 with cut marks; columns:
                      device,uid,hotline,platform,designation,maker（后四列可用选项代替 the last four may be options）
  --out DIR           输出文件夹 folder (单张 one label: ./CODE；多张 sheets: ./labels)
  --help

打印时选“实际大小”，不缩放。 Print at actual size.
最后一行为 JSON；退出码 0 已生成，1 编码或内容有误，2 参数有误。 The last line is JSON; exit code 0 made, 1 a code or fact is wrong, 2 usage.`;

const OPTIONS = {
  device: { type: "string" },
  uid: { type: "string" },
  hotline: { type: "string" },
  platform: { type: "string", default: SHANDONG_PROFILE.qr.host },
  designation: { type: "string" },
  maker: { type: "string" },
  sheet: { type: "string" },
  out: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

type Order =
  | { kind: "help" }
  | { kind: "label"; facts: LabelFacts; out: string }
  | { kind: "sheets"; csv: string; defaults: Defaults; out: string };

/** Gives the exit code. */
export async function runLabel(argv: string[]): Promise<number> {
  try {
    return await carryOut(orderOf(argv));
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    console.error(explain(error));
    if (error.code === "label.badOption") return 2;
    console.log(JSON.stringify({ labels: 0, code: error.code, detail: error.detail }));
    return 1;
  }
}

async function carryOut(order: Order): Promise<number> {
  if (order.kind === "help") console.log(HELP);
  else
    console.log(
      JSON.stringify(await (order.kind === "label" ? one(order.facts, order.out) : sheets(order.csv, order.defaults, order.out))),
    );
  return 0;
}

async function one(facts: LabelFacts, out: string) {
  await makeLabel(facts, out);
  const text = labelText(facts);
  const { groups, qr } = text;
  const { moduleMm } = labelOf(text);
  console.error(`✓ ${groups.join(" ")} · ${qr} · 模块 module ${moduleMm.toFixed(2)} mm`);
  return { labels: 1, moduleMm: rounded(moduleMm), files: [MACHINE_FILES.label, MACHINE_FILES.labelPdf].map((name) => join(out, name)) };
}

async function sheets(csv: string, defaults: Defaults, out: string) {
  const labels = readLabelsFile(csv, defaults).map(labelOf);
  const pages = sheetsOf(labels);
  const pdf = await pdfOf("焊机身份码", pages);
  const contents = new Map<string, Uint8Array | string>([[join(out, "labels.pdf"), pdf]]);
  for (const [at, page] of pages.entries()) contents.set(join(out, `labels-${at + 1}.svg`), svgOf(page));
  for (const [file, content] of contents) keepFile(file, content);
  const moduleMm = Math.min(...labels.map((label) => label.moduleMm));
  console.error(`✓ ${labels.length} 张标签 labels · ${pages.length} 页 A4 pages · 模块 module ${moduleMm.toFixed(2)} mm`);
  return { labels: labels.length, pages: pages.length, moduleMm: rounded(moduleMm), files: [...contents.keys()] };
}

function orderOf(argv: string[]): Order {
  const { values } = parsed(argv);
  if (values.help) return { kind: "help" };
  const { device, uid, hotline, platform, sheet, designation, maker } = values;
  const known: Pick<LabelFacts, "platformHost" | "designation" | "maker"> = {
    platformHost: platform,
    ...(designation === undefined ? {} : { designation }),
    ...(maker === undefined ? {} : { maker }),
  };
  if (sheet !== undefined) {
    if (device !== undefined || uid !== undefined) throw badOption("--sheet: its rows name device and uid");
    const defaults = { ...known, ...(hotline === undefined ? {} : { hotline }) };
    return { kind: "sheets", csv: sheet, defaults, out: values.out ?? "labels" };
  }
  if (device === undefined || uid === undefined || hotline === undefined) throw badOption("--device, --uid and --hotline, or --sheet");
  const facts = { deviceCode: device, uid, hotline, ...known };
  // A code is looked at before it names a folder.
  return { kind: "label", facts, out: values.out ?? labelText(facts).code };
}

function parsed(argv: string[]) {
  try {
    return parseArgs({ args: argv, options: OPTIONS, strict: true, allowPositionals: false });
  } catch (error) {
    throw badOption(error instanceof Error ? error.message : String(error));
  }
}

function badOption(detail: string): CodedError {
  return new CodedError("label.badOption", detail);
}

function rounded(mm: number): number {
  return Math.round(mm * 1_000) / 1_000;
}
