import type { MeterMap } from "#protocol/chip/maps/foreign.ts";
import type { Block } from "#protocol/chip/table.ts";

const TEMPERATURE = {
  address: 5,
  words: 1,
  space: "holding",
  access: "read",
  en: "The meter's own temperature",
  fields: [{ name: "temperatureCelsius", at: 0, words: 1, type: "s16", per: 10, en: "Temperature", zh: "温度" }],
} as const satisfies Block;

const ENERGY = {
  address: 12,
  words: 2,
  space: "holding",
  access: "read",
  en: "Energy counted",
  fields: [{ name: "energyKilowattHours", at: 0, words: 2, type: "u32", per: 10_000, en: "Energy", zh: "电能" }],
} as const satisfies Block;

const LIVE = {
  address: 50,
  words: 6,
  space: "holding",
  access: "read",
  en: "What the meter reads now, IEEE 754, high word first",
  fields: [
    { name: "voltageVolts", at: 0, words: 2, type: "f32", en: "Voltage", zh: "电压" },
    { name: "currentAmps", at: 2, words: 2, type: "f32", en: "Current, signed", zh: "电流" },
    { name: "powerKilowatts", at: 4, words: 2, type: "f32", en: "Power", zh: "功率" },
  ],
} as const satisfies Block;

const FACTORY_LINE = { baudRate: 9600, dataBits: 8, parity: "none", stopBits: 1 } as const;

/** A DC energy meter for shunts and Hall sensors. Its manual names 9600 and 38400 baud: probe both. */
export const DJSF_1352 = {
  name: "djsf1352-rn",
  source: "Acrel DJSF1352-RN user manual",
  blocks: { TEMPERATURE, ENERGY, LIVE },
  line: FACTORY_LINE,
  recognition: {
    reads: [
      { block: LIVE, within: { voltageVolts: [-2_000, 2_000], currentAmps: [-20_000, 20_000], powerKilowatts: [-40_000, 40_000] } },
      { block: TEMPERATURE, within: { temperatureCelsius: [-40, 100] } },
      { block: ENERGY },
    ],
    certain: false,
    otherLines: [{ ...FACTORY_LINE, baudRate: 38_400 }],
    remarks: [
      { zh: "读数与该型号相符，但无型号寄存器：请核对铭牌", en: "Its readings fit, but no register names its make: see its plate" },
      { zh: "电流量程无法读出，按 500 A 计", en: "Its current range cannot be read: 500 A is assumed" },
    ],
  },
  meter: { live: LIVE, voltsField: "voltageVolts", ampsField: "currentAmps", rangeAmps: 500 },
} as const satisfies MeterMap;
