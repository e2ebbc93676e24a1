import { closeSync, mkdirSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { z } from "zod";
import { FULL_BUDGET } from "#protocol/chip/vault.ts";
import { CodedError } from "#protocol/errors/codedError.ts";
import type { KeptContactor } from "#simulator/chip/machine/contactor.ts";
import { type Calibration, NO_CALIBRATION } from "#simulator/chip/sensing/calibration.ts";

const count = z.number().int().min(0);
const word = count.max(0xffff_ffff);

const SessionTotals = z.strictObject({
  session: count,
  arcMs: z.number(),
  chargeAmpereSeconds: z.number(),
  energyJoules: z.number(),
  strikes: count,
  shorts: count,
  shortMs: z.number(),
  closedMs: z.number(),
  lastSeq: word,
  bootCount: word,
  closed: z.boolean(),
});

const Vault = z.strictObject({
  listFloor: word,
  overlayFloor: word,
  keysetFloor: word,
  policyFloor: word,
  timeFloorS: word,
  journalChain: word,
  journalSeq: word,
  journalHead: z.string().regex(/^[0-9a-f]{64}$/),
  poweredHoursLeft: count.max(0xffff),
  /** Of the hour that is running. */
  poweredMinutes: count.max(59),
  bootsLeft: count.max(0xffff),
  startsLeft: count.max(0xffff),
  calibrationLocked: z.boolean(),
});

const Corrections = z.strictObject({
  currentGain: z.number(),
  currentOffsetAmps: z.number(),
  currentReversed: count.max(1),
  voltageGain: z.number(),
  voltageOffsetVolts: z.number(),
  voltageReversed: count.max(1),
}) satisfies z.ZodType<Calibration>;

/** All that a chip knows after its power was cut. */
const ChipMemory = z.strictObject({
  bootCount: word,
  settings: z.strictObject({ arcMinAmps: z.number(), alternating: z.boolean() }).nullable(),
  totals: SessionTotals,
  /** Cut for a hard cause or its limit: it never closes again. */
  barredSession: count.nullable(),
  vault: Vault,
  calibration: Corrections,
});

export type SessionTotals = z.infer<typeof SessionTotals>;
export type VaultMemory = z.infer<typeof Vault>;
export type ChipMemory = z.infer<typeof ChipMemory>;

export function noTotals(session: number, bootCount: number): SessionTotals {
  const zero = { arcMs: 0, chargeAmpereSeconds: 0, energyJoules: 0, strikes: 0, shorts: 0, shortMs: 0, closedMs: 0, lastSeq: 0 };
  return { session, ...zero, bootCount, closed: false };
}

export function newMemory(): ChipMemory {
  const { poweredHours, boots, starts } = FULL_BUDGET;
  const vault = {
    ...{ listFloor: 0, overlayFloor: 0, keysetFloor: 0, policyFloor: 0, timeFloorS: 0 },
    ...{ journalChain: 0, journalSeq: 0, journalHead: "0".repeat(64) },
    ...{ poweredHoursLeft: poweredHours, poweredMinutes: 0, bootsLeft: boots, startsLeft: starts, calibrationLocked: false },
  };
  return {
    bootCount: 0,
    settings: null,
    totals: { ...noTotals(0, 0), closed: true },
    barredSession: null,
    vault,
    calibration: NO_CALIBRATION,
  };
}

/** A session that is not over may be closed again, or barred, after the power loss. */
export function keptContactor({ totals, barredSession }: ChipMemory): KeptContactor {
  return { session: totals.closed ? 0 : totals.session, barredSession };
}

/** Where the memory is kept; undefined when nothing was ever stored. */
export interface MemoryStore {
  load(): ChipMemory | undefined;
  store(memory: ChipMemory): void;
  close(): void;
}

/** For a chip that is never switched off. */
export const FORGETFUL: MemoryStore = { load: () => undefined, store: () => undefined, close: () => undefined };

/** Outlives the chip's boots, but not this process. */
export class RamStore implements MemoryStore {
  #kept: ChipMemory | undefined;

  load(): ChipMemory | undefined {
    return structuredClone(this.#kept);
  }

  store(memory: ChipMemory): void {
    this.#kept = structuredClone(memory);
  }

  close(): void {
    this.#kept = undefined;
  }
}

const SLOT_BYTES = 2048;
const SLOTS = 2;
const HEADER_BYTES = 12;

/**
 * FRAM as a file of two slots, written in turn: sequence, length, CRC-32, JSON. A write that was cut short leaves the other slot good.
 * It outlives a kill of the process at any instant; no fsync is made, for the file stands for a chip, not for a disk.
 */
export class FramFile implements MemoryStore {
  readonly #path: string;
  readonly #file: number;
  #sequence = 0;

  constructor(folder: string, name: string) {
    this.#path = join(folder, `${name}.fram`);
    try {
      mkdirSync(folder, { recursive: true });
      this.#file = openSync(this.#path, "a+");
      closeSync(this.#file);
      this.#file = openSync(this.#path, "r+");
    } catch (error) {
      throw new CodedError("chip.badMemory", `${this.#path}: ${String(error)}`);
    }
  }

  load(): ChipMemory | undefined {
    const slots = Array.from({ length: SLOTS }, (_, index) => this.#readSlot(index));
    const written = slots.some((slot) => slot !== "empty");
    const good = slots.filter((slot) => typeof slot === "object").sort((left, right) => right.sequence - left.sequence)[0];
    if (good) this.#sequence = good.sequence;
    else if (written) throw new CodedError("chip.badMemory", `${this.#path}: neither slot is whole`);
    return good?.memory;
  }

  store(memory: ChipMemory): void {
    this.#sequence += 1;
    const text = Buffer.from(JSON.stringify(memory));
    if (text.length > SLOT_BYTES - HEADER_BYTES) throw new CodedError("chip.badMemory", `${this.#path}: ${text.length} bytes in a slot`);
    const slot = Buffer.alloc(SLOT_BYTES);
    slot.writeUInt32BE(this.#sequence, 0);
    slot.writeUInt32BE(text.length, 4);
    text.copy(slot, HEADER_BYTES);
    slot.writeUInt32BE(slotCrc(slot), 8);
    try {
      writeSync(this.#file, slot, 0, SLOT_BYTES, (this.#sequence % SLOTS) * SLOT_BYTES);
    } catch (error) {
      throw new CodedError("chip.badMemory", `${this.#path}: ${String(error)}`);
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  #readSlot(index: number): { sequence: number; memory: ChipMemory } | "empty" | "broken" {
    const slot = Buffer.alloc(SLOT_BYTES);
    const length = readSync(this.#file, slot, 0, SLOT_BYTES, index * SLOT_BYTES);
    if (length === 0 || slot.every((byte) => byte === 0)) return "empty";
    const textBytes = slot.readUInt32BE(4);
    if (textBytes > SLOT_BYTES - HEADER_BYTES || slot.readUInt32BE(8) !== slotCrc(slot)) return "broken";
    const memory = ChipMemory.safeParse(JSON.parse(slot.toString("utf8", HEADER_BYTES, HEADER_BYTES + textBytes)));
    return memory.success ? { sequence: slot.readUInt32BE(0), memory: memory.data } : "broken";
  }
}

/** Over the slot without the CRC's own four bytes. */
function slotCrc(slot: Buffer): number {
  return crc32(slot.subarray(HEADER_BYTES), crc32(slot.subarray(0, 8)));
}
