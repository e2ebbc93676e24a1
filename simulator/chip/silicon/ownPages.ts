/**
 * What makes a chip a device's own, in the last two pages of its flash, written in turn: magic, sequence, the PROVISION block as it came,
 * calibration with its lock, CRC-32. The page that is not the newest is erased and written, so that power may go at any instant:
 * what counts is the newest page that is whole.
 */
import { crc32 } from "node:zlib";
import { OWN_PAGES } from "#protocol/boot/silicon.ts";
import { bytesToWords, decodeBlock, encodeBlock, wordsToBytes } from "#protocol/chip/codec.ts";
import { decodeProvision, PROVISION, type Provision } from "#protocol/chip/provision.ts";
import { CALIBRATION } from "#protocol/chip/service.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { Calibration } from "#simulator/chip/sensing/calibration.ts";
import type { FlashMemory } from "#simulator/chip/silicon/flash.ts";

export interface Own {
  /** The PROVISION block, word for word. */
  block: Uint16Array;
  provision: Provision;
  calibration: Calibration;
  isLocked: boolean;
}

const MAGIC = 0x4147;
const BLOCK_AT = 6;
const CALIBRATION_AT = BLOCK_AT + 2 * PROVISION.words;
const CRC_AT = CALIBRATION_AT + 2 * CALIBRATION.words;
const RECORD_BYTES = CRC_AT + 4;
const NO_MAC = new Uint8Array(8);

interface Found {
  page: number;
  sequence: number;
  own: Own;
}

export class OwnPages {
  readonly #flash: FlashMemory;
  readonly #pages: readonly number[];

  constructor(flash: FlashMemory) {
    this.#flash = flash;
    const { pages } = flash.silicon;
    this.#pages = Array.from({ length: OWN_PAGES }, (_, index) => pages - OWN_PAGES + index);
  }

  /** Null in a bare chip. */
  read(): Own | null {
    return this.#newest()?.own ?? null;
  }

  /** Writes nothing where nothing is new. Throws `chip.badMemory` when the flash does not take it. */
  write(own: Omit<Own, "provision">): void {
    const newest = this.#newest();
    const [first = 0] = this.#pages;
    const record = recordOf(own, (newest?.sequence ?? 0) + 1);
    if (newest && sameContent(record, this.#record(newest.page))) return;
    const page = this.#pages.find((candidate) => candidate !== newest?.page) ?? first;
    this.#flash.erase([page]);
    this.#flash.program(page * this.#flash.silicon.pageBytes, record);
    if (Buffer.compare(this.#record(page), record) !== 0) throw new CodedError("chip.badMemory", `page ${page} of the flash`);
  }

  #newest(): Found | null {
    const found = this.#pages.map((page) => this.#find(page)).filter((candidate) => candidate !== null);
    return found.sort((left, right) => right.sequence - left.sequence)[0] ?? null;
  }

  #find(page: number): Found | null {
    const record = this.#record(page);
    const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
    if (view.getUint16(0) !== MAGIC || view.getUint32(CRC_AT) !== crc32(record.subarray(0, CRC_AT))) return null;
    const block = bytesToWords(record.slice(BLOCK_AT, CALIBRATION_AT));
    const provision = decodeProvision(block);
    if (!provision) return null;
    const {
      counter: _counter,
      mac: _mac,
      lock,
      ...calibration
    } = decodeBlock(CALIBRATION, bytesToWords(record.slice(CALIBRATION_AT, CRC_AT)));
    return { page, sequence: view.getUint32(2), own: { block, provision, calibration, isLocked: lock === 1 } };
  }

  #record(page: number): Uint8Array {
    const at = page * this.#flash.silicon.pageBytes;
    return this.#flash.flash.subarray(at, at + RECORD_BYTES);
  }
}

function recordOf({ block, calibration, isLocked }: Omit<Own, "provision">, sequence: number): Uint8Array {
  const record = new Uint8Array(RECORD_BYTES);
  const view = new DataView(record.buffer);
  view.setUint16(0, MAGIC);
  view.setUint32(2, sequence);
  record.set(wordsToBytes(block), BLOCK_AT);
  record.set(wordsToBytes(encodeBlock(CALIBRATION, { ...calibration, counter: 0, lock: isLocked ? 1 : 0, mac: NO_MAC })), CALIBRATION_AT);
  view.setUint32(CRC_AT, crc32(record.subarray(0, CRC_AT)));
  return record;
}

function sameContent(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left.subarray(BLOCK_AT, CRC_AT), right.subarray(BLOCK_AT, CRC_AT)) === 0;
}
