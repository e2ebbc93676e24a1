import { bytesToWords, wordsToBytes } from "#protocol/chip/codec.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { Chip } from "#simulator/chip/machine/chip.ts";
import { EXCEPTION, type Exception, readRegisters } from "#simulator/chip/machine/registers.ts";
import { writeRegisters } from "#simulator/chip/machine/writes.ts";
import { identify } from "#simulator/chip/wire/identification.ts";

const READ_MOST = 125;
const WRITE_MOST = 123;
const READ_WRITE_MOST = 121;

/** Answers one request's PDU (Modbus application protocol, section 6). The chip has been advanced to now. */
export function answer(chip: Chip, pdu: Uint8Array): Uint8Array {
  const code = pdu[0] ?? 0;
  const view = new DataView(pdu.buffer, pdu.byteOffset, pdu.byteLength);
  const result = chip.presence.foreign ? foreignAnswer(code, view) : serve(chip, code, view, pdu);
  return typeof result === "number" ? Uint8Array.of(code | 0x80, result) : result;
}

function serve(chip: Chip, code: number, view: DataView, pdu: Uint8Array): Uint8Array | Exception {
  switch (code) {
    case 0x03:
    case 0x04:
      return pdu.length === 5 ? read(chip, code, view.getUint16(1), view.getUint16(3)) : EXCEPTION.illegalValue;
    case 0x06:
      return pdu.length === 5 ? writeOne(chip, pdu, view) : EXCEPTION.illegalValue;
    case 0x10:
      return writeMany(chip, pdu, view);
    case 0x17:
      return readWrite(chip, pdu, view);
    case 0x2b:
      return identify(chip, pdu) ?? EXCEPTION.illegalValue;
    default:
      return EXCEPTION.illegalFunction;
  }
}

function read(chip: Chip, code: number, address: number, count: number): Uint8Array | Exception {
  if (count < 1 || count > READ_MOST) return EXCEPTION.illegalValue;
  if (address + count > 0x10000) return EXCEPTION.illegalAddress;
  const words = readRegisters(chip, address, count);
  return typeof words === "number" ? words : Uint8Array.of(code, count * 2, ...wordsToBytes(words));
}

function writeOne(chip: Chip, pdu: Uint8Array, view: DataView): Uint8Array | Exception {
  return write(chip, view.getUint16(1), pdu.subarray(3, 5)) ?? pdu;
}

function writeMany(chip: Chip, pdu: Uint8Array, view: DataView): Uint8Array | Exception {
  if (pdu.length < 8) return EXCEPTION.illegalValue;
  const count = view.getUint16(3);
  if (count < 1 || count > WRITE_MOST || pdu[5] !== count * 2 || pdu.length !== 6 + count * 2) return EXCEPTION.illegalValue;
  return write(chip, view.getUint16(1), pdu.subarray(6)) ?? pdu.slice(0, 5);
}

/** The write comes before the read (6.17): the page that is read shows what became of the lease that is written. */
function readWrite(chip: Chip, pdu: Uint8Array, view: DataView): Uint8Array | Exception {
  if (pdu.length < 12) return EXCEPTION.illegalValue;
  const readCount = view.getUint16(3);
  const writeCount = view.getUint16(7);
  if (readCount < 1 || readCount > READ_MOST || writeCount < 1 || writeCount > READ_WRITE_MOST) return EXCEPTION.illegalValue;
  if (pdu[9] !== writeCount * 2 || pdu.length !== 10 + writeCount * 2) return EXCEPTION.illegalValue;
  return write(chip, view.getUint16(5), pdu.subarray(10)) ?? read(chip, 0x17, view.getUint16(1), readCount);
}

/** A memory that fails is the chip's own failure, not the master's. */
function write(chip: Chip, address: number, bytes: Uint8Array): Exception | undefined {
  try {
    return writeRegisters(chip, address, bytesToWords(bytes));
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return EXCEPTION.deviceFailure;
  }
}

/** Another kind of device at the address: a small meter of eight input registers, as PZEM-017 is. */
function foreignAnswer(code: number, view: DataView): Uint8Array | Exception {
  if (code !== 0x04) return EXCEPTION.illegalFunction;
  if (view.byteLength !== 5) return EXCEPTION.illegalValue;
  const address = view.getUint16(1);
  const count = view.getUint16(3);
  if (count < 1 || address + count > FOREIGN_REGISTERS.length) return EXCEPTION.illegalAddress;
  return Uint8Array.of(code, count * 2, ...wordsToBytes(FOREIGN_REGISTERS.slice(address, address + count)));
}

const FOREIGN_REGISTERS = [6_843, 12, 8, 0, 120, 0, 0, 0];
