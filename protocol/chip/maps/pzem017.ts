import type { MeterMap } from "#protocol/chip/maps/foreign.ts";
import type { Block } from "#protocol/chip/table.ts";

const LIVE = {
  address: 0x0000,
  words: 8,
  space: "input",
  access: "read",
  en: "What the meter reads now",
  fields: [
    { name: "voltageVolts", at: 0, words: 1, type: "u16", per: 100, en: "Voltage", zh: "电压" },
    { name: "currentAmps", at: 1, words: 1, type: "u16", per: 100, en: "Current", zh: "电流" },
    { name: "powerWatts", at: 2, words: 2, type: "u32", per: 10, lowWordFirst: true, en: "Power", zh: "功率" },
    { name: "energyWattHours", at: 4, words: 2, type: "u32", lowWordFirst: true, en: "Energy", zh: "电能" },
    { name: "voltageHighAlarm", at: 6, words: 1, type: "u16", en: "0xFFFF = voltage above its threshold", zh: "过压报警" },
    { name: "voltageLowAlarm", at: 7, words: 1, type: "u16", en: "0xFFFF = voltage below its threshold", zh: "欠压报警" },
  ],
} as const satisfies Block;

const SETUP = {
  address: 0x0000,
  words: 4,
  space: "holding",
  access: "readWrite",
  en: "Thresholds, address and shunt",
  fields: [
    { name: "highAlarmVolts", at: 0, words: 1, type: "u16", per: 100, en: "Alarm above", zh: "过压阈值" },
    { name: "lowAlarmVolts", at: 1, words: 1, type: "u16", per: 100, en: "Alarm below", zh: "欠压阈值" },
    { name: "slaveAddress", at: 2, words: 1, type: "u16", en: "Modbus address, 1 to 247", zh: "从机地址" },
    { name: "shunt", at: 3, words: 1, type: "u16", en: "Shunt fitted: 0 = 100 A, 1 = 50 A, 2 = 200 A, 3 = 300 A", zh: "分流器量程" },
  ],
} as const satisfies Block;

/** A DC meter on a shunt. Its 300 A ceiling is too low for machines of 400 A and more. */
export const PZEM_017 = {
  name: "pzem-017",
  source: "PZEM-017 user manual",
  blocks: { LIVE, SETUP },
  line: { baudRate: 9600, dataBits: 8, parity: "none", stopBits: 2 },
  recognition: {
    reads: [
      { block: SETUP, ownAddress: "slaveAddress", oneOf: { shunt: [0, 1, 2, 3] } },
      { block: LIVE, within: { voltageVolts: [0, 320] }, oneOf: { voltageHighAlarm: [0, 0xffff], voltageLowAlarm: [0, 0xffff] } },
    ],
    certain: true,
    otherLines: [],
    remarks: [
      { zh: "最大 300 A，不适用于 400 A 及以上焊机", en: "300 A at most: too little for machines of 400 A and more" },
      { zh: "只测直流，不分正负", en: "Direct current only, without sign: a reversed sensor is not seen" },
    ],
  },
  meter: {
    live: LIVE,
    voltsField: "voltageVolts",
    ampsField: "currentAmps",
    rangeAmps: 300,
    range: { block: SETUP, field: "shunt", amps: [100, 50, 200, 300] },
  },
} as const satisfies MeterMap;
