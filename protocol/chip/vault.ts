/** What the chip holds against a rooted module: floors that only rise, and the offline budget. Specification: README "Vault". */
import type { Block } from "#protocol/chip/table.ts";

export const VAULT = {
  address: 0x0200,
  words: 42,
  space: "holding",
  access: "read",
  en: "Floors that only rise and the offline budget, kept over power loss",
  fields: [
    { name: "listFloor", at: 0, words: 2, type: "u32", en: "Least list version accepted", zh: "名单下限" },
    { name: "overlayFloor", at: 2, words: 2, type: "u32", en: "Least overlay version accepted", zh: "增量名单下限" },
    { name: "keysetFloor", at: 4, words: 2, type: "u32", en: "Least keyset version accepted", zh: "密钥集下限" },
    { name: "policyFloor", at: 6, words: 2, type: "u32", en: "Least policy version accepted", zh: "策略下限" },
    {
      name: "timeFloorS",
      at: 8,
      words: 2,
      type: "u32",
      en: "It is at least so late, Unix seconds; runs with the chip's uptime",
      zh: "时间下限",
    },
    { name: "journalChain", at: 10, words: 2, type: "u32", en: "Legal lane: chain last mirrored", zh: "日志链" },
    { name: "journalSeq", at: 12, words: 2, type: "u32", en: "Legal lane: sequence last mirrored", zh: "日志序号" },
    { name: "journalHead", at: 14, words: 16, type: "bytes", en: "Legal lane: hash at that sequence", zh: "日志摘要" },
    { name: "poweredHoursLeft", at: 30, words: 1, type: "u16", en: "Offline budget: powered hours left", zh: "离线剩余小时" },
    { name: "bootsLeft", at: 31, words: 1, type: "u16", en: "Offline budget: boots left", zh: "离线剩余启动" },
    { name: "startsLeft", at: 32, words: 1, type: "u16", en: "Offline budget: starts left", zh: "离线剩余开机" },
    { name: "calibrationLocked", at: 33, words: 1, type: "u16", en: "1 = CALIBRATION takes no write", zh: "标定锁定" },
    { name: "challenge", at: 34, words: 4, type: "bytes", en: "Random: what an envelope must answer", zh: "信封随机数" },
    { name: "mac", at: 38, words: 4, type: "bytes", en: "Link MAC, tag arcgate-vault/1", zh: "校验" },
  ],
} as const satisfies Block;

export const FLOORS = {
  address: 0x0240,
  words: 34,
  space: "holding",
  access: "write",
  en: "Raises floors as far as uptime explains, and mirrors the journal's head; what is lower than the vault's stays as it is",
  fields: [
    { name: "counter", at: 0, words: 2, type: "u32", en: "Above the last counter accepted", zh: "计数" },
    { name: "listFloor", at: 2, words: 2, type: "u32", en: "List version in force", zh: "名单版本" },
    { name: "overlayFloor", at: 4, words: 2, type: "u32", en: "Overlay version in force", zh: "增量名单版本" },
    { name: "keysetFloor", at: 6, words: 2, type: "u32", en: "Keyset version in force", zh: "密钥集版本" },
    { name: "policyFloor", at: 8, words: 2, type: "u32", en: "Policy version in force", zh: "策略版本" },
    { name: "journalChain", at: 10, words: 2, type: "u32", en: "Legal lane: its chain", zh: "日志链" },
    { name: "journalSeq", at: 12, words: 2, type: "u32", en: "Legal lane: last sequence committed", zh: "日志序号" },
    { name: "journalHead", at: 14, words: 16, type: "bytes", en: "Legal lane: its hash", zh: "日志摘要" },
    { name: "mac", at: 30, words: 4, type: "bytes", en: "Link MAC, tag arcgate-floors/1", zh: "校验" },
  ],
} as const satisfies Block;

export const ENVELOPE = {
  address: 0x0280,
  words: 32,
  space: "holding",
  access: "write",
  en: "The platform's word to the chip, sealed under the budget key: refills the budget and raises floors at once",
  fields: [
    { name: "counter", at: 0, words: 2, type: "u32", en: "Above the last counter accepted", zh: "计数" },
    { name: "challenge", at: 2, words: 4, type: "bytes", en: "The vault's challenge", zh: "信封随机数" },
    { name: "listFloor", at: 6, words: 2, type: "u32", en: "Least list version, 0 to leave it", zh: "名单下限" },
    { name: "overlayFloor", at: 8, words: 2, type: "u32", en: "Least overlay version, 0 to leave it", zh: "增量名单下限" },
    { name: "keysetFloor", at: 10, words: 2, type: "u32", en: "Least keyset version, 0 to leave it", zh: "密钥集下限" },
    { name: "policyFloor", at: 12, words: 2, type: "u32", en: "Least policy version, 0 to leave it", zh: "策略下限" },
    { name: "timeFloorS", at: 14, words: 2, type: "u32", en: "Time now, Unix seconds, 0 to leave it", zh: "当前时间" },
    { name: "poweredHours", at: 16, words: 1, type: "u16", en: "Budget from now: powered hours", zh: "离线小时" },
    { name: "boots", at: 17, words: 1, type: "u16", en: "Budget from now: boots", zh: "离线启动" },
    { name: "starts", at: 18, words: 1, type: "u16", en: "Budget from now: starts", zh: "离线开机" },
    { name: "unlockCalibration", at: 19, words: 1, type: "u16", en: "1 = CALIBRATION takes writes until the next boot", zh: "解锁标定" },
    { name: "budgetMac", at: 20, words: 8, type: "bytes", en: "Budget MAC, tag arcgate-envelope/1", zh: "信封校验" },
    { name: "mac", at: 28, words: 4, type: "bytes", en: "Link MAC, tag arcgate-carry/1", zh: "校验" },
  ],
} as const satisfies Block;

/** The offline budget of a chip fresh from the bench, and of a refill unless the platform says otherwise. */
export const FULL_BUDGET = { poweredHours: 336, boots: 120, starts: 200 } as const;
/** A challenge is answered within so much uptime, or a new one stands in its place. */
export const CHALLENGE_LIFE_MS = 600_000;
/** Without an envelope version floors rise by so many since boot, and one more for each minute of uptime. */
export const FLOOR_STEPS_AT_BOOT = 16;
