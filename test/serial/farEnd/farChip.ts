import {
  CHIP_MAGIC,
  IDENTITY,
  LEASE,
  LEASE_RESULTS,
  PAGE,
  PAGE_RECORDS_MAX,
  SETTINGS,
  STATUS,
  TOTALS,
  WINDOW,
} from "#protocol/chip/arcgateChip.ts";
import { bytesToWords, decodeBlock, encodeBlock, wordsToBytes } from "#protocol/chip/codec.ts";
import { decodeLease, encodePage, isAuthentic, type LeaseOrder, type LinkSecret, seal } from "#protocol/chip/link.ts";
import type { Window } from "#protocol/chip/window.ts";
import type { FarDevice } from "#test/serial/farEnd/farSlaves.ts";

const WINDOW_MS = 100;
export const DEVICE = "370983ZABCD00000001X";

/** As much of the chip as the driver can see: registers, counters, a ring of windows. It welds what the test puts into the ring. */
export class FarChip implements FarDevice {
  readonly key: Uint8Array;
  readonly leases: LeaseOrder[] = [];
  readonly settingsWritten: number[] = [];
  deviceCode = DEVICE;
  magic = CHIP_MAGIC;
  bootNonce = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  arcMinAmps = 15;
  counter = 0;
  lostWindows = 0;
  /** What it says of every order, whatever it is. */
  verdict: (typeof LEASE_RESULTS)[number] | undefined;
  ignoresSettings = false;
  ring: Window[] = [];
  #nextSeq = 0;
  #lastResult: (typeof LEASE_RESULTS)[number] = "none";
  #closed = false;

  constructor(key: Uint8Array) {
    this.key = Uint8Array.from(key);
  }

  get secret(): LinkSecret {
    return { key: this.key, bootNonce: this.bootNonce };
  }

  get nextSeq(): number {
    return this.#nextSeq;
  }

  reboot(nonceByte: number): void {
    this.bootNonce = new Uint8Array(8).fill(nonceByte);
    this.counter = 0;
    this.ring = [];
    this.#nextSeq = 0;
    this.#closed = false;
  }

  weld(windows: number): void {
    for (let count = 0; count < windows; count++) this.#push({ run: 1, currentMeanAmps: 100 + (this.#nextSeq % 50), arcMs: WINDOW_MS });
  }

  idle(windows: number): void {
    this.#push({ run: windows, currentMeanAmps: 0, arcMs: 0 });
  }

  /** The ring overran: windows below `seq` are gone. */
  overrun(seq: number): void {
    this.ring = this.ring.filter((window) => window.seq >= seq);
    this.lostWindows += seq;
  }

  answer(functionCode: number, data: DataView): Uint8Array | number | undefined {
    if (functionCode === 3) return this.#read(data.getUint16(0), data.getUint16(2));
    if (functionCode === 16) return this.#writeSettings(data);
    if (functionCode === 23) return this.#exchange(data);
    return 1;
  }

