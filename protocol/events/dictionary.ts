import type { Lane } from "#protocol/events/event.ts";
import type { EventName } from "#protocol/events/payloads.ts";

export interface EventKind {
  readonly kind: number;
  readonly lane: Lane;
  readonly severity: "info" | "notice" | "warning" | "alarm";
  readonly en: string;
  readonly zh: string;
  /** One of the provincial platform's six warnings. */
  readonly platformWarning?: true;
}

/** 1xxx licence, 2xxx welding, 3xxx warning, 4xxx device, 5xxx operation. A retired number is never used again. */
export const DICTIONARY = {
  scanAllowed: { kind: 1001, lane: "legal", severity: "info", en: "Scan allowed", zh: "扫码通过" },
  scanDenied: { kind: 1002, lane: "legal", severity: "notice", en: "Scan refused", zh: "扫码被拒" },
  sessionStarted: { kind: 1003, lane: "legal", severity: "info", en: "Session started", zh: "作业开始" },
  sessionEnded: { kind: 1004, lane: "legal", severity: "info", en: "Session ended", zh: "作业结束" },
  startAwaited: { kind: 1005, lane: "legal", severity: "info", en: "Start button awaited", zh: "等待按下启动按钮" },
  startExpired: { kind: 1006, lane: "legal", severity: "notice", en: "Start button not pressed in time", zh: "未按时按下启动按钮" },
  sessionEndingSoon: { kind: 1007, lane: "legal", severity: "notice", en: "Session ends soon", zh: "作业即将结束" },
  fileActivated: { kind: 1010, lane: "legal", severity: "info", en: "List, keyset or policy taken over", zh: "名单、密钥集或策略已启用" },
  fileRefused: { kind: 1011, lane: "legal", severity: "warning", en: "List, keyset or policy refused", zh: "名单、密钥集或策略被拒" },
  policyActivated: { kind: 1020, lane: "legal", severity: "info", en: "Policy in force", zh: "管控策略已启用" },
  policyRefused: { kind: 1021, lane: "legal", severity: "warning", en: "Policy refused", zh: "管控策略被拒" },

  arc: { kind: 2001, lane: "legal", severity: "info", en: "Arc", zh: "电弧" },
  windows: { kind: 2002, lane: "telemetry", severity: "info", en: "Current and voltage windows", zh: "电流电压记录" },
  stuckElectrode: { kind: 2003, lane: "telemetry", severity: "notice", en: "Electrode stuck", zh: "粘焊条" },
  dutyCycleExceeded: { kind: 2004, lane: "telemetry", severity: "notice", en: "Duty cycle exceeded", zh: "超负载持续率" },
  unaccounted: { kind: 2005, lane: "legal", severity: "warning", en: "Welding that only the totals know", zh: "仅有累计值的焊接" },
  windowsThinned: { kind: 2006, lane: "telemetry", severity: "info", en: "Windows thinned to make room", zh: "电流电压记录已精简" },

  specialPeriodHotWork: {
    kind: 3001,
    lane: "legal",
    severity: "warning",
    en: "Hot work in a special period",
    zh: "特殊时期动火",
    platformWarning: true,
  },
  certificateNearExpiry: {
    kind: 3002,
    lane: "legal",
    severity: "notice",
    en: "Certificate near expiry",
    zh: "证书临期",
    platformWarning: true,
  },
  certificateExpired: { kind: 3003, lane: "legal", severity: "warning", en: "Certificate expired", zh: "证书到期", platformWarning: true },
  suspectedModifiedWelder: {
    kind: 3004,
    lane: "legal",
    severity: "alarm",
    en: "Suspected modified welder",
    zh: "疑似改装焊机",
    platformWarning: true,
  },
  remoteScan: { kind: 3005, lane: "legal", severity: "warning", en: "Remote scan", zh: "远距离扫码", platformWarning: true },
  abnormalOperation: {
    kind: 3006,
    lane: "legal",
    severity: "warning",
    en: "Abnormal machine operation",
    zh: "焊机异常作业",
    platformWarning: true,
  },
  currentWhileOpen: { kind: 3101, lane: "legal", severity: "alarm", en: "Current with the contactor open", zh: "断开状态下有电流" },
  weldedContact: { kind: 3102, lane: "legal", severity: "alarm", en: "Contactor welded", zh: "接触器粘连" },
  mirrorDisagrees: { kind: 3103, lane: "legal", severity: "alarm", en: "Mirror contact disagrees", zh: "辅助触点不一致" },
  sensorMissing: { kind: 3104, lane: "legal", severity: "warning", en: "Sensor unplugged", zh: "传感器断开" },
  frozenReading: { kind: 3105, lane: "legal", severity: "warning", en: "Reading frozen under load", zh: "读数冻结" },
  reversedSensor: { kind: 3106, lane: "legal", severity: "warning", en: "Current sensor reversed", zh: "电流传感器反接" },
  voltageWithoutCurrent: { kind: 3107, lane: "legal", severity: "warning", en: "Arc voltage without current", zh: "有电弧电压无电流" },
  eStop: { kind: 3108, lane: "legal", severity: "notice", en: "Emergency stop", zh: "急停" },
  enclosureOpened: { kind: 3109, lane: "legal", severity: "alarm", en: "Enclosure opened", zh: "外壳被打开" },
  leaseLost: { kind: 3110, lane: "legal", severity: "warning", en: "Lease lapsed", zh: "租约失效" },
  sensorShorted: { kind: 3111, lane: "legal", severity: "warning", en: "Sensor short-circuited", zh: "传感器疑似短接" },
  wouldBeRefused: {
    kind: 3120,
    lane: "legal",
    severity: "warning",
    en: "Start that an enforced machine refuses",
    zh: "不符合许可条件的开机",
  },
  credentialNewerThanList: {
    kind: 3121,
    lane: "legal",
    severity: "warning",
    en: "Started with a credential younger than the list",
    zh: "凭新证临时开机",
  },

  agentStarted: { kind: 4001, lane: "legal", severity: "info", en: "Agent started", zh: "程序启动" },
  agentStopped: { kind: 4002, lane: "legal", severity: "info", en: "Agent stopped", zh: "程序停止" },
  chipAdopted: { kind: 4003, lane: "legal", severity: "info", en: "Chip adopted", zh: "芯片已连接" },
  chipLost: { kind: 4004, lane: "legal", severity: "warning", en: "Chip does not answer", zh: "芯片失联" },
  chipFound: { kind: 4005, lane: "legal", severity: "info", en: "Chip answers again", zh: "芯片恢复" },
  chipReplaced: { kind: 4006, lane: "legal", severity: "alarm", en: "Chip replaced", zh: "芯片被更换" },
  foreignDevice: { kind: 4007, lane: "legal", severity: "warning", en: "Foreign device at the address", zh: "地址上设备不符" },
  windowsLost: { kind: 4008, lane: "legal", severity: "warning", en: "Windows lost", zh: "采样数据丢失" },
  offlineBudgetLow: { kind: 4009, lane: "legal", severity: "warning", en: "Offline budget half spent", zh: "离线额度不足一半" },
  platformReached: { kind: 4010, lane: "telemetry", severity: "info", en: "Platform reached", zh: "平台已连接" },
  platformLost: { kind: 4011, lane: "telemetry", severity: "info", en: "Platform out of reach", zh: "平台失联" },
  recordsRefused: { kind: 4012, lane: "legal", severity: "warning", en: "Records refused by the platform", zh: "记录被平台拒收" },
  storageFilling: { kind: 4013, lane: "legal", severity: "warning", en: "Room for records runs out", zh: "记录存储空间将满" },
  journalDamaged: { kind: 4014, lane: "legal", severity: "warning", en: "Journal damaged", zh: "日志存储损坏" },
  updateConfirmed: { kind: 4015, lane: "legal", severity: "info", en: "Program updated", zh: "程序已升级" },
  updateFailed: { kind: 4016, lane: "legal", severity: "warning", en: "Program update failed", zh: "程序升级失败" },
  recordSetAside: { kind: 4017, lane: "legal", severity: "warning", en: "Record that cannot be written", zh: "记录无法写入" },

  contactorClosed: { kind: 5001, lane: "legal", severity: "info", en: "Contactor closed", zh: "接触器闭合" },
  contactorOpened: { kind: 5002, lane: "legal", severity: "info", en: "Contactor opened", zh: "接触器断开" },
  maintenanceDone: { kind: 5003, lane: "telemetry", severity: "info", en: "Maintenance done", zh: "维护完成" },
} as const satisfies Record<EventName, EventKind>;

const NAMES = new Map<number, EventName>(Object.entries(DICTIONARY).map(([name, entry]) => [entry.kind, name as EventName]));

export function eventName(kind: number): EventName | undefined {
  return NAMES.get(kind);
}
