import { decodeBlock } from "#protocol/chip/codec.ts";
import { isFromPlatform } from "#protocol/chip/envelope.ts";
import type { Decoded } from "#protocol/chip/table.ts";
import { CHALLENGE_LIFE_MS, ENVELOPE, FLOOR_STEPS_AT_BOOT, type FLOORS } from "#protocol/chip/vault.ts";
import { sha256Hex } from "#protocol/crypto.ts";
import type { VaultMemory } from "#simulator/chip/machine/memory.ts";

interface VaultSecrets {
  budgetKey: Uint8Array;
  uid: Uint8Array;
  /** Random, of this boot: challenges are drawn from it. */
  bootNonce: Uint8Array;
}

const VERSION_FLOORS = ["listFloor", "overlayFloor", "keysetFloor", "policyFloor"] as const;
const MINUTE_MS = 60_000;
const MINUTES_PER_HOUR = 60;
/** A crystal that runs fast by so much must not carry the time floor past the time. */
const CRYSTAL = 1 - 100e-6;

/** Floors, budget and the challenge for the next envelope. All of `memory` outlives the chip's power loss; a boot is counted at once. */
export class Vault {
  readonly #secrets: VaultSecrets;
  readonly #memory: VaultMemory;
  /** Version floors as boot or the last envelope left them: uptime explains steps above these. */
  #explainedFrom: { floors: Pick<VaultMemory, (typeof VERSION_FLOORS)[number]>; uptimeMs: number };
  #timeSet: { floorS: number; uptimeMs: number };
  #challenge = { number: 0, madeAtMs: 0 };
  #minutes = 0;
  #unlocked = false;

  constructor(memory: VaultMemory, secrets: VaultSecrets) {
    this.#memory = memory;
    this.#secrets = secrets;
    memory.bootsLeft = Math.max(0, memory.bootsLeft - 1);
    this.#explainedFrom = { floors: { ...memory }, uptimeMs: 0 };
    this.#timeSet = { floorS: memory.timeFloorS, uptimeMs: 0 };
  }

  /** Nothing is left of one of the three: no new session may begin. */
  get isSpent(): boolean {
    const { poweredHoursLeft, bootsLeft, startsLeft } = this.#memory;
    return poweredHoursLeft === 0 || bootsLeft === 0 || startsLeft === 0;
  }

  get isCalibrationLocked(): boolean {
    return this.#memory.calibrationLocked && !this.#unlocked;
  }

  /** For good, but for the boot in which an envelope unlocks it; locking again ends that too. */
  lockCalibration(): void {
    this.#memory.calibrationLocked = true;
    this.#unlocked = false;
  }

  spendStart(): void {
    this.#memory.startsLeft = Math.max(0, this.#memory.startsLeft - 1);
  }

  /** Uptime goes on: hours are spent, and a known time floor runs with it. True when a minute is over, and must be kept. */
  runTo(uptimeMs: number): boolean {
    const { floorS, uptimeMs: setAtMs } = this.#timeSet;
    if (floorS > 0) this.#memory.timeFloorS = floorS + Math.floor(((uptimeMs - setAtMs) * CRYSTAL) / 1000);
    const minutes = Math.floor(uptimeMs / MINUTE_MS) - this.#minutes;
    if (minutes === 0) return false;
    this.#minutes += minutes;
    this.#memory.poweredMinutes += minutes;
    const hours = Math.floor(this.#memory.poweredMinutes / MINUTES_PER_HOUR);
    this.#memory.poweredMinutes -= hours * MINUTES_PER_HOUR;
    this.#memory.poweredHoursLeft = Math.max(0, this.#memory.poweredHoursLeft - hours);
    return true;
  }

  /** A new one at each boot, after each envelope, and every ten minutes: envelopes cannot be hoarded. */
  challengeAt(uptimeMs: number): Uint8Array {
    if (uptimeMs - this.#challenge.madeAtMs >= CHALLENGE_LIFE_MS) this.#renewChallenge(uptimeMs);
    const seed = `${Buffer.from(this.#secrets.bootNonce).toString("hex")}/${this.#challenge.number}`;
    return Uint8Array.from(Buffer.from(sha256Hex(seed), "hex").subarray(0, 8));
  }

  /** Floors never fall, and rise no further than uptime explains; the journal's head moves only forward. */
  raise(asked: Decoded<typeof FLOORS>, uptimeMs: number): void {
    const { floors, uptimeMs: fromMs } = this.#explainedFrom;
    const steps = FLOOR_STEPS_AT_BOOT + Math.floor((uptimeMs - fromMs) / MINUTE_MS);
    for (const name of VERSION_FLOORS) {
      this.#memory[name] = Math.max(this.#memory[name], Math.min(asked[name], floors[name] + steps));
    }
    const { journalChain, journalSeq } = this.#memory;
    if (asked.journalChain < journalChain || (asked.journalChain === journalChain && asked.journalSeq <= journalSeq)) return;
    this.#memory.journalChain = asked.journalChain;
    this.#memory.journalSeq = asked.journalSeq;
    this.#memory.journalHead = Buffer.from(asked.journalHead).toString("hex");
  }

  /** Takes an ENVELOPE block, once. False when it is not the platform's answer to the present challenge. */
  take(words: Uint16Array, uptimeMs: number): boolean {
    const terms = decodeBlock(ENVELOPE, words);
    if (!isFromPlatform(words, this.#secrets.budgetKey, this.#secrets.uid)) return false;
    if (Buffer.compare(terms.challenge, this.challengeAt(uptimeMs)) !== 0) return false;
    for (const name of VERSION_FLOORS) this.#memory[name] = Math.max(this.#memory[name], terms[name]);
    this.#memory.timeFloorS = Math.max(this.#memory.timeFloorS, terms.timeFloorS);
    this.#memory.poweredHoursLeft = terms.poweredHours;
    this.#memory.poweredMinutes = 0;
    this.#memory.bootsLeft = terms.boots;
    this.#memory.startsLeft = terms.starts;
    if (terms.unlockCalibration === 1) this.#unlocked = true;
    this.#explainedFrom = { floors: { ...this.#memory }, uptimeMs };
    this.#timeSet = { floorS: this.#memory.timeFloorS, uptimeMs };
    this.#renewChallenge(uptimeMs);
    return true;
  }

  #renewChallenge(uptimeMs: number): void {
    this.#challenge = { number: this.#challenge.number + 1, madeAtMs: uptimeMs };
  }
}
