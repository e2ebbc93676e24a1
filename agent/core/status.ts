/** What the agent says of itself: on its page, to `arcgate status`, and (a part of it) on the `state` topic. No personal data. */
import type { InterlockState } from "#agent/core/interlock/state.ts";
import type { SessionTotals } from "#agent/core/metering/settings.ts";

export interface MachineReport {
  device: string;
  designation: string;
  state: InterlockState["at"];
  /** `state` for people. */
  text: { zh: string; en: string };
  fault: string | null;
  linkCode: string | null;
  session: number | null;
  /** Certificate handle of the session's welder: random, says nothing of the person. */
  handle: string | null;
  arcing: boolean;
  volts: number | null;
  amps: number | null;
  totals: SessionTotals;
  /** Events in the journal since it began. */
  journalled: { legal: number; telemetry: number };
  /** Of those, what the platform does not hold yet. */
  backlog: { legal: number; telemetry: number };
}

export interface AgentReport {
  version: string;
  epoch: number;
  online: boolean;
  list: { version: number; overlayVersion: number; entries: number } | null;
  time: { earliestMs: number; latestMs: number | null; source: string };
  journalBytes: number;
  machines: MachineReport[];
}

/** The answer to a scan, as the phone shows it. */
export interface ScanReply {
  allowed: boolean;
  /** Why not; only when refused. */
  code?: string;
  zh: string;
  en: string;
  session: number | null;
}

export const STATE_TEXT = {
  unlinked: { zh: "未连接", en: "not linked" },
  locked: { zh: "已锁定，请扫码", en: "locked, scan to start" },
  awaitingStart: { zh: "请按启动按钮", en: "press the start button" },
  closing: { zh: "正在闭合", en: "closing" },
  energised: { zh: "已通电，可以焊接", en: "energised, ready to weld" },
  ending: { zh: "熄弧后锁定", en: "locks at arc-off" },
  outage: { zh: "连接中断", en: "link interrupted" },
  opening: { zh: "正在断开", en: "opening" },
  faulted: { zh: "故障锁定", en: "locked by a fault" },
} as const satisfies Record<InterlockState["at"], { zh: string; en: string }>;
