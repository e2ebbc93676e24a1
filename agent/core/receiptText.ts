/** A receipt in words, for `arcgate verify` and the page that an inspector looks at. */
import { ERRORS, type ErrorCode } from "#protocol/errors/registry.ts";
import type { Receipt } from "#protocol/receipt/receipt.ts";

export interface ReceiptRow {
  zh: string;
  en: string;
  value: string;
}

/** China has one time zone; Sweden's way of writing is year, month, day. */
const CHINA_TIME = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "medium" });
/** No calendar goes further. */
const LATEST_MS = 8.64e15;

export function receiptRows(receipt: Receipt): ReceiptRow[] {
  const { device, allowed, reason, handle, way, category, earliestMs, latestMs, limitS, permit, guardian, wouldRefuse, session } = receipt;
  const until = latestMs === null ? "…" : timeText(latestMs);
  const rows = [
    { zh: "设备", en: "machine", value: device },
    { zh: "结论", en: "decision", value: `${allowed ? "准许 allowed" : "拒绝 refused"}: ${reasonText(reason)}` },
    { zh: "证书", en: "certificate", value: `${handle ?? "—"}   方式 way ${way ?? "—"}   类别 category ${category}` },
    { zh: "时间", en: "time", value: `${timeText(earliestMs)} – ${until}` },
    { zh: "依据", en: "grounds", value: groundsText(receipt) },
  ];
  if (session !== null) rows.push({ zh: "作业", en: "session", value: String(session) });
  if (limitS !== null) rows.push({ zh: "限时", en: "limit", value: `${limitS} s${endText(receipt)}` });
  if (permit !== null) rows.push({ zh: "动火票", en: "permit", value: permit });
  if (guardian !== null) rows.push({ zh: "监护人", en: "guardian", value: guardian });
  if (wouldRefuse !== null) rows.push({ zh: "仅监测", en: "monitored", value: reasonText(wouldRefuse) });
  return rows;
}

/** Base and overlay are the list together: what one of them says alone proves nothing. */
function groundsText({ listVersion, overlayVersion, policyVersion, checkListVersion }: Receipt): string {
  const base = listVersion === 0 ? "无名单 no list" : `名单 list v${listVersion}`;
  const overlay = overlayVersion === 0 ? "无增量 no overlay" : `增量 overlay v${overlayVersion}`;
  return `${base}, ${overlay}, 策略 policy v${policyVersion}, 检查表 check-list v${checkListVersion}`;
}

function endText({ endsBy, endsMs }: Receipt): string {
  return endsBy === null || endsMs === null ? "" : `; ${endsBy} ${timeText(endsMs)}`;
}

function reasonText(reason: string): string {
  const known = reason in ERRORS ? ERRORS[reason as ErrorCode] : undefined;
  return known ? `${known.zh} ${known.en} (${reason})` : reason;
}

function timeText(ms: number): string {
  return ms <= LATEST_MS ? `${CHINA_TIME.format(ms)} (UTC+8)` : `${ms} ms`;
}
