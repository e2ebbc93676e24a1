/** The items of the self-test, in the order in which they are done. The handbook is checked against this table. */
import type { FaultId } from "#scripts/install/commission/core/faults.ts";
import type { Ask } from "#scripts/install/machine/teller.ts";

export interface Item {
  readonly zh: string;
  readonly en: string;
  /** A machine that fails it is refused. */
  readonly safety: boolean;
  /** It tells of now: an earlier result counts for nothing. */
  readonly presentState: boolean;
  /** What is asked of the installer's hands, in this order. */
  readonly asks: readonly Ask[];
  /** What is read, and how it is judged. */
  readonly readsZh: string;
  readonly readsEn: string;
  /** Each way in which it fails. */
  readonly faults: readonly FaultId[];
}

export const ITEMS = {
  link: {
    ...{ zh: "通信链路", en: "Link", safety: false, presentState: true, asks: [] },
    readsZh: "40 次通信：往返时间、漏答、干扰",
    readsEn: "40 exchanges: round trips, misses, noise",
    faults: ["linkMisses", "linkNoisy"],
  },
  currentZero: {
    ...{ zh: "电流零点", en: "Current zero", safety: false, presentState: true, asks: ["switchMachineOn"] },
    readsZh: "接触器断开时 1 秒的电流，应接近零",
    readsEn: "A second of current with the contactor open: near zero",
    faults: ["currentSensorUnplugged", "currentSensorDrifted"],
  },
  noBypass: {
    ...{ zh: "无旁路", en: "No bypass", safety: true, presentState: true, asks: [] },
    readsZh: "接触器断开时的电压，应没有或持续下降到 10 V 以下",
    readsEn: "The voltage with the contactor open: none, or falling until it is below 10 V",
    faults: ["contactorBypassed", "contactorWelded"],
  },
  contactor: {
    ...{ zh: "接触器与镜像触点", en: "Contactor and mirror", safety: true, presentState: false, asks: [] },
    readsZh: "闭合、断开各一次：镜像触点应随之动作",
    readsEn: "Closed and opened once: the mirror contact follows",
    faults: ["coilOpen", "contactorWelded", "mirrorOpen", "mirrorStuck", "budgetSpent"],
  },
  voltage: {
    ...{ zh: "空载电压与极性", en: "Open-circuit voltage and polarity", safety: true, presentState: false, asks: [] },
    readsZh: "闭合后 1 秒的电压：符合型号和 GB/T 15579.1，直流为正",
    readsEn: "A second of voltage with the contactor closed: as the designation and GB/T 15579.1 have it, positive where it is DC",
    faults: ["voltageLeadsOpen", "voltageReversed", "openVoltageTooLow", "openVoltageTooHigh"],
  },
  lease: {
    ...{ zh: "租约看门狗", en: "Lease watchdog", safety: true, presentState: false, asks: [] },
    readsZh: "停止续租：芯片自己的计时应在租约加 200 毫秒内断开，原因为租约到期",
    readsEn: "Renewing stops: by the chip's own clock it opens within the lease and 200 ms, because the lease lapsed",
    faults: ["leaseIgnored", "leaseUnproven"],
  },
  eStop: {
    ...{ zh: "急停", en: "Emergency stop", safety: true, presentState: false, asks: ["pressEStop", "releaseEStop"] },
    readsZh: "闭合后按下急停：应立即断开；按住时不能闭合；松开后不得自行闭合",
    readsEn: "Pressed while closed: opens at once; nothing closes while it is pressed, and nothing by itself when it is released",
    faults: ["eStopNotWired", "eStopInverted", "eStopIgnored"],
  },
  enclosure: {
    ...{ zh: "机箱门开关", en: "Enclosure switch", safety: true, presentState: false, asks: ["openEnclosure", "closeEnclosure"] },
    readsZh: "闭合后打开机箱门：应立即断开，开门时不能闭合",
    readsEn: "Opened while closed: the contactor opens at once, and does not close while the enclosure is open",
    faults: ["enclosureNotWired", "enclosureInverted", "enclosureIgnored"],
  },
  start: {
    ...{ zh: "启动按钮", en: "Start button", safety: false, presentState: false, asks: ["pressStart"] },
    readsZh: "松开时为断开；按一次，计数加一",
    readsEn: "Open at rest; one press counts one",
    faults: ["startNotWired", "startStuck"],
  },
  scan: {
    ...{ zh: "扫码开机", en: "A scan", safety: true, presentState: false, asks: ["scan", "pressStart"] },
    readsZh: "焊工扫码：经焊闸程序判定准许，接触器闭合",
    readsEn: "A welder scans: the agent allows it and the contactor closes",
    faults: ["agentNotStarted", "scanNotSeen", "scanRefused", "scanDidNotClose"],
  },
  current: {
    ...{ zh: "电流方向与大小", en: "Current: direction and size", safety: false, presentState: false, asks: ["weld"] },
    readsZh: "焊接时的电流：直流为正，与所设电流相符",
    readsEn: "The current while welding: positive where it is DC, and as large as is set",
    faults: ["currentReversed", "currentSensorHalf", "currentDeviates"],
  },
  arc: {
    ...{ zh: "一次真实电弧", en: "One real arc", safety: false, presentState: false, asks: ["weld"] },
    readsZh: "焊闸程序计入一次电弧；--dry 时以电阻或模拟信号代替",
    readsEn: "The agent counts an arc; with --dry a resistor or a simulated signal stands for it",
    faults: ["arcNotSeen"],
  },
  clock: {
    ...{ zh: "时钟", en: "Clock", safety: false, presentState: true, asks: [] },
    readsZh: "时间区间已知，宽度不超过 60 秒",
    readsEn: "The interval of time is known and at most 60 s wide",
    faults: ["clockUnknown", "clockUnsound"],
  },
  platform: {
    ...{ zh: "平台确认", en: "Platform's acknowledgement", safety: false, presentState: true, asks: [] },
    readsZh: "该焊机的法定记录已由平台确认",
    readsEn: "The platform has acknowledged this machine's legal records",
    faults: ["platformOffline", "notAcknowledged"],
  },
  locked: {
    ...{ zh: "芯片锁定", en: "Chip locked", safety: false, presentState: true, asks: [] },
    readsZh: "最后一步：标定和读出保护已锁定",
    readsEn: "The last act: calibration and read protection are locked",
    faults: ["chipNotLocked"],
  },
} as const satisfies Readonly<Record<string, Item>>;

export type ItemId = keyof typeof ITEMS;
export const ITEM_IDS = Object.keys(ITEMS) as ItemId[];
