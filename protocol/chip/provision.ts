/** What makes a bare chip a device's own: written once. Specification: README "Provisioning". */
import { decodeBlock, encodeBlock, wordsToBytes } from "#protocol/chip/codec.ts";
import type { Block, Decoded } from "#protocol/chip/table.ts";
import { digestOf, sameBytes } from "#protocol/crypto.ts";

export const PROVISION = {
  address: 0x0300,
  words: 50,
  space: "holding",
  access: "write",
  en: "Makes a bare chip a device's own, all at once; there only while the device code is empty",
  fields: [
    { name: "version", at: 0, words: 1, type: "u16", en: "1", zh: "版本" },
    { name: "deviceCode", at: 1, words: 10, type: "ascii", en: "Device code, 20 characters", zh: "设备编码" },
    { name: "address", at: 11, words: 1, type: "u16", en: "Slave address from the next boot on, 1 to 246", zh: "从站地址" },
    { name: "sensorRangeAmps", at: 12, words: 1, type: "u16", en: "Current sensor's range", zh: "电流量程" },
    { name: "sensorRangeVolts", at: 13, words: 1, type: "u16", en: "Voltage sensor's range", zh: "电压量程" },
    { name: "linkKey", at: 14, words: 16, type: "bytes", en: "Shared with the module", zh: "链路密钥" },
    { name: "budgetKey", at: 30, words: 16, type: "bytes", en: "Shared with the platform alone", zh: "额度密钥" },
    { name: "check", at: 46, words: 4, type: "bytes", en: "First 8 bytes of SHA-256 over the words before", zh: "校验" },
  ],
} as const satisfies Block;

/** Where a bare chip answers: no provisioned chip may have this address. */
export const BARE_ADDRESS = 247;
const CHECK_BYTES = 8;
const COVERED_WORDS = 46;

export type Provision = Omit<Decoded<typeof PROVISION>, "version" | "check">;

export function encodeProvision(provision: Provision): Uint16Array {
  const draft = encodeBlock(PROVISION, { ...provision, version: 1, check: new Uint8Array(CHECK_BYTES) });
  return encodeBlock(PROVISION, { ...provision, version: 1, check: checkOf(draft) });
}

/** Undefined when noise changed it, or it is of another version. */
export function decodeProvision(words: readonly number[] | Uint16Array): Provision | undefined {
  const { version, check, ...provision } = decodeBlock(PROVISION, words);
  return version === 1 && sameBytes(check, checkOf(words)) ? provision : undefined;
}

function checkOf(words: readonly number[] | Uint16Array): Uint8Array {
  return digestOf("ed25519", wordsToBytes(words.slice(0, COVERED_WORDS))).subarray(0, CHECK_BYTES);
}
