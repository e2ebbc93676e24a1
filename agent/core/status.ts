/** What the agent says of itself: on its page, to `arcgate status`, and (a part of it) on the `state` topic. No personal data. */
import type { InterlockState } from "#agent/core/interlock/state.ts";
import type { OfflineBudget } from "#agent/core/link.ts";
import type { EndingCause } from "#agent/core/machine/state.ts";
import type { SessionTotals } from "#agent/core/metering/settings.ts";
import type { UpdateState } from "#agent/core/update/transition.ts";
import { ERRORS, type ErrorCode } from "#protocol/errors/registry.ts";
import type { Lane } from "#protocol/events/event.ts";
import type { Receipt } from "#protocol/receipt/receipt.ts";

export interface MachineReport {
  device: string;
  designation: string;
  state: InterlockState["at"];
  /** `state` for people. */
  text: { zh: string; en: string };
  fault: string | null;
  linkCode: string | null;
  /** What is wrong with its scanner; null: nothing, or it has none. */
  scanner: { code: ErrorCode; zh: string; en: string } | null;
  session: number | null;
  /** Certificate handle of the session's welder: random, says nothing of the person. */
  handle: string | null;
  /** What will end the session first, and when, at the last tick. */
  ending: { cause: EndingCause; zh: string; en: string; inS: number } | null;
  /** A welder's start waits for one of these handles, or (empty) for anybody with a certificate. */
  awaitingGuardian: { handles: readonly string[]; forS: number } | null;
  policyVersion: number;
  arcing: boolean;
  volts: number | null;
  amps: number | null;
  totals: SessionTotals;
  /** What the chip grants without the platform; null where it does not count. */
  offlineBudget: OfflineBudget | null;
  /** The inspector's code of the last decision, `AG1I:…`; null when there was none. */
  inspection: string | null;
  /** What that code says; null too when this agent's key is not the one that signed it. */
  decision: Receipt | null;
  /** Events in the journal since it began. */
  journalled: { legal: number; telemetry: number };
  /** Of those, what the platform does not hold yet. */
  backlog: { legal: number; telemetry: number };
  /** What the platform refused, by lane; `digest` is over all of it, for comparison with the platform. */
  deadLetters: readonly { lane: Lane; count: number; fromSeq: number; toSeq: number; digest: string }[];
}

export interface AgentReport {
  version: string;
  epoch: number;
  online: boolean;
  /** Why not; empty while on line. It begins with a code of the registry where one fits. */
  offlineReason: string;
  list: { version: number; overlayVersion: number; entries: number } | null;
  time: { earliestMs: number; latestMs: number | null; source: string };
  journalBytes: number;
  machines: MachineReport[];
  /** Missing where the launcher did not start it: then nothing is switched to. */
  update?: UpdateState;
}

/** What a machine asks a phone to sign now, for display and page. */
export interface ShownChallenge {
  machine: string;
  /** `AG1C:…` */
  challenge: string;
  /** So long an answer is taken. */
  remainingMs: number;
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

export function refusedReply(code: ErrorCode): ScanReply {
  const text = ERRORS[code];
  return { allowed: false, code, zh: `${text.zh}。${text.remedyZh}`, en: `${text.en}. ${text.remedyEn}`, session: null };
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

export const GUARDIAN_TEXT = { zh: "请监护人扫码", en: "waiting for a guardian's scan" } as const;

export const ENDING_TEXT = {
  sessionLimit: { zh: "单次作业时长届满", en: "the session's maximum" },
  certificateExpired: { zh: "证书到期", en: "the certificate's end" },
  permitEnded: { zh: "动火作业票到期", en: "the hot-work permit's end" },
  bindingEnded: { zh: "借用或租用到期", en: "the loan's end" },
  listStale: { zh: "证书名单过期，请联网", en: "the certificate list's age" },
} as const satisfies Record<EndingCause, { zh: string; en: string }>;

export const UPDATE_TEXT = {
  current: { zh: "已是最新", en: "nothing newer is staged" },
  staged: { zh: "已就绪，等待作业结束", en: "is staged, and waits until nobody works" },
  waitingForArcOff: { zh: "已就绪，等待熄弧", en: "is staged, and waits until no arc burns" },
  switching: { zh: "正在切换", en: "takes over" },
  onProbation: { zh: "新版本试运行", en: "this release is on probation" },
} as const satisfies Record<UpdateState["at"], { zh: string; en: string }>;
