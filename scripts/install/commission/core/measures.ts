/** What the measured values are called. Those that are yes or no are 1 or 0 in a report. */

interface MeasureText {
  readonly zh: string;
  readonly en: string;
  readonly isYesNo?: true;
}

export const MEASURES = {
  exchanges: { zh: "通信次数", en: "exchanges" },
  misses: { zh: "漏答", en: "misses" },
  noise: { zh: "干扰", en: "spoilt" },
  roundTrip: { zh: "往返", en: "round trip" },
  longestRoundTrip: { zh: "最长往返", en: "longest" },
  current: { zh: "电流", en: "current" },
  voltage: { zh: "电压", en: "voltage" },
  sensorMissing: { zh: "传感器断线", en: "sensor missing", isYesNo: true },
  voltageAtFirst: { zh: "起始电压", en: "voltage at first" },
  waited: { zh: "等待", en: "waited" },
  mirrorClosed: { zh: "镜像触点闭合", en: "mirror closed", isYesNo: true },
  mirrorAtRest: { zh: "静止时镜像闭合", en: "mirror closed at rest", isYesNo: true },
  voltageAtRest: { zh: "静止时电压", en: "voltage at rest" },
  mirrorWhenClosed: { zh: "吸合后镜像闭合", en: "mirror closed when closed", isYesNo: true },
  voltageWhenClosed: { zh: "吸合后电压", en: "voltage when closed" },
  closesWithin: { zh: "吸合用时", en: "closes within" },
  mirrorWhenOpened: { zh: "断开后镜像闭合", en: "mirror closed when opened", isYesNo: true },
  voltageWhenOpened: { zh: "断开后电压", en: "voltage when opened" },
  opensWithin: { zh: "断开用时", en: "opens within" },
  openCircuit: { zh: "空载电压", en: "open circuit" },
  alternating: { zh: "交流", en: "alternating", isYesNo: true },
  lease: { zh: "租约", en: "lease" },
  closedUntil: { zh: "最后见到闭合", en: "seen closed until" },
  atRest: { zh: "静止时已动作", en: "operated at rest", isYesNo: true },
  operated: { zh: "动作", en: "operated", isYesNo: true },
  opens: { zh: "断开", en: "opens", isYesNo: true },
  blocks: { zh: "禁止闭合", en: "blocks", isYesNo: true },
  restored: { zh: "复位", en: "restored", isYesNo: true },
  closesByItself: { zh: "自行闭合", en: "closes by itself", isYesNo: true },
  pressedAtRest: { zh: "静止时已按下", en: "pressed at rest", isYesNo: true },
  presses: { zh: "按动次数", en: "presses" },
  allowed: { zh: "准许", en: "allowed", isYesNo: true },
  energised: { zh: "通电", en: "energised", isYesNo: true },
  energisedAfter: { zh: "通电用时", en: "energised after" },
  direction: { zh: "方向", en: "direction" },
  samples: { zh: "读数个数", en: "readings" },
  arcs: { zh: "电弧数", en: "arcs" },
  arcTime: { zh: "燃弧时间", en: "arc time" },
  width: { zh: "区间宽度", en: "width" },
  records: { zh: "记录数", en: "records" },
  waiting: { zh: "待传", en: "waiting" },
  refused: { zh: "拒收", en: "refused" },
} as const satisfies Readonly<Record<string, MeasureText>>;

export type MeasureName = keyof typeof MEASURES;

/** A measure of another version of this tool is called by its name. */
export function measureText(name: string): MeasureText {
  return (MEASURES as Readonly<Record<string, MeasureText>>)[name] ?? { zh: name, en: name };
}
