import type { ScannerCommand, ScannerModel } from "#protocol/scanner/model.ts";

/** Registers ("zone bits") of the module that are used here. */
export const GM65_REGISTERS = { mode: 0x0000, trigger: 0x0002, readTime: 0x0006, tail: 0x0060 } as const;

const COMMAND_HEAD = [0x7e, 0x00];
const ANSWER_HEAD = [0x02, 0x00];
/** Types of commands; 09 saves the registers to flash and is never sent. */
export const GM65_TYPES = { read: 0x07, write: 0x08, save: 0x09 } as const;
/** In the place of a CRC: the module does not check. */
export const GM65_NO_CRC = 0xabcd;

/** CRC-CCITT: polynomial 1021, start 0, over type, length, address and data. It goes on the wire high byte first. */
export function crcCcitt(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc;
}

/** `7E 00 08 01 address value CRC`: one register, in RAM. */
function gm65Write(register: number, value: number): Uint8Array {
  return withCrc(COMMAND_HEAD, [GM65_TYPES.write, 0x01, register >> 8, register & 0xff, value]);
}

/** `02 00 00 length data CRC`: to a write one zero byte, to a read the registers asked for. */
export function gm65Answer(data: readonly number[]): Uint8Array {
  return withCrc(ANSWER_HEAD, [0x00, data.length, ...data]);
}

function withCrc(head: readonly number[], body: readonly number[]): Uint8Array {
  const crc = crcCcitt(Uint8Array.from(body));
  return Uint8Array.of(...head, ...body, crc >> 8, crc & 0xff);
}

/** Lamp and buzzer at a good read, light and aim while reading, reads when told to. */
const MODE_COMMANDED = 0xd5;
/** CR LF after each code. */
const TAIL_CRLF = 0x21;
/** Tenths of a second. */
const READ_TIME = 50;

function write(name: string, register: number, value: number, en: string, zh: string): ScannerCommand {
  return { name, bytes: gm65Write(register, value), answered: true, en, zh };
}

/** GROW GM65 and its many relatives. */
export const GM65 = {
  name: "gm65",
  source: "GM65 barcode reader module user manual",
  line: { baudRate: 9600, dataBits: 8, parity: "none", stopBits: 1 },
  wake: null,
  configure: [
    write("mode", GM65_REGISTERS.mode, MODE_COMMANDED, "Reads on command", "命令触发模式"),
    write("tail", GM65_REGISTERS.tail, TAIL_CRLF, "CR LF after each code", "条码后加 CRLF"),
    write("readTime", GM65_REGISTERS.readTime, READ_TIME, "A trigger reads for 5 s", "单次读码 5 秒"),
  ],
  arm: [write("trigger", GM65_REGISTERS.trigger, 0x01, "Read now", "触发读码")],
  armedMs: 5_000,
  stop: write("stop", GM65_REGISTERS.trigger, 0x00, "Stop reading", "停止读码"),
  answers: [{ means: "done", bytes: gm65Answer([0x00]) }],
  endsCodes: true,
} as const satisfies ScannerModel;
