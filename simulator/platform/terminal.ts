/** What the platform says to people. */
import type { PlatformNotice } from "#simulator/platform/contract.ts";
import type { StreamReport } from "#simulator/platform/report.ts";

export function noticeLine(notice: PlatformNotice): string {
  switch (notice.notice) {
    case "brokerReached":
      return "已连接消息服务 · broker reached";
    case "brokerLost":
      return "消息服务断开 · broker lost";
    case "brokerTrouble":
      return `消息服务不可用 · broker out of reach: ${notice.reason}`;
    case "unreadable":
      return `${notice.device} 批次无法读取 · unreadable batch: ${notice.code} ${notice.detail}`;
    case "policyRefused":
      return `${notice.device} 策略文件无效 · policy not used: ${notice.code} ${notice.detail}`;
    case "storeFailed":
      return `存储失败 · store failed: ${notice.reason}`;
    case "state": {
      const { device, state, unregistered } = notice.live;
      const flag = unregistered ? " 未登记 unregistered" : "";
      return `${device} ${state.online ? "在线 online" : "离线 offline"} ${state.state} ${state.handle ?? "-"}${flag}`;
    }
  }
}

export function reportTable(streams: readonly StreamReport[]): string {
  const header = [
    "设备 device",
    "通道 lane",
    "链 chain",
    "已收 held",
    "至 to",
    "缺 missing",
    "重复 dup",
    "冲突 conflict",
    "断链 break",
    "精简 thinned",
    "拒收 refused",
  ];
  const rows = streams.map((stream) => [
    stream.device,
    stream.lane,
    String(stream.chain),
    String(stream.held),
    String(stream.lastSeq),
    stream.missingCount === 0 ? "0" : `${stream.missingCount}: ${stream.missing.map(([from, to]) => `${from}–${to}`).join(" ")}`,
    String(stream.duplicates),
    String(stream.conflicts),
    String(stream.chainBreaks),
    String(stream.thinned),
    refusedCell(stream),
  ]);
  return `${[header, ...rows].map((row) => row.join("\t")).join("\n")}\n`;
}

function refusedCell({ refused, refusedBy }: StreamReport): string {
  const codes = Object.entries(refusedBy).map(([code, count]) => `${code} ${count}`);
  return codes.length === 0 ? "0" : `${refused}: ${codes.join(" ")}`;
}
