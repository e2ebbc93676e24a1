import type { ScannerCommand, ScannerModel } from "#protocol/scanner/model.ts";

/** Operation codes of the module's frames: `length opcode source status data… checksum`. */
export const GM72_OPCODES = { parameters: 0xc6, done: 0xd0, refused: 0xd1, start: 0xe4, stop: 0xe5 } as const;
/** Who speaks. */
const HOST = 0x04;
const MODULE = 0x00;
/** Bit of the status byte: keep the parameter in flash. Never set here. */
export const GM72_KEEP = 0x08;
/** Parameter: when the module reads. */
export const GM72_TRIGGER = { parameter: 0x8a, onCommand: 0x08 } as const;
/** Reasons of a refusal: say it again, not now, never. */
export const GM72_REASONS = { again: 0x01, notNow: 0x02, denied: 0x06 } as const;

/** The two's complement of the sum of all bytes before it, 16 bits, high byte first. The length counts them all but the checksum. */
export function gm72Frame(opcode: number, source: number, data: readonly number[]): Uint8Array {
  const body = [4 + data.length, opcode, source, 0x00, ...data];
  const sum = -body.reduce((total, byte) => total + byte, 0) & 0xffff;
  return Uint8Array.of(...body, sum >> 8, sum & 0xff);
}

export function gm72Done(): Uint8Array {
  return gm72Frame(GM72_OPCODES.done, MODULE, []);
}

export function gm72Refused(reason: number): Uint8Array {
  return gm72Frame(GM72_OPCODES.refused, MODULE, [reason]);
}

function command(name: string, opcode: number, data: readonly number[], en: string, zh: string): ScannerCommand {
  return { name, bytes: gm72Frame(opcode, HOST, data), answered: true, en, zh };
}

/** Without a beep for the parameter (FF). */
const ON_COMMAND = [0xff, GM72_TRIGGER.parameter, GM72_TRIGGER.onCommand];

/** GROW GM72. It sleeps when it has nothing to do. */
export const GM72 = {
  name: "gm72",
  source: "GM72 barcode reader module user manual",
  line: { baudRate: 9600, dataBits: 8, parity: "none", stopBits: 1 },
  wake: { bytes: Uint8Array.of(0x00), pauseMs: 50 },
  configure: [command("mode", GM72_OPCODES.parameters, ON_COMMAND, "Reads on command", "命令触发模式")],
  arm: [command("start", GM72_OPCODES.start, [], "Read now", "触发读码")],
  armedMs: 5_000,
  stop: command("stop", GM72_OPCODES.stop, [], "Stop reading", "停止读码"),
  answers: [
    { means: "done", bytes: gm72Done() },
    ...Object.values(GM72_REASONS).map((reason) => ({ means: "refused" as const, bytes: gm72Refused(reason) })),
  ],
  endsCodes: false,
} as const satisfies ScannerModel;
