/** What an installer writes: the sensor's calibration, and the door to the bootloader. Specification: README "Service". */
import type { Block } from "#protocol/chip/table.ts";

export const CALIBRATION = {
  address: 0x02c0,
  words: 13,
  space: "holding",
  access: "readWrite",
  en: "True value = sign × gain × (reading − offset); kept over power loss",
  fields: [
    { name: "counter", at: 0, words: 2, type: "u32", en: "Write: above the last counter accepted; read: that counter", zh: "计数" },
    { name: "currentGain", at: 2, words: 1, type: "u16", per: 10_000, en: "Current: gain, 0.5 to 2", zh: "电流增益" },
    { name: "currentOffsetAmps", at: 3, words: 1, type: "s16", per: 10, en: "Current: reading at 0 A", zh: "电流零点" },
    { name: "currentReversed", at: 4, words: 1, type: "u16", en: "Current: 1 = the sensor is mounted the other way", zh: "电流反向" },
    { name: "voltageGain", at: 5, words: 1, type: "u16", per: 10_000, en: "Voltage: gain, 0.5 to 2", zh: "电压增益" },
    { name: "voltageOffsetVolts", at: 6, words: 1, type: "s16", per: 100, en: "Voltage: reading at 0 V", zh: "电压零点" },
    { name: "voltageReversed", at: 7, words: 1, type: "u16", en: "Voltage: 1 = the leads are the other way round", zh: "电压反向" },
    { name: "lock", at: 8, words: 1, type: "u16", en: "Write: 1 = the last write, only an envelope unlocks; read: locked", zh: "锁定" },
    { name: "mac", at: 9, words: 4, type: "bytes", en: "Link MAC, tag arcgate-calibration/1", zh: "校验" },
  ],
} as const satisfies Block;

export const UPDATE = {
  address: 0x02e0,
  words: 9,
  space: "holding",
  access: "write",
  en: "Leaves the application for the silicon's bootloader; only with the contactor open and without current",
  fields: [
    { name: "counter", at: 0, words: 2, type: "u32", en: "Above the last counter accepted", zh: "计数" },
    { name: "entry", at: 2, words: 1, type: "u16", en: "0x4655, 'FU'", zh: "升级入口" },
    { name: "firmware", at: 3, words: 2, type: "u32", en: "Firmware to be written, at least the one that runs", zh: "目标固件" },
    { name: "mac", at: 5, words: 4, type: "bytes", en: "Link MAC, tag arcgate-update/1", zh: "校验" },
  ],
} as const satisfies Block;

export const UPDATE_ENTRY = 0x4655;
/** A bootloader to which nobody speaks goes back to the application: a boot. */
export const BOOTLOADER_WAIT_MS = 10_000;
export const GAIN_RANGE = { least: 0.5, most: 2 } as const;