  #push(part: { run: number; currentMeanAmps: number; arcMs: number }): void {
    const amps = part.currentMeanAmps;
    this.ring.push({
      seq: this.#nextSeq,
      closed: this.#closed,
      sensorMissing: false,
      invalid: false,
      voltageMeanVolts: 24,
      voltageRmsVolts: 24,
      voltagePeakVolts: 25,
      currentRmsAmps: amps,
      currentPeakAmps: amps,
      shortMs: 0,
      arcFirstMs: 0,
      arcLastMs: part.arcMs,
      shorts: 0,
      strikes: 0,
      ...part,
    });
    this.#nextSeq += part.run;
  }

  #read(address: number, words: number): Uint8Array | number {
    if (address === IDENTITY.address && words === IDENTITY.words) return counted(this.#identity());
    if (address === TOTALS.address && words === TOTALS.words) return counted(seal(TOTALS, TOTALS_VALUES, this.secret));
    if (address === PAGE.address && words >= PAGE.words) return counted(this.#page(0, words));
    return 2;
  }

  #identity(): Uint16Array {
    return encodeBlock(IDENTITY, {
      magic: this.magic,
      mapVersion: 1,
      firmware: 0x0001_0203,
      uid: new Uint8Array(12).fill(7),
      deviceCode: this.deviceCode,
      macAlgorithm: 1,
      bootNonce: this.bootNonce,
      bootCount: 3,
      windowMs: WINDOW_MS,
      ringDepth: 600,
      sensorRangeAmps: 500,
      sensorRangeVolts: 100,
      arcMinAmps: this.arcMinAmps,
      alternating: 0,
      leaseCounter: this.counter,
      session: 9,
    });
  }

  #writeSettings(data: DataView): Uint8Array | number {
    const words = bytesToWords(new Uint8Array(data.buffer, data.byteOffset + 5, SETTINGS.words * 2));
    const values = decodeBlock(SETTINGS, words);
    if (this.ignoresSettings) return new Uint8Array(data.buffer, data.byteOffset, 4);
    if (!isAuthentic(SETTINGS, words, this.secret) || values.counter <= this.counter) return 3;
    this.counter = values.counter;
    this.arcMinAmps = values.arcMinAmps;
    this.settingsWritten.push(values.arcMinAmps);
    return new Uint8Array(data.buffer, data.byteOffset, 4);
  }

  #exchange(data: DataView): Uint8Array | number {
    if (data.getUint16(0) !== PAGE.address || data.getUint16(4) !== LEASE.address) return 2;
    const words = bytesToWords(new Uint8Array(data.buffer, data.byteOffset + 9, LEASE.words * 2));
    const lease = decodeLease(words);
    if (!lease) return 3;
    this.#lastResult = this.#take(words, lease);
    return counted(this.#page(lease.readFrom, data.getUint16(2)));
  }

  #take(words: Uint16Array, lease: LeaseOrder): (typeof LEASE_RESULTS)[number] {
    if (this.verdict) return this.verdict;
    if (!isAuthentic(LEASE, words, this.secret)) return "badMac";
    if (lease.counter <= this.counter) return "staleCounter";
    this.counter = lease.counter;
    this.leases.push(lease);
    this.#closed = lease.mode !== "open";
    this.ring = this.ring.filter((window) => window.seq + window.run > lease.confirmedBelow);
    return "accepted";
  }

  #page(readFrom: number, words: number): Uint16Array {
    const room = Math.min(PAGE_RECORDS_MAX, Math.floor((words - PAGE.words) / WINDOW.words));
    const windows = this.ring.filter((window) => window.seq + window.run > readFrom).slice(0, room);
    const first = windows[0];
    if (first && first.seq < readFrom) windows[0] = { ...first, run: first.seq + first.run - readFrom, seq: readFrom };
    const header = {
      status: this.#closed ? STATUS.commandedClosed | STATUS.mirrorClosed | STATUS.leaseHeld : 0,
      fault: 0,
      openedBy: 0,
      leaseRemainingMs: this.#closed ? 8_000 : 0,
      uptimeMs: 1_000,
      leaseCounter: this.counter,
      leaseResult: LEASE_RESULTS.indexOf(this.#lastResult),
      voltageVolts: 24,
      currentAmps: 120,
      startPresses: 0,
      firstSeq: windows[0]?.seq ?? readFrom,
      records: windows.length,
      nextSeq: this.#nextSeq,
      lostWindows: this.lostWindows,
      mac: new Uint8Array(8),
    };
    const page = new Uint16Array(words);
    page.set(encodePage(header, windows, WINDOW_MS, this.secret));
    return page;
  }
}

const TOTALS_VALUES = {
  session: 9,
  arcMs: 61_000,
  chargeAmpereSeconds: 7_000,
  energyJoules: 160_000,
  strikes: 6,
  shorts: 40,
  shortMs: 300,
  closedMs: 90_000,
  lastSeq: 900,
  bootCount: 3,
  closed: 1,
  reserved: 0,
  mac: new Uint8Array(8),
};

function counted(words: Uint16Array): Uint8Array {
  return Uint8Array.from([words.length * 2, ...wordsToBytes(words)]);
}
