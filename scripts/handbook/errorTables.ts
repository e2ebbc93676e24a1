/** The refusals that installer and welder meet, out of the registry: what they mean and what to do. */
import { ERRORS } from "#protocol/errors/registry.ts";
import type { ErrorText } from "#protocol/errors/table.ts";
import { markdownTable } from "#scripts/spec/markers.ts";

interface Chapter {
  area: string;
  zh: string;
}

/** In the order of the work. An area without a code yet has no table. */
const INSTALLER: readonly Chapter[] = [
  { area: "flash", zh: "烧录" },
  { area: "provision", zh: "赋码" },
  { area: "discover", zh: "查找" },
  { area: "label", zh: "铭牌" },
  { area: "commission", zh: "调试" },
  { area: "install", zh: "安装工具" },
  { area: "link", zh: "总线" },
];

const WELDER: readonly Chapter[] = [
  { area: "licence", zh: "证书、作业票与焊机" },
  { area: "pass", zh: "二维码与手机" },
];

export function installerErrors(): string {
  return chapters(INSTALLER);
}

export function welderErrors(): string {
  return chapters(WELDER);
}

function chapters(list: readonly Chapter[]): string {
  const all: [string, ErrorText][] = Object.entries(ERRORS);
  return list
    .map(({ area, zh }) => ({ title: `#### ${zh} ${area}`, rows: all.filter(([code]) => code.startsWith(`${area}.`)).map(row) }))
    .filter(({ rows }) => rows.length > 0)
    .map(({ title, rows }) => `${title}\n\n${markdownTable(["提示", "怎么办", "代码"], rows)}`)
    .join("\n\n");
}

function row([code, { zh, remedyZh }]: [string, ErrorText]): string[] {
  return [zh, remedyZh, `\`${code}\``];
}
