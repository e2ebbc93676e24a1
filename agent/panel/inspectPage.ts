import { type ReceiptRow, receiptRows } from "#agent/core/receiptText.ts";
import type { MachineReport } from "#agent/core/status.ts";
import { escapeHtml } from "#agent/panel/html.ts";

/** What an inspector scans: the machine's last decision, signed. Null: there was none yet. */
export function inspectPage({ device, designation, inspection, decision }: MachineReport, svg: string | null): string {
  const code = svg === null ? "<p>本机尚无授权记录 <small>no decision on this machine yet</small></p>" : `<div>${svg}</div>`;
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>焊闸 ${escapeHtml(device)}</title><style>
body{font:18px/1.4 system-ui,sans-serif;margin:0;padding:.5rem;text-align:center;color:#000;background:#fff}
svg{width:min(94vw,70vh);height:auto}small{color:#444}code{font-size:.7rem;overflow-wrap:anywhere}
table{margin:auto;text-align:left;border-spacing:.6rem .2rem}th{white-space:nowrap;vertical-align:top}td{overflow-wrap:anywhere}</style></head><body>
<b>最近一次授权凭据</b> <small>the last decision's receipt</small>
${code}
${decision === null ? "" : `<table>${receiptRows(decision).map(rowHtml).join("")}</table>`}
<p>执法核验：扫码后运行 <code>arcgate verify</code>，无需联网<br><small>Scan it and check it with <code>arcgate verify</code>; no network is needed</small></p>
<small>${escapeHtml(designation)} · ${escapeHtml(device)}</small><p><code>${escapeHtml(inspection ?? "")}</code></p>
</body></html>`;
}

function rowHtml({ zh, en, value }: ReceiptRow): string {
  return `<tr><th>${zh} <small>${en}</small></th><td>${escapeHtml(value)}</td></tr>`;
}
