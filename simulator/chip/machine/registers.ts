import {
  CHIP_FAULTS,
  CHIP_MAGIC,
  CHIP_MAP_VERSION,
  IDENTITY,
  LEASE_RESULTS,
  OPENED_BY,
  PAGE,
  PAGE_RECORDS_MAX,
  STATUS,
  TOTALS,
  WINDOW,
} from "#protocol/chip/arcgateChip.ts";
import { encodeBlock } from "#protocol/chip/codec.ts";
import { encodePage, seal } from "#protocol/chip/link.ts";
import { CALIBRATION } from "#protocol/chip/service.ts";
import type { Block } from "#protocol/chip/table.ts";
import { VAULT } from "#protocol/chip/vault.ts";
import type { Chip } from "#simulator/chip/machine/chip.ts";

/** Modbus exception codes. */
export const EXCEPTION = { illegalFunction: 1, illegalAddress: 2, illegalValue: 3, deviceFailure: 4 } as const;
export type Exception = (typeof EXCEPTION)[keyof typeof EXCEPTION];

/** 1.0.0, of a chip without a part. */
export const FIRMWARE = (1 << 16) | (0 << 8) | 0;
const MOST_U32 = 0xffff_ffff;
const NO_MAC = new Uint8Array(8);
const PAGE_WORDS_MAX = PAGE.words + PAGE_RECORDS_MAX * WINDOW.words;

/** Reads `count` registers from `address`, or says why not. A read must stay within one block. */
export function readRegisters(chip: Chip, address: number, count: number): Uint16Array | Exception {
  if (within(IDENTITY, address, count)) return part(identityWords(chip), IDENTITY.address, address, count);
  if (within(TOTALS, address, count)) return part(totalsWords(chip), TOTALS.address, address, count);
  if (within(VAULT, address, count)) return part(vaultWords(chip), VAULT.address, address, count);
  if (within(CALIBRATION, address, count)) return part(calibrationWords(chip), CALIBRATION.address, address, count);
  if (address < PAGE.address || address + count > PAGE.address + PAGE_WORDS_MAX) return EXCEPTION.illegalAddress;
  const room = Math.floor((address + count - PAGE.address - PAGE.words) / WINDOW.words);
  return part(pageWords(chip, Math.max(0, room)), PAGE.address, address, count);
}

export function firmwareOf({ make }: Chip): number {
  return make.silicon?.firmware ?? FIRMWARE;
}

function identityWords(chip: Chip): Uint16Array {
  const { make, settings, memory } = chip;
  return encodeBlock(IDENTITY, {
    magic: CHIP_MAGIC,
    mapVersion: CHIP_MAP_VERSION,
    firmware: firmwareOf(chip),
    uid: make.uid,
    deviceCode: make.device,
    macAlgorithm: 1,
    bootNonce: make.bootNonce,
    bootCount: memory.bootCount,
    windowMs: make.windowMs,
    ringDepth: chip.ring.depth,
    sensorRangeAmps: make.sensor.rangeAmps,
    sensorRangeVolts: make.sensor.rangeVolts,
    arcMinAmps: settings.arcMinAmps,
    alternating: settings.alternating ? 1 : 0,
    leaseCounter: chip.desk.counter,
    session: chip.contactor.session,
  });
}

function totalsWords(chip: Chip): Uint16Array {
  const { totals } = chip.account;
  const whole = (value: number) => Math.min(MOST_U32, Math.round(value));
  return seal(
    TOTALS,
    {
      ...totals,
      arcMs: whole(totals.arcMs),
      chargeAmpereSeconds: whole(totals.chargeAmpereSeconds),
      energyJoules: whole(totals.energyJoules),
      strikes: whole(totals.strikes),
      shorts: whole(totals.shorts),
      shortMs: whole(totals.shortMs),
      closedMs: whole(totals.closedMs),
      closed: totals.closed ? 1 : 0,
      reserved: 0,
      mac: NO_MAC,
    },
    chip.desk.secret,
  );
}

function vaultWords(chip: Chip): Uint16Array {
  const { journalHead, poweredMinutes: _minutes, calibrationLocked: _kept, ...numbers } = chip.memory.vault;
  const values = {
    ...numbers,
    journalHead: Uint8Array.from(Buffer.from(journalHead, "hex")),
    calibrationLocked: chip.vault.isCalibrationLocked ? 1 : 0,
    challenge: chip.vault.challengeAt(chip.uptimeMs),
    mac: NO_MAC,
  };
  return seal(VAULT, values, chip.desk.secret);
}

function calibrationWords(chip: Chip): Uint16Array {
  const { calibration } = chip.memory;
  const values = { ...calibration, counter: chip.desk.counter, lock: chip.vault.isCalibrationLocked ? 1 : 0, mac: NO_MAC };
  return seal(CALIBRATION, values, chip.desk.secret);
}

function pageWords(chip: Chip, room: number): Uint16Array {
  const { firstSeq, windows } = chip.ring.read(chip.desk.readFrom, Math.min(room, PAGE_RECORDS_MAX));
  const { contactor, ring } = chip;
  const header = {
    status: statusBits(chip),
    fault: CHIP_FAULTS.indexOf(contactor.fault),
    openedBy: OPENED_BY.indexOf(contactor.openedBy),
    leaseRemainingMs: chip.leaseRemainingMs,
    uptimeMs: chip.uptimeMs % 2 ** 32,
    leaseCounter: chip.desk.counter,
    leaseResult: LEASE_RESULTS.indexOf(chip.desk.result),
    voltageVolts: chip.voltsNow,
    currentAmps: chip.ampsNow,
    startPresses: chip.panel.startPresses,
    firstSeq,
    records: windows.length,
    nextSeq: ring.nextSeq,
    lostWindows: ring.lostWindows,
    mac: NO_MAC,
  };
  return encodePage(header, windows, chip.make.windowMs, chip.desk.secret);
}

function statusBits(chip: Chip): number {
  const { contactor } = chip;
  const bits: readonly [boolean, number][] = [
    [contactor.commandedClosed, STATUS.commandedClosed],
    [chip.contact.mirrorClosed, STATUS.mirrorClosed],
    [contactor.eStop, STATUS.eStop],
    [contactor.enclosureOpen, STATUS.enclosureOpen],
    [chip.sensor.unplugged, STATUS.sensorMissing],
    [chip.panel.isPressed(chip.nowMs), STATUS.startButton],
    [contactor.fault !== "none", STATUS.faultLatched],
    [contactor.leaseUntilMs !== null, STATUS.leaseHeld],
    [chip.currentPresent, STATUS.currentPresent],
  ];
  return bits.reduce((sum, [on, bit]) => (on ? sum | bit : sum), 0);
}

function within(block: Block, address: number, count: number): boolean {
  return address >= block.address && address + count <= block.address + block.words;
}

/** `count` words at `address` of what begins at `from`; beyond its end, zeros. */
function part(words: Uint16Array, from: number, address: number, count: number): Uint16Array {
  const answer = new Uint16Array(count);
  answer.set(words.subarray(address - from, address - from + count));
  return answer;
}
