import { FIRST_WARNING_S } from "#agent/core/machine/indicator.ts";
import type { AgentReport, MachineReport } from "#agent/core/status.ts";
import { escapeHtml } from "#agent/panel/html.ts";

export type Language = "zh" | "en";

const TEXT = {
  zh: {
    title: "焊闸",
    online: "平台在线",
    offline: "平台离线（照常工作，记录待传）",
    list: "名单",
    none: "无",
    backlog: "待传",
    welder: "证书",
    arcs: "弧数",
    arcTime: "燃弧",
    minutesLeft: "分钟后结束：",
    otherWays: "仍可在手机页面扫码",
    display: "扫码验证",
    inspect: "授权凭据",
    other: "English",
    otherHref: "?lang=en",
  },
  en: {
    title: "arcgate",
    online: "platform on line",
    offline: "platform off line (work goes on, records wait)",
    list: "list",
    none: "none",
    backlog: "waiting",
    welder: "certificate",
    arcs: "arcs",
    arcTime: "arc time",
    minutesLeft: "min left until ",
    otherWays: "the phone's page still works",
    display: "challenge",
    inspect: "last receipt",
    other: "中文",
    otherHref: "?",
  },
} as const;

/** A plain page that says what each machine does; it loads itself anew every two seconds. */
export function statusPage(report: AgentReport, language: Language): string {
  const text = TEXT[language];
  const list = report.list ? `v${report.list.version}+${report.list.overlayVersion} · ${report.list.entries}` : text.none;
  return `<!doctype html><html lang="${language === "zh" ? "zh-CN" : "en"}"><head><meta charset="utf-8"><meta http-equiv="refresh" content="2">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>${text.title}</title><style>
body{font:16px/1.5 system-ui,sans-serif;margin:1rem auto;max-width:48rem;padding:0 1rem;color:#1a1a1a;background:#fafafa}
article{border:1px solid #ccc;border-left:.5rem solid #888;border-radius:.4rem;padding:.6rem 1rem;margin:.8rem 0;background:#fff}
article.energised{border-left-color:#1b7f3b}article.faulted{border-left-color:#b00020}article.locked{border-left-color:#c78a00}
b{font-size:1.3rem}small{color:#555}</style></head><body>
<h1>${text.title}</h1><p>${report.online ? text.online : text.offline} · ${text.list} ${list} · <a href="${text.otherHref}">${text.other}</a></p>
${report.machines.map((machine) => card(machine, language)).join("\n")}
</body></html>`;
}

function card(machine: MachineReport, language: Language): string {
  const text = TEXT[language];
  const live = machine.volts === null ? "—" : `${machine.volts.toFixed(1)} V · ${(machine.amps ?? 0).toFixed(0)} A`;
  const trouble = machine.fault ?? machine.linkCode ?? "";
  return `<article class="${machine.state}"><b>${machine.text[language]}</b> <small>${escapeHtml(trouble)}</small>${warning(machine, language)}${scannerTrouble(machine, language)}<br>
${live} · ${text.arcs} ${machine.totals.arcs} · ${text.arcTime} ${(machine.totals.arcMs / 1000).toFixed(1)} s<br>
<small>${escapeHtml(machine.designation)} · ${escapeHtml(machine.device)} · ${text.welder} ${machine.handle?.slice(0, 8) ?? "—"} · ${text.backlog} ${machine.backlog.legal} + ${machine.backlog.telemetry}<br>
<a href="/display/${escapeHtml(machine.device)}">${text.display}</a> · <a href="/inspect/${escapeHtml(machine.device)}">${text.inspect}</a></small></article>`;
}

/** Phones go on by page and platform meanwhile. */
function scannerTrouble({ scanner }: MachineReport, language: Language): string {
  return scanner ? `<br><strong>${scanner[language]}</strong> <small>${scanner.code} · ${TEXT[language].otherWays}</small>` : "";
}

/** A welder who knows it finishes the seam in time. */
function warning({ ending }: MachineReport, language: Language): string {
  if (!ending || ending.inS > FIRST_WARNING_S) return "";
  return `<br><strong>${Math.ceil(ending.inS / 60)} ${TEXT[language].minutesLeft}${ending[language]}</strong>`;
}
