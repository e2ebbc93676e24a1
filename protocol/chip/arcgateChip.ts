import { PROVISION } from "#protocol/chip/provision.ts";
import { CALIBRATION, UPDATE } from "#protocol/chip/service.ts";
import type { Block, RegisterMap } from "#protocol/chip/table.ts";
import { ENVELOPE, FLOORS, VAULT } from "#protocol/chip/vault.ts";

/** The arcgate chip's registers, map version 1. README "Chip registers" is made from this table. */
export const IDENTITY = {
  address: 0x0000,
  words: 40,
  space: "holding",
  access: "read",
  en: "Who the chip is, since when it runs, and how it measures",
  fields: [
    { name: "magic", at: 0, words: 1, type: "u16", en: "0x4147, 'AG'", zh: "标识" },
    { name: "mapVersion", at: 1, words: 1, type: "u16", en: "Version of this map", zh: "寄存器表版本" },
    { name: "firmware", at: 2, words: 2, type: "u32", en: "Firmware, major<<16 | minor<<8 | patch", zh: "固件版本" },
    { name: "uid", at: 4, words: 6, type: "bytes", en: "Unique number of the silicon", zh: "芯片编号" },
    { name: "deviceCode", at: 10, words: 10, type: "ascii", en: "Device code, 20 characters", zh: "设备编码" },
    { name: "macAlgorithm", at: 20, words: 1, type: "u16", en: "Link MAC: 1 = HMAC-SHA-256 cut to 64 bits", zh: "链路校验算法" },
    { name: "bootNonce", at: 21, words: 4, type: "bytes", en: "Random, made at each boot of the chip", zh: "启动随机数" },
    { name: "bootCount", at: 25, words: 2, type: "u32", en: "Boots since manufacture", zh: "启动次数" },
    { name: "windowMs", at: 27, words: 1, type: "u16", en: "Length of a window", zh: "采样窗口" },
    { name: "ringDepth", at: 28, words: 1, type: "u16", en: "Window records the ring holds", zh: "缓存深度" },
    { name: "sensorRangeAmps", at: 29, words: 1, type: "u16", en: "Current sensor's range", zh: "电流量程" },
    { name: "sensorRangeVolts", at: 30, words: 1, type: "u16", en: "Voltage sensor's range", zh: "电压量程" },
    { name: "arcMinAmps", at: 31, words: 1, type: "u16", per: 10, en: "Least current of an arc", zh: "起弧电流下限" },
    { name: "alternating", at: 32, words: 1, type: "u16", en: "1 = classify by 20 ms RMS (AC)", zh: "交流焊机" },
    { name: "leaseCounter", at: 33, words: 2, type: "u32", en: "Counter of the last write accepted since boot", zh: "租约计数" },
    { name: "session", at: 35, words: 4, type: "u64", en: "Session of the running or last lease", zh: "会话编号" },
  ],
} as const satisfies Block;

export const SETTINGS = {
  address: 0x0060,
  words: 8,
  space: "holding",
  access: "write",
  en: "How the chip classifies, from the machine's designation; kept over power loss",
  fields: [
    { name: "counter", at: 0, words: 2, type: "u32", en: "Above the last counter accepted", zh: "计数" },
    { name: "arcMinAmps", at: 2, words: 1, type: "u16", per: 10, en: "Least current of an arc", zh: "起弧电流下限" },
    { name: "alternating", at: 3, words: 1, type: "u16", en: "1 = classify by 20 ms RMS (AC)", zh: "交流焊机" },
    { name: "mac", at: 4, words: 4, type: "bytes", en: "Link MAC, tag arcgate-settings/1", zh: "校验" },
  ],
} as const satisfies Block;

export const LEASE = {
  address: 0x0080,
  words: 18,
  space: "holding",
  access: "write",
  en: "What the interlock wants now; written by the same FC23 that reads the page",
  fields: [
    { name: "mode", at: 0, words: 1, type: "u16", en: "0 open, 1 close, 2 closed until arc-off, 3 stay closed", zh: "指令" },
    { name: "counter", at: 1, words: 2, type: "u32", en: "Above the last counter accepted", zh: "计数" },
    { name: "session", at: 3, words: 4, type: "u64", en: "Session that holds the lease", zh: "会话编号" },
    { name: "leaseMs", at: 7, words: 1, type: "u16", en: "Lease from now, 8,000 at most", zh: "租约时长" },
    {
      name: "sessionRemainingS",
      at: 8,
      words: 1,
      type: "u16",
      en: "Limit: the chip opens after it whatever is renewed",
      zh: "会话剩余时间",
    },
    { name: "indicator", at: 9, words: 1, type: "u16", en: "Lamp in the high byte, buzzer in the low", zh: "指示灯与蜂鸣器" },
    { name: "readFrom", at: 10, words: 2, type: "u32", en: "First window wanted in the page", zh: "读取起点" },
    { name: "confirmedBelow", at: 12, words: 2, type: "u32", en: "Windows below it are committed and may go", zh: "已入库窗口" },
    { name: "mac", at: 14, words: 4, type: "bytes", en: "Link MAC, tag arcgate-lease/1", zh: "校验" },
  ],
} as const satisfies Block;

