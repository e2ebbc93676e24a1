import type { ScannerAnswer, ScannerCommand, ScannerModel } from "#protocol/scanner/model.ts";

/** What the module puts before the end of the tag that it repeats: done, an unknown tag, a value out of range. */
export const N3680_STATUS = { done: 0x06, unknown: 0x05, outOfRange: 0x15 } as const;
/** `SYN M CR` begins a menu command, `SYN T CR` reads, `SYN U CR` stops. */
export const N3680_PREFIX = {
  menu: Uint8Array.of(0x16, 0x4d, 0x0d),
  start: Uint8Array.of(0x16, 0x54, 0x0d),
  stop: Uint8Array.of(0x16, 0x55, 0x0d),
};
/** Ends a menu command. `.` would write the value to flash. */
export const N3680_END = { volatile: "!", kept: "." } as const;

/** The tag repeated, with the status before its end. */
export function n3680Answer(tag: string, status: number, end: string): Uint8Array {
  return Uint8Array.of(...ascii(tag), status, ...ascii(end));
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function menu(name: string, tag: string, en: string, zh: string): ScannerCommand {
  return { name, bytes: Uint8Array.of(...N3680_PREFIX.menu, ...ascii(tag + N3680_END.volatile)), answered: true, en, zh };
}

const TAGS = { mode: "TRGMOD0", tail: "SUFBK2990D0A", readTime: "TRGSTO5000" } as const;
const MODE = menu("mode", TAGS.mode, "Reads on command", "命令触发模式");

function answersTo(tag: string): ScannerAnswer[] {
  return Object.values(N3680_STATUS).map((status) => ({
    means: status === N3680_STATUS.done ? "done" : "refused",
    bytes: n3680Answer(tag, status, N3680_END.volatile),
  }));
}

/** Honeywell N3680. A trigger has no answer, so the mode is set with each: its answer shows that the module hears. */
export const N3680 = {
  name: "n3680",
  source: "Honeywell N3680 series user guide",
  line: { baudRate: 115_200, dataBits: 8, parity: "none", stopBits: 1 },
  wake: null,
  configure: [
    MODE,
    menu("tail", TAGS.tail, "CR LF after each code", "条码后加 CRLF"),
    menu("readTime", TAGS.readTime, "A trigger reads for 5 s", "单次读码 5 秒"),
  ],
  arm: [MODE, { name: "start", bytes: N3680_PREFIX.start, answered: false, en: "Read now", zh: "触发读码" }],
  armedMs: 5_000,
  stop: { name: "stop", bytes: N3680_PREFIX.stop, answered: false, en: "Stop reading", zh: "停止读码" },
  answers: Object.values(TAGS).flatMap(answersTo),
  endsCodes: true,
} as const satisfies ScannerModel;
