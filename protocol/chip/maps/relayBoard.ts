import type { RelayMap } from "#protocol/chip/maps/foreign.ts";
import type { Block } from "#protocol/chip/table.ts";

const COILS = {
  address: 0x0000,
  words: 8,
  space: "coil",
  access: "readWrite",
  en: "The relays themselves: FC05 FF00 closes, 0000 opens, FC01 reads back",
  fields: [
    { name: "relay1", at: 0, words: 1, type: "u16", en: "Relay 1", zh: "继电器 1" },
    { name: "relay2", at: 1, words: 1, type: "u16", en: "Relay 2", zh: "继电器 2" },
    { name: "relay3", at: 2, words: 1, type: "u16", en: "Relay 3", zh: "继电器 3" },
    { name: "relay4", at: 3, words: 1, type: "u16", en: "Relay 4", zh: "继电器 4" },
    { name: "relay5", at: 4, words: 1, type: "u16", en: "Relay 5", zh: "继电器 5" },
    { name: "relay6", at: 5, words: 1, type: "u16", en: "Relay 6", zh: "继电器 6" },
    { name: "relay7", at: 6, words: 1, type: "u16", en: "Relay 7", zh: "继电器 7" },
    { name: "relay8", at: 7, words: 1, type: "u16", en: "Relay 8", zh: "继电器 8" },
  ],
} as const satisfies Block;

const FLASH_ON = {
  address: 0x0200,
  words: 8,
  space: "coil",
  access: "write",
  en: "FC05 with a count of 100 ms, 7FFF at most: the relay closes for so long, then opens by itself",
  fields: COILS.fields,
} as const satisfies Block;

/** Boards have from one relay to many: the first is always there. */
const FIRST_COIL = {
  ...COILS,
  words: 1,
  access: "read",
  en: "The manual's frame that reads relay 1",
  fields: [COILS.fields[0]],
} as const satisfies Block;

const OWN_ADDRESS = {
  address: 0x4000,
  words: 1,
  space: "holding",
  access: "read",
  en: "The board's own address",
  fields: [{ name: "slaveAddress", at: 0, words: 1, type: "u16", en: "Modbus address", zh: "从机地址" }],
} as const satisfies Block;

const VERSION = {
  address: 0x8000,
  words: 1,
  space: "holding",
  access: "read",
  en: "The board's firmware",
  fields: [{ name: "version", at: 0, words: 1, type: "u16", per: 100, en: "2.00 and later: protocol V2", zh: "固件版本" }],
} as const satisfies Block;

const FACTORY_LINE = { baudRate: 9600, dataBits: 8, parity: "none", stopBits: 1 } as const;

/** A board that only knows on and off: it stays closed when its master dies, so it serves no machine of class `enforced`. */
export const PLAIN_RELAY = {
  name: "relay-plain",
  source: "The common eight-relay boards; 01 05 00 00 FF 00 8C 3A closes relay 1",
  blocks: { COILS },
  line: FACTORY_LINE,
  recognition: {
    reads: [{ block: FIRST_COIL }],
    certain: false,
    otherLines: [],
    remarks: [
      {
        zh: "有可读的线圈，像继电器板；也可能是其他有线圈的设备",
        en: "It has coils that can be read, as relay boards do; other devices have such too",
      },
      {
        zh: "能否定时断开只有写入才能知道：无依据时按不能处理",
        en: "Whether it has a timed output only a write could tell: without other evidence it is taken to have none",
      },
    ],
  },
  relay: { coilBase: COILS.address, coils: COILS.words },
} as const satisfies RelayMap;

/** A board with a timed output. That issuing it again starts the time anew is to be tried on each type of board when it is commissioned. */
export const FLASH_ON_RELAY = {
  name: "relay-flash-on",
  source: "Waveshare Modbus RTU Relay, development protocol V2; 01 05 02 00 00 07 8D B0 closes relay 1 for 700 ms",
  blocks: { COILS, FLASH_ON, OWN_ADDRESS, VERSION },
  line: FACTORY_LINE,
  recognition: {
    reads: [{ block: FIRST_COIL }, { block: OWN_ADDRESS, ownAddress: "slaveAddress" }, { block: VERSION, within: { version: [2, 9.99] } }],
    certain: true,
    otherLines: [],
    remarks: [
      {
        zh: "按固件版本应支持定时断开；能否反复续时须在调试时实测",
        en: "By its firmware it has timed outputs; that issuing one again starts the time anew is tried at commissioning",
      },
    ],
  },
  relay: {
    coilBase: COILS.address,
    coils: COILS.words,
    flashOn: { coilBase: FLASH_ON.address, unitMs: 100, unitsMax: 0x7fff, leaseMs: 8_000 },
  },
} as const satisfies RelayMap;