export const TOTALS = {
  address: 0x00c0,
  words: 29,
  space: "holding",
  access: "read",
  en: "Accumulators of one session; they survive the chip's power loss",
  fields: [
    { name: "session", at: 0, words: 4, type: "u64", en: "Session counted", zh: "会话编号" },
    { name: "arcMs", at: 4, words: 2, type: "u32", en: "Arc condition", zh: "燃弧时间" },
    { name: "chargeAmpereSeconds", at: 6, words: 2, type: "u32", en: "Charge", zh: "电量" },
    { name: "energyJoules", at: 8, words: 2, type: "u32", en: "Energy", zh: "电能" },
    { name: "strikes", at: 10, words: 2, type: "u32", en: "Strikes", zh: "引弧次数" },
    { name: "shorts", at: 12, words: 2, type: "u32", en: "Short circuits", zh: "短路次数" },
    { name: "shortMs", at: 14, words: 2, type: "u32", en: "Time in short circuit", zh: "短路时间" },
    { name: "closedMs", at: 16, words: 2, type: "u32", en: "Time with the contactor closed", zh: "通电时间" },
    { name: "lastSeq", at: 18, words: 2, type: "u32", en: "Last window counted", zh: "最后窗口" },
    { name: "bootCount", at: 20, words: 2, type: "u32", en: "Boot in which the session was counted last", zh: "启动次数" },
    { name: "closed", at: 22, words: 1, type: "u16", en: "1 = the session has ended", zh: "已结束" },
    { name: "reserved", at: 23, words: 2, type: "u32", en: "0", zh: "保留" },
    { name: "mac", at: 25, words: 4, type: "bytes", en: "Link MAC, tag arcgate-totals/1", zh: "校验" },
  ],
} as const satisfies Block;

export const BLINK = {
  address: 0x00ff,
  words: 1,
  space: "holding",
  access: "write",
  en: "The one write without a MAC: find the machine by its lamp",
  fields: [{ name: "seconds", at: 0, words: 1, type: "u16", en: "Blink for so long, 60 at most", zh: "闪灯" }],
} as const satisfies Block;

export const PAGE = {
  address: 0x0100,
  words: 23,
  space: "holding",
  access: "read",
  en: "State now, then `records` window records from `firstSeq`; a read of n words holds (n − 23) / 10 of them at most",
  fields: [
    { name: "status", at: 0, words: 1, type: "u16", en: "Status bits", zh: "状态位" },
    { name: "fault", at: 1, words: 1, type: "u16", en: "Latched fault", zh: "锁定故障" },
    { name: "openedBy", at: 2, words: 1, type: "u16", en: "Why the contactor opened last", zh: "断开原因" },
    { name: "leaseRemainingMs", at: 3, words: 1, type: "u16", en: "Lease left", zh: "租约剩余" },
    { name: "uptimeMs", at: 4, words: 2, type: "u32", en: "Since boot", zh: "运行时间" },
    { name: "leaseCounter", at: 6, words: 2, type: "u32", en: "Counter of the last write accepted since boot", zh: "租约计数" },
    { name: "leaseResult", at: 8, words: 1, type: "u16", en: "What became of the last write", zh: "租约结果" },
    { name: "voltageVolts", at: 9, words: 1, type: "s16", per: 100, en: "Voltage now", zh: "实时电压" },
    { name: "currentAmps", at: 10, words: 1, type: "s16", per: 10, en: "Current now", zh: "实时电流" },
    { name: "startPresses", at: 11, words: 1, type: "u16", en: "Presses of the start button since boot", zh: "启动按钮次数" },
    { name: "firstSeq", at: 12, words: 2, type: "u32", en: "Number of the first window below", zh: "首窗口编号" },
    { name: "records", at: 14, words: 1, type: "u16", en: "Window records below", zh: "记录数" },
    { name: "nextSeq", at: 15, words: 2, type: "u32", en: "Number of the window being filled", zh: "当前窗口编号" },
    { name: "lostWindows", at: 17, words: 2, type: "u32", en: "Unconfirmed windows overrun since boot", zh: "丢失窗口数" },
    { name: "mac", at: 19, words: 4, type: "bytes", en: "Link MAC over header and records, tag arcgate-page/1", zh: "校验" },
  ],
} as const satisfies Block;

