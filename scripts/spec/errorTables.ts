import { ERRORS } from "#protocol/errors/registry.ts";
import { markdownTable } from "#scripts/spec/markers.ts";

/** The error registry, one table an area. */
export function errorTables(): string {
  const areas = [...new Set(Object.keys(ERRORS).map(areaOf))];
  return areas.map(areaTable).join("\n\n");
}

function areaTable(area: string): string {
  const rows = Object.entries(ERRORS)
    .filter(([code]) => areaOf(code) === area)
    .map(([code, text]) => [`\`${code}\``, text.zh, text.remedyZh, text.en, text.remedyEn]);
  return `## ${area}\n\n${markdownTable(["Code", "说明", "处理", "Meaning", "Remedy"], rows)}`;
}

function areaOf(code: string): string {
  return code.slice(0, code.indexOf("."));
}
