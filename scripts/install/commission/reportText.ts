/** A report for people: as lines, and as the sheet that is printed. */
import type { CommissionReport, ReportItem } from "#protocol/install/report.ts";
import { FAULTS, type FaultText } from "#scripts/install/commission/core/faults.ts";
import { ITEMS } from "#scripts/install/commission/core/items.ts";
import { figuresOf, limitsOf } from "#scripts/install/commission/core/words.ts";
import type { Sheet } from "#scripts/install/paper/sheet.ts";

export const OUTCOME_WORDS = {
  passed: { zh: "合格", en: "passed" },
  defects: { zh: "有缺陷，未投入使用", en: "has defects, not commissioned" },
  refused: { zh: "不合格：安全项未通过，禁止投入使用", en: "refused: a safety item is not proven" },
} as const satisfies Readonly<Record<CommissionReport["outcome"], { zh: string; en: string }>>;

export function reportLines(report: CommissionReport): string[] {
  const { zh, en } = OUTCOME_WORDS[report.outcome];
  return [
    `${report.device} ${report.designation}：${zh} ${en}${report.dry ? "（模拟电弧 dry）" : ""}`,
    ...factsOf(report).map((fact) => `  ${fact.zh} ${fact.en}: ${fact.value}`),
    ...report.items.flatMap(itemLines),
  ];
}

export function sheetOf(report: CommissionReport): Sheet {
  const { zh, en } = OUTCOME_WORDS[report.outcome];
  return {
    titleZh: `焊闸调试报告：${zh}`,
    titleEn: `Commissioning report: ${en}`,
    facts: factsOf(report),
    rows: report.items.map((item) => ({
      ...namesOf(item),
      measured: figuresOf({ measured: item.measured, limits: [] }, "zh") || whySkipped(item),
      wanted: limitsOf(item.limits, "zh"),
      verdict: item.verdict,
    })),
    footer: report.items.flatMap((item) => faultLines(item)),
  };
}

function factsOf(report: CommissionReport): Sheet["facts"] {
  const { signer, time, agent } = report;
  return [
    { zh: "设备编码", en: "Device", value: report.device },
    { zh: "型号", en: "Designation", value: report.designation },
    { zh: "芯片编号", en: "Chip", value: report.uid },
    { zh: "固件", en: "Firmware", value: report.firmware },
    { zh: "传感器量程", en: "Sensor ranges", value: `${report.sensorRangeAmps} A, ${report.sensorRangeVolts} V` },
    { zh: "程序", en: "Programs", value: `${report.tool}, ${agent === null ? "no agent" : `arcgate ${agent}`}` },
    { zh: "签署", en: "Signed by", value: `${signer.by} ${signer.id}` },
    { zh: "电弧", en: "Arc", value: report.dry ? "模拟 dry" : "真实 real" },
    {
      zh: "时间",
      en: "Time",
      value: time ? `${utc(time.earliestMs)} … ${time.latestMs === null ? "?" : utc(time.latestMs)}` : "未知 unknown",
    },
  ];
}

function itemLines(item: ReportItem): string[] {
  const { zh, en } = namesOf(item);
  const sign = { pass: "✓", fail: "✗", skipped: "–" }[item.verdict];
  const figures = figuresOf(item, "zh");
  return [`${sign} ${zh} ${en}${item.safety ? " *" : ""}${figures && `: ${figures}`}`, ...faultLines(item).map((line) => `    ${line}`)];
}

function whySkipped({ because }: ReportItem): string {
  if (because === null) return "";
  return because === "offline" ? "离线，以后补做" : `须先通过“${namesOf({ item: because }).zh}”`;
}

function faultLines({ fault, detail }: ReportItem): string[] {
  if (fault === null) return [];
  const text = (FAULTS as Readonly<Record<string, FaultText>>)[fault];
  const said = detail === "" ? "" : ` (${detail})`;
  return text ? [`${text.zh}${said}。${text.doZh}`, `${text.en}${said}. ${text.doEn}`] : [`${fault}${said}`];
}

/** An item of another version of this tool is called by its name. */
function namesOf({ item }: Pick<ReportItem, "item">): { zh: string; en: string } {
  return (ITEMS as Readonly<Record<string, { zh: string; en: string }>>)[item] ?? { zh: item, en: item };
}

function utc(ms: number): string {
  return new Date(ms).toISOString();
}
