import type { MachineReport } from "#agent/core/status.ts";
import { escapeHtml } from "#agent/panel/html.ts";

const REFRESH_S = 2;

/** What a machine's own display shows: the present challenge as a QR code. It loads itself anew, so that a used code goes away at once. */
export function displayPage(machine: MachineReport, shown: { svg: string; remainingMs: number }): string {
  const { zh, en } = machine.text;
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta http-equiv="refresh" content="${REFRESH_S}">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>焊闸 ${escapeHtml(machine.device)}</title><style>
body{font:18px/1.4 system-ui,sans-serif;margin:0;padding:.5rem;text-align:center;color:#000;background:#fff}
svg{width:min(90vw,65vh);height:auto}b{font-size:1.4rem}small{color:#444}</style></head><body>
<b>${zh}</b> <small>${en}</small>
${scannerTrouble(machine)}<div>${shown.svg}</div>
<p>请用本人手机扫描验证码，${Math.ceil(shown.remainingMs / 1000)} 秒内有效<br><small>Scan this code with your own phone; good for ${Math.ceil(shown.remainingMs / 1000)} s</small></p>
<small>${escapeHtml(machine.designation)} · ${escapeHtml(machine.device)}</small>
</body></html>`;
}

/** Nobody should hold a phone before a window that sees nothing. */
function scannerTrouble({ scanner }: MachineReport): string {
  if (!scanner) return "";
  const { zh, en } = scanner;
  return `<p><b>${zh}，请改用手机页面扫码，并通知安装人员</b><br><small>${en}. Use the phone's page, and tell the installer</small></p>`;
}