/** One window record inside the page. Parts are in 1/200 of the window. */
export const WINDOW = {
  address: 0x0117,
  words: 10,
  space: "holding",
  access: "read",
  en: "One window, or a run of like idle ones",
  fields: [
    {
      name: "flagsAndRun",
      at: 0,
      words: 1,
      type: "u16",
      en: "Bit 15 contactor closed, 14 sensor missing, 13 no reading; bits 0–11 windows in the run",
      zh: "标志与游程",
    },
    { name: "voltageMeanVolts", at: 1, words: 1, type: "s16", per: 100, en: "Mean voltage", zh: "平均电压" },
    { name: "voltageRmsVolts", at: 2, words: 1, type: "u16", per: 100, en: "RMS voltage", zh: "电压有效值" },
    { name: "voltagePeakVolts", at: 3, words: 1, type: "s16", per: 100, en: "Signed reading of largest size", zh: "电压峰值" },
    { name: "currentMeanAmps", at: 4, words: 1, type: "s16", per: 10, en: "Mean current", zh: "平均电流" },
    { name: "currentRmsAmps", at: 5, words: 1, type: "u16", per: 10, en: "RMS current", zh: "电流有效值" },
    { name: "currentPeakAmps", at: 6, words: 1, type: "s16", per: 10, en: "Signed reading of largest size", zh: "电流峰值" },
    {
      name: "arcAndShort",
      at: 7,
      words: 1,
      type: "u16",
      en: "Arc part in the high byte, short-circuit part in the low",
      zh: "燃弧与短路占比",
    },
    {
      name: "arcEdges",
      at: 8,
      words: 1,
      type: "u16",
      en: "Where the arc condition first began (high byte) and last ended (low byte)",
      zh: "燃弧起止",
    },
    {
      name: "shortsAndStrikes",
      at: 9,
      words: 1,
      type: "u16",
      en: "Short circuits begun (high byte, 255 at most), strikes (low byte)",
      zh: "短路与引弧次数",
    },
  ],
} as const satisfies Block;

export const ARCGATE_CHIP = {
  name: "arcgate-chip",
  source: "this specification",
  blocks: { IDENTITY, SETTINGS, LEASE, TOTALS, BLINK, PAGE, WINDOW, VAULT, FLOORS, ENVELOPE, CALIBRATION, UPDATE, PROVISION },
} as const satisfies RegisterMap;

export const CHIP_MAGIC = 0x4147;
export const CHIP_MAP_VERSION = 1;

export const STATUS = {
  commandedClosed: 1 << 0,
  mirrorClosed: 1 << 1,
  eStop: 1 << 2,
  enclosureOpen: 1 << 3,
  sensorMissing: 1 << 4,
  startButton: 1 << 5,
  faultLatched: 1 << 6,
  leaseHeld: 1 << 7,
  currentPresent: 1 << 8,
} as const;

/** Index is the register's value. */
export const CHIP_FAULTS = ["none", "weldedContact", "mirrorDisagrees", "currentWhileOpen", "sensorMissing"] as const;
export const OPENED_BY = ["none", "command", "leaseLapsed", "sessionLimit", "eStop", "enclosure", "fault", "arcOff", "powerUp"] as const;
export const LEASE_RESULTS = ["none", "accepted", "badMac", "staleCounter", "refused", "badValue", "budgetSpent", "badEnvelope"] as const;
/**
 * `closed` closes. `closedUntilArcOff` and `stayClosed` only renew: they never close a contactor that is open, so that
 * after an outage nothing but the interlock's decision to close can energise the machine.
 */
export const LEASE_MODES = ["open", "closed", "closedUntilArcOff", "stayClosed"] as const;
export const LAMPS = ["off", "green", "yellow", "red", "redBlink", "blueBlink"] as const;
export const BUZZERS = ["off", "once", "twice", "long"] as const;

export type ChipFault = (typeof CHIP_FAULTS)[number];
export type OpenedBy = (typeof OPENED_BY)[number];
export type LeaseResult = (typeof LEASE_RESULTS)[number];
export type LeaseMode = (typeof LEASE_MODES)[number];
export type Lamp = (typeof LAMPS)[number];
export type Buzzer = (typeof BUZZERS)[number];

export const LEASE_MS = 8_000;
/** Modbus allows 125 words in an FC23 answer: the header and ten records. */
export const PAGE_RECORDS_MAX = 10;
